"""What arrives of a request: the page tests with it whatever stands between (docs/live.md)."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from bedolaga_events import wire
from bedolaga_events.api import reading
from bedolaga_events.api.gate import check_origin, client_address
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import parts
from bedolaga_events.api.ws import authenticated
from bedolaga_events.live import protocol

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")
SILENCE = 90.0  # seconds that a silent socket is held: longer than most proxies' 60
MANY = 5  # silent sockets at once; more are refused
SILENT = web.AppKey("silent", set[Any])  # WebSocketResponses


async def show(request: web.Request) -> web.Response:
    """GET /doctor: the request as the server sees it, without its secrets, and the clock."""
    server = parts(request)
    content = {
        "now": wire.rfc3339(server.now()),
        "path": request.path,
        "host": request.host,
        "peer_address": request.remote,
        "client_address": client_address(request),
        "peer_is_trusted": server.front.trusts(request.remote or ""),
        "forwarded": {name: request.headers[name] for name in FORWARDED if name in request.headers},
        "body_limit": reading.BATCH_LIMIT,
        "ping_seconds": server.settings.live.ping_seconds,
    }
    return reply(json.dumps(content))


async def body(request: web.Request) -> web.Response:
    """POST /doctor/body: how many bytes of it arrived, up to the largest body that any call takes.

    Raises:
        TooLarge, TooSlow: as for every other body.
    """
    return reply(json.dumps({"bytes": len(await reading.raw(request, reading.BATCH_LIMIT))}))


async def silence(request: web.Request) -> web.StreamResponse:
    """GET /doctor/silence: a WebSocket on which nothing is said; the page times its death."""
    server = parts(request)
    check_origin(request)
    response = web.WebSocketResponse(compress=False)
    await response.prepare(request)
    token, refusal = await authenticated(request, server)
    held = request.app[SILENT]
    if token is None:
        await response.close(code=protocol.UNAUTHORIZED, message=refusal.encode())
    elif len(held) >= MANY:
        await response.close(code=protocol.TRY_AGAIN, message=b"Too many silent sockets")
    else:
        held.add(response)
        try:
            await _hold(response)
        finally:
            held.discard(response)
    return response


async def say_goodbye(app: web.Application) -> None:
    """Close the silent sockets."""
    held = app[SILENT]
    for one in list(held):
        await one.close(code=protocol.GOING_AWAY)


async def _hold(response: web.WebSocketResponse) -> None:
    try:
        async with asyncio.timeout(SILENCE):
            while (await response.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                pass
    except TimeoutError:
        await response.close(code=1000, message=b"Nothing stood in the way")
