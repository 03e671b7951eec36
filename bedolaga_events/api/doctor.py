"""What arrives of a request: the page tests with it whatever stands between (docs/live.md)."""

import asyncio
import json
from functools import partial

from aiohttp import web

from bedolaga_events import shapes, wire
from bedolaga_events.api import reading
from bedolaga_events.api.gate import allows, client_address
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import parts
from bedolaga_events.api.ws import shake_hands, take_over
from bedolaga_events.live.hub import Hub
from bedolaga_events.live.websocket import WebSocket

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")
SILENCE = 90.0  # seconds that a silent socket is held: longer than most proxies' 60
MANY = 5  # silent sockets at once; more are refused


async def examine_request(request: web.Request) -> web.Response:
    """GET /doctor: Show the request as the server sees it, without its secrets, and the clock."""
    server, origin = parts(request), reading.query(request, shapes.operations.DoctorQuery).origin
    content = {
        "now": wire.rfc3339(server.now()),
        "path": request.path,
        "host": request.host,
        "peer_address": request.remote,
        "client_address": client_address(request),
        "peer_is_trusted": server.front.trusts(request.remote or ""),
        "origin_is_allowed": None if origin is None else allows(request, origin),
        "forwarded": {
            name: ", ".join(request.headers.getall(name))
            for name in FORWARDED
            if name in request.headers
        },
        "body_limit": reading.BATCH_LIMIT,
        "ping_seconds": server.settings.live.ping_seconds,
    }
    return reply(json.dumps(content))


async def count_body(request: web.Request) -> web.Response:
    """POST /doctor/body: Count the bytes of a body that arrived.

    Up to the largest body that any call takes.

    Raises:
        TooLarge, TooSlow: as for every other body.
    """
    return reply(json.dumps({"bytes": len(await reading.raw(request, reading.BATCH_LIMIT))}))


class Silent(WebSocket):
    """A socket on which nothing is said until its time is up."""

    __slots__ = ("_hub",)

    def __init__(self, hub: Hub, transport: asyncio.Transport, token_id: int) -> None:
        super().__init__(transport, token_id, hub.unsent_limit, SILENCE)
        self._hub = hub

    def heard(self, text: str) -> None:
        """Nothing is answered."""

    def lost(self) -> None:
        self._hub.leave(self)

    def silence(self) -> None:
        self.close(1000, "Nothing stood in the way")


async def silence(request: web.Request) -> web.StreamResponse:
    """GET /doctor/silence: a WebSocket on which nothing is said; the page times its death."""
    hub = parts(request).hub

    def is_full() -> bool:
        silent = sum(isinstance(one, Silent) for one in hub.sockets())
        return silent >= MANY or hub.is_full()

    socket = await shake_hands(request, partial(Silent, hub), is_full)
    if socket is not None:
        hub.enter(socket)
        take_over(request, socket)
    return web.Response()
