"""What pages of other origins may do (WHATWG Fetch, CORS)."""

import aiohttp_cors


def options(origins: list[str]) -> dict[str, aiohttp_cors.ResourceOptions]:
    """For each of the origins that the config allows."""
    allowed = aiohttp_cors.ResourceOptions(  # type: ignore[no-untyped-call]  # has no types
        allow_methods="*",
        allow_headers=(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Last-Event-ID",
            "X-API-Key",
        ),
        expose_headers=("Retry-After", "WWW-Authenticate"),
        max_age=600,
    )
    return dict.fromkeys(origins, allowed)
