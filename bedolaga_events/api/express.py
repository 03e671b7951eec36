"""The fast lane: a plain POST /events goes straight to the writer, the rest to aiohttp.

Taking an event through aiohttp costs two tasks, a request object and a router, several times what
the event itself does. So a connection begins here and stays as long as it brings nothing but whole,
well-formed, acceptable POST /events. At anything else, be it another call or any mistake, aiohttp
gets the connection for good, with the bytes of that request: here is no second way to refuse.
"""

import asyncio
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

import structlog
from multidict import CIMultiDict

from bedolaga_events import shapes
from bedolaga_events.api import events, reading
from bedolaga_events.api.caller import presented
from bedolaga_events.api.crowd import Guest, can_half_close, peer_of
from bedolaga_events.api.json_reply import as_bytes
from bedolaga_events.api.state import Parts
from bedolaga_events.model import Scope
from bedolaga_events.store.batch import Append

MAX_HEAD = 8 * 1024  # bytes, as much as aiohttp takes in a line
MAX_AHEAD = 256 * 1024  # bytes that a client may send before it has its answer
HEAD = re.compile(
    rb"POST /events HTTP/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e]*\r\n)+)\r\n"
)
# Headers that change how a request is read or answered: aiohttp knows what they mean.
NOT_PLAIN = frozenset(
    {"connection", "content-encoding", "expect", "origin", "te", "transfer-encoding", "upgrade"}
)

log = structlog.get_logger()


class Plain(NamedTuple):
    """A whole POST /events; header names in lower case."""

    headers: dict[str, str]
    body: bytes


def plain(data: bytes) -> Plain | None:
    """The request in `data`, if that is one whole POST /events and nothing unusual (RFC 9112)."""
    found = HEAD.match(data)
    if found is None or found.end() > MAX_HEAD:
        return None
    headers: dict[str, str] = {}
    for line in found[1].decode("ascii").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name = name.lower()
        if name in headers or (name in NOT_PLAIN and not _keeps_alive(name, value)):
            return None
        headers[name] = value.strip()
    body = data[found.end() :]
    if headers.get("content-length") != str(len(body)) or len(body) > reading.BODY_LIMIT:
        return None
    if "host" not in headers or headers.get("content-type", "").partition(";")[0] != reading.JSON:
        return None
    return Plain(headers, body)


def _keeps_alive(name: str, value: str) -> bool:
    """Whether a header is Connection: keep-alive, which says what is so anyway."""
    return name == "connection" and value.strip().lower() == "keep-alive"


class Express(asyncio.Protocol):
    """One connection, until aiohttp gets it.

    Args:
        server: the running server.
        handler: makes aiohttp's protocol for a connection that is not plain.
        open_here: this one is in it as long as it is not aiohttp's.
        arrive: is told of the connection.
    """

    def __init__(
        self,
        server: Parts,
        handler: Callable[[], asyncio.Protocol],
        open_here: "set[Express]",
        arrive: Callable[[asyncio.Transport], Guest],
    ) -> None:
        self.idle_since = time.monotonic()
        self.has_asked = False
        self.answering: asyncio.Future[Any] | None = None
        self._server = server
        self._handler = handler
        self._open_here = open_here
        self._arrive = arrive
        self._guest: Guest | None = None
        self._peer = ""  # of a trusted proxy
        self.transport: asyncio.Transport | None = None
        self._ahead = b""  # came while the last request is not answered
        self._is_closing = False
        self._has_ended = False  # the client says no more
        self._log = log.bind()  # bound once: its debug() costs nothing when it is off

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for an answer."""
        return self.answering is None

    def close(self) -> None:
        """Close it once what it asked is answered."""
        self._is_closing = True
        if self.answering is None and self.transport is not None:
            self.transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._open_here.add(self)
        self._guest = self._arrive(self.transport)
        if self._guest.is_known:
            self._peer = peer_of(self.transport)

    def data_received(self, data: bytes) -> None:
        if self.answering is not None:
            self._ahead += data
            if len(self._ahead) > MAX_AHEAD and self.transport is not None:
                self.transport.pause_reading()
            return
        request = plain(data)
        if request is None or not self._accept(request, data):
            self._hand_over(data)

    def eof_received(self) -> bool:
        """The client says no more: what it has asked is answered, then the connection ends."""
        self._has_ended = self.answering is not None
        return self._has_ended and can_half_close(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            self._server.crowd.leave(self.transport)
        self._forget()

    def _forget(self) -> None:
        self.transport = None
        self._open_here.discard(self)

    def _accept(self, request: Plain, data: bytes) -> bool:
        """Give an event to the writer; False when aiohttp is to say why not."""
        value = presented(request.headers)
        token = None if value is None else self._server.access.find(value)
        if token is None or not token.allows(Scope.PUBLISH) or self._is_crowded(request):
            return False
        try:
            key = reading.idempotency_key(request.headers)
            body = reading.parsed(request.body, shapes.event.EventInput)
            draft = events.draft_of(self._server, body, key)
            answering = self._server.writer.append(Append((draft,)), 1)
        except Exception:  # noqa: BLE001 - whatever it is, aiohttp's way says it to the client
            return False
        assert self._guest is not None
        self.has_asked = self._guest.is_known = True
        self.answering = answering
        answering.add_done_callback(partial(self._answer, data, time.perf_counter()))
        return True

    def _is_crowded(self, request: Plain) -> bool:
        """Whether this caller has more connections than an address may have."""
        if self._peer and "x-forwarded-for" in request.headers:
            client = self._server.front.client(self._peer, CIMultiDict(request.headers))
            return self._server.crowd.is_full(client)
        return self._guest is None or self._guest.is_surplus

    def _answer(self, data: bytes, started: float, done: asyncio.Future[Any]) -> None:
        self.answering = None
        self.idle_since = time.monotonic()
        if self.transport is None:
            return
        if done.cancelled() or done.exception() is not None:  # nothing was stored
            self._hand_over(data + self._ahead)
            return
        status, text = events.answer_of(self._server, done.result()[0])
        self.transport.write(as_bytes(status, text))
        ms = round((time.perf_counter() - started) * 1000, 1)
        self._log.debug("request", method="POST", path="/events", status=status, ms=ms)
        if self._is_closing:
            self.transport.close()
        elif self._ahead:  # pipelining: aiohttp knows how much of that a client may do
            self._hand_over(self._ahead)
        elif self._has_ended:
            self.transport.close()

    def _hand_over(self, data: bytes) -> None:
        transport = self.transport
        assert transport is not None
        self._forget()
        handler = self._handler()
        transport.resume_reading()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        handler.data_received(data)
        if self._has_ended and not handler.eof_received():
            transport.close()
