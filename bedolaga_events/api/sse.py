"""The live feed as server-sent events, for clients without WebSockets (WHATWG HTML §9.2)."""

import asyncio

from aiohttp import web

from bedolaga_events.api import reading, requests
from bedolaga_events.api.gate import client_address
from bedolaga_events.api.state import TOKEN, parts
from bedolaga_events.errors import StoreError, Unprocessable
from bedolaga_events.live.outlet import Outlet
from bedolaga_events.live.protocol import TOPICS, Encoding, Wants
from bedolaga_events.live.replay import Since
from bedolaga_events.patterns import is_known

LOOK_EVERY = 1.0  # seconds until a client that went away is noticed
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would wait for a full buffer
    "X-Content-Type-Options": "nosniff",
}


class Stream(Outlet):
    """One SSE client; `gone` is set when it has to go."""

    def __init__(self, request: web.Request, wants: Wants) -> None:
        assert request.transport is not None
        super().__init__(request.transport, request[TOKEN].id, client_address(request), wants)
        self.gone = asyncio.Event()
        self._protocol = request.protocol

    def write_now(self, data: bytes) -> None:
        super().write_now(b"%x\r\n%b\r\n" % (len(data), data))  # one chunk (RFC 9112 §7.1)

    async def drained(self) -> None:
        await self._protocol._drain_helper()  # noqa: SLF001 - aiohttp has no public verb for it

    def abort(self) -> None:
        super().abort()
        self.gone.set()

    def close(self, code: int, reason: str) -> None:
        """End the stream; a browser comes back by itself, and is told 401 if it must not."""
        self.gone.set()


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /events/stream: `Last-Event-ID` or `since` resumes, `events` and `topics` narrow."""
    server = parts(request)
    query = reading.query(request, requests.StreamQuery)
    client = Stream(request, _wants(request, query))
    if server.hub.is_full(client.address):
        raise StoreError("Connection limit reached.", headers={"Retry-After": "5"})
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    server.hub.enter(client)
    since = request.headers.get("Last-Event-ID", "")
    last = int(since) if since.isdecimal() and len(since) < 19 else query.since
    client.write_now(b": connected\n\n")
    if last is None:
        server.hub.go_live(client)
    else:
        client.resume(server.replays, Since(last, query.epoch))
    try:
        await _keep_alive(request, client, server.settings.live.ping_seconds)
    finally:
        server.hub.leave(client)
        client.stop_resuming()
    return response


async def _keep_alive(request: web.Request, client: Stream, seconds: float) -> None:
    """A comment now and then, until somebody goes; aiohttp does not tell when it is the client."""
    silent = 0.0
    while request.transport is not None and not request.transport.is_closing():
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await client.gone.wait()
                return
        except TimeoutError:
            silent += LOOK_EVERY
        if silent >= seconds:
            client.write_now(b": ping\n\n")
            silent = 0.0


def _wants(request: web.Request, query: requests.StreamQuery) -> Wants:
    types = parts(request).catalogue.types
    patterns = query.events.split(",") if query.events else ["*"]
    topics = query.topics.split(",") if query.topics else []
    for pattern in patterns:
        if not is_known(pattern, types):
            raise parts(request).catalogue.unknown(pattern, "events")
    for topic in topics:
        if topic not in TOPICS:
            raise Unprocessable.at(["topics"], f"known topics are {', '.join(TOPICS)}")
    return Wants(frozenset(patterns), frozenset(topics), Encoding.SSE)
