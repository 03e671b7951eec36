"""The live feed as server-sent events, for clients without WebSockets (WHATWG HTML §9.2)."""

import asyncio

from aiohttp import HttpVersion11, web

from bedolaga_events import shapes
from bedolaga_events.api import reading
from bedolaga_events.api.state import TOKEN, Parts, parts
from bedolaga_events.api.ws import take_over
from bedolaga_events.errors import TooManyConnections, Unprocessable
from bedolaga_events.live import frames, protocol
from bedolaga_events.live.eventstream import EventStream
from bedolaga_events.live.protocol import TOPICS, Encoding, Wants
from bedolaga_events.live.resume import Since

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",  # a proxy that compresses would keep messages back
    "X-Accel-Buffering": "no",  # nginx would wait for a full buffer
    "X-Content-Type-Options": "nosniff",
}


class Stream(EventStream):
    """One client of ours."""

    __slots__ = ("_server",)

    def __init__(
        self, server: Parts, request: web.Request, transport: asyncio.Transport, wants: Wants
    ) -> None:
        super().__init__(
            transport,
            request[TOKEN].id,
            wants,
            server.hub.unsent_limit,
            server.settings.live.ping_seconds,
            is_chunked=request.version >= HttpVersion11,
        )
        self._server = server

    def passed(self) -> int:
        return self._server.hub.sent_event_id if self.resuming is None else self.position

    def lost(self) -> None:
        self._server.hub.leave(self)


async def stream_events(request: web.Request) -> web.StreamResponse:
    """GET /events/stream: Follow the events as they come, as server-sent events.

    The header `Last-Event-ID`, or `since`, resumes: first comes what was missed.
    """
    server = parts(request)
    query = reading.query(request, shapes.event.StreamQuery)
    wants = _wants(server, query)
    if server.hub.is_full():
        raise TooManyConnections(protocol.FULL)
    if query.ticket and request.method != "HEAD":
        server.access.redeem(query.ticket)  # the gate only looked at it, and nothing was awaited
    response = web.StreamResponse(headers=HEADERS)
    if request.version < HttpVersion11:
        response.force_close()
    await response.prepare(request)
    if request.method == "HEAD" or request.transport is None:
        return response
    client = Stream(server, request, request.transport, wants)
    _welcome(server, client, _since(request, query))
    take_over(request, client)
    return web.Response()  # for aiohttp's sake: there is nobody left to get it


def _welcome(server: Parts, client: Stream, since: Since | None) -> None:
    # As on /ws: no await until it is live.
    hub = server.hub
    if since is None:
        hub.flush()
    hub.enter(client)
    if since is None:
        hub.go_live(client)
    else:
        server.resumptions.start(client, since)
    hello = protocol.hello(hub.last_event_id, server.database.uid)
    client.answer(frames.server_sent(hello, client.passed(), "connection"))


def _since(request: web.Request, query: shapes.event.StreamQuery) -> Since | None:
    last = reading.event_id(request.headers.get("Last-Event-ID", ""))
    since = query.since if last is None else last
    return None if since is None else Since(since, query.epoch)


def _wants(server: Parts, query: shapes.event.StreamQuery) -> Wants:
    patterns = _listed(query.events) or ["*"]
    topics = _listed(query.topics)
    for pattern in patterns:
        if not server.catalogue.knows(pattern):
            raise server.catalogue.unknown(pattern, "events")
    for topic in topics:
        if topic not in TOPICS:
            raise Unprocessable.at(["topics"], f"known topics are {', '.join(TOPICS)}")
    return Wants(frozenset(patterns), frozenset(topics), Encoding.SSE)


def _listed(text: str | None) -> list[str]:
    return [one.strip() for one in text.split(",")] if text else []
