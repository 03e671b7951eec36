"""What an answer to POST /events/batch means: taken, refused, or to be tried again. Pure."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

LONGEST_PAUSE = 30.0  # seconds; no Retry-After holds events for longer


class Taken(NamedTuple):
    """The server has the events."""


class Refused(NamedTuple):
    """The server will not take one of these events, however often it is sent."""

    reason: str


class Doubtful(NamedTuple):
    """The server, or what stands before it, failed: at these events, or at everything."""

    reason: str
    pause: float = 0.0  # seconds, at least


class Wait(NamedTuple):
    """The events are not to blame: try again later."""

    reason: str
    pause: float = 0.0  # seconds, at least


Verdict = Taken | Refused | Doubtful | Wait

_REFUSALS = {400, 409, 413, 422}
_WRONG_TOKEN = {401, 403}


def verdict(status: int, headers: Mapping[str, str], body: bytes, sent: int) -> Verdict:
    """What an answer means for the `sent` events of one request.

    Only a 202 that lists as many items is the server's word that it has them (contract §2): a 200
    may be anybody's, a captive page's for example.
    """
    said = _object(body)
    if status == 202:
        items = said.get("items")
        if isinstance(items, list) and len(items) == sent:
            return Taken()
        return Wait("HTTP 202, but not as the event server answers; check the address")
    if 300 <= status < 400:
        target = headers.get("Location", "elsewhere")[:200]
        return Wait(f"HTTP {status} to {target}: redirects are not followed; set that address")
    detail = said.get("detail")
    reason = f"HTTP {status}: {detail}" if isinstance(detail, str) else f"HTTP {status}"
    if status in _REFUSALS:
        # A proxy has its own limits and its own pages: that is no word of the server's.
        return Refused(reason) if isinstance(detail, str) else Doubtful(reason)
    if status == 429:  # too many requests, whatever was in them: halves would be still more
        return Wait(reason, retry_after(headers))
    if status >= 500 or status == 408:
        return Doubtful(reason, retry_after(headers))
    if status in _WRONG_TOKEN:
        return Wait(f"{reason} (is it the right token, with the scope publish?)")
    return Wait(f"{reason} (is it the event server's address?)")


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that `Retry-After` asks for, within reason; 0 where it says nothing usable."""
    text = headers.get("Retry-After", "").strip()
    if not (text.isascii() and text.isdigit()):
        return 0.0
    return min(LONGEST_PAUSE, float(text[:9]))


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
