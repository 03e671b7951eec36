"""The site map: every route, the scope it asks for, its handler."""

from pathlib import Path
from typing import Any, NamedTuple

import aiohttp_cors
from aiohttp import web

from bedolaga_events.api import deliveries, events, health, sse, stats, tokens, webhooks, ws
from bedolaga_events.api.middleware import gate
from bedolaga_events.model import Scope

PUBLISH, READ, ADMIN = Scope.PUBLISH, Scope.READ, Scope.ADMIN


class Route(NamedTuple):
    """One call; `scope` None asks for no token here."""

    method: str
    path: str
    scope: Scope | None
    handler: Any


ROUTES = (
    Route("POST", "/events", PUBLISH, events.create),
    Route("POST", "/events/batch", PUBLISH, events.create_batch),
    Route("GET", "/events", READ, events.index),
    Route("GET", "/events/stream", READ, sse.stream),
    Route("GET", r"/events/{id:\d+}", READ, events.show),
    Route("GET", "/event-types", READ, events.types),
    Route("GET", "/webhooks", READ, webhooks.index),
    Route("POST", "/webhooks", ADMIN, webhooks.create),
    Route("GET", "/webhooks/stats", READ, webhooks.stats),
    Route("POST", "/webhooks/check-url", ADMIN, webhooks.check_url),
    Route("GET", r"/webhooks/{id:\d+}", READ, webhooks.show),
    Route("PATCH", r"/webhooks/{id:\d+}", ADMIN, webhooks.update),
    Route("DELETE", r"/webhooks/{id:\d+}", ADMIN, webhooks.delete),
    Route("GET", r"/webhooks/{id:\d+}/deliveries", READ, deliveries.index),
    Route("GET", r"/webhooks/{id:\d+}/deliveries/{delivery_id:\d+}", READ, deliveries.show),
    Route(
        "POST", r"/webhooks/{id:\d+}/deliveries/{delivery_id:\d+}/retry", ADMIN, deliveries.retry
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/deliveries/{delivery_id:\d+}/cancel", ADMIN, deliveries.cancel
    ),
    Route("POST", r"/webhooks/{id:\d+}/replay", ADMIN, deliveries.replay),
    Route("POST", r"/webhooks/{id:\d+}/test", ADMIN, deliveries.test),
    Route("POST", r"/webhooks/{id:\d+}/rotate-secret", ADMIN, webhooks.rotate_secret),
    Route("GET", r"/webhooks/{id:\d+}/series", READ, webhooks.series),
    Route("GET", "/deliveries", READ, deliveries.everywhere),
    Route("GET", "/deliveries/series", READ, stats.deliveries),
    Route("GET", "/stats", READ, stats.show),
    Route("GET", "/stats/series", READ, stats.series),
    Route("PUT", "/stats", ADMIN, stats.put),
    Route("GET", "/tokens", ADMIN, tokens.index),
    Route("POST", "/tokens", ADMIN, tokens.create),
    Route("DELETE", r"/tokens/{id:\d+}", ADMIN, tokens.delete),
    Route("POST", "/login", None, tokens.login),
    Route("POST", "/ws/ticket", READ, tokens.ticket),
    Route("GET", "/ws", None, ws.connect),  # asks for a token itself: see contract §3
    Route("GET", "/health", None, health.health),
    Route("GET", "/metrics", None, health.metrics),  # the config may open it
)


def middleware() -> Any:
    """The middleware that knows each handler's scope."""
    return gate({route.handler: route.scope for route in ROUTES})


def add_routes(app: web.Application, static: Path, allowed_origins: list[str]) -> None:
    """Put every route and the admin page into `app`."""
    cors = aiohttp_cors.setup(app, defaults=_cors(allowed_origins)) if allowed_origins else None
    for route in ROUTES:
        added = app.router.add_route(route.method, route.path, route.handler)
        if cors is not None and route.handler is not ws.connect:
            cors.add(added)
    _add_page(app, static)


def _cors(origins: list[str]) -> dict[str, aiohttp_cors.ResourceOptions]:
    options = aiohttp_cors.ResourceOptions(  # type: ignore[no-untyped-call]  # has no types
        allow_methods="*",
        allow_headers=("Authorization", "Content-Type", "Idempotency-Key", "X-API-Key"),
        expose_headers=("Retry-After",),
        max_age=600,
    )
    return dict.fromkeys(origins, options)


def _add_page(app: web.Application, static: Path) -> None:
    async def page(_: web.Request) -> web.FileResponse:
        return web.FileResponse(static / "index.html", headers={"Cache-Control": "no-cache"})

    app.router.add_get("/", page)
    for folder in sorted(one for one in static.iterdir() if one.is_dir()):
        app.router.add_static(f"/{folder.name}", folder)
