"""A receiver to play with: shows what arrives, checks its signature, misbehaves when told to.

A webhook target like any other; bounded, in memory, and only where the config allows it.
"""

import asyncio
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bedolaga_events import wire
from bedolaga_events.api import reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.delivery import signing
from bedolaga_events.errors import NotFound
from bedolaga_events.shapes.operations import SinkMode
from bedolaga_events.store import webhooks

KEPT = 100  # requests
SLOW_SECONDS = 3.0
HANG_SECONDS = 60.0  # longer than any sender waits by default
OWN_HEADERS = ("host", "connection", "authorization")


@dataclass
class Sink:
    """What arrived, newest first, and how it is answered."""

    mode: str = "ok"
    items: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    count: int = 0


SINK = web.AppKey("sink", Sink)


async def take(request: web.Request) -> web.Response:
    """POST /sink/in: what a webhook sends here."""
    sink, server = _sink(request), parts(request)
    body = await reading.raw(request, reading.BODY_LIMIT)
    verdict = await _verdict(server, request, body)
    sink.count += 1
    sink.items.appendleft(
        {
            "id": sink.count,
            "received_at": wire.rfc3339(server.now()),
            "headers": [
                [name, value]
                for name, value in request.headers.items()
                if name.lower() not in OWN_HEADERS
            ],
            "body": body.decode("utf-8", "backslashreplace"),
            "signature": verdict,
            "answered": sink.mode,
        }
    )
    match sink.mode:
        case "error":
            return reply(json.dumps({"detail": "The sink was told to answer 500."}), 500)
        case "slow":
            await asyncio.sleep(SLOW_SECONDS)
        case "hang":
            await asyncio.sleep(HANG_SECONDS)
    return reply('{"status": "ok"}')


async def get_sink(request: web.Request) -> web.Response:
    """GET /sink: Show what arrived in the sandbox, newest first."""
    return reply(json.dumps(_shown(_sink(request))))


async def set_sink_mode(request: web.Request) -> web.Response:
    """PUT /sink: Choose how the sandbox answers from now on."""
    sink = _sink(request)
    sink.mode = (await reading.body(request, SinkMode)).mode
    return reply(json.dumps(_shown(sink)))


async def clear_sink(request: web.Request) -> web.Response:
    """DELETE /sink: Forget what arrived in the sandbox."""
    _sink(request).items.clear()
    return web.Response(status=204)


def _sink(request: web.Request) -> Sink:
    if not parts(request).settings.server.has_sink:
        raise NotFound("The sink is off; the setting server.sink turns it on.")
    return request.app[SINK]


def _shown(sink: Sink) -> dict[str, Any]:
    return {"mode": sink.mode, "count": sink.count, "items": list(sink.items)}


async def _verdict(server: Parts, request: web.Request, body: bytes) -> str:
    """Whether the signature is the named webhook's: ok, wrong, or none."""
    sent = request.headers.get("webhook-signature")
    number = request.headers.get("X-Webhook-Id", "")
    if sent is None or not number.isdecimal() or len(number) > 18:
        return "none"
    try:
        webhook = await server.database.read(webhooks.get, int(number))
    except NotFound:
        return "wrong"
    message_id = request.headers.get("webhook-id", "")
    stamp = request.headers.get("webhook-timestamp", "")
    if not stamp.isdecimal():
        return "wrong"
    for secret in webhook.secrets:
        key = signing.Key(server.vault.open(secret.box))
        made = signing.headers(body, [key], message_id, int(stamp))
        for one in sent.split(" "):
            if hmac.compare_digest(made["webhook-signature"].encode(), one.encode()):
                return "ok"
    return "wrong"
