"""Where connections come in: a plain POST /events goes straight to the writer, the rest to aiohttp.

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
from aiohttp import web

from bedolaga_events.api import events, reading, requests
from bedolaga_events.api.caller import presented
from bedolaga_events.api.gate import OWN_FAULT, error_reply
from bedolaga_events.api.json_reply import as_bytes
from bedolaga_events.api.state import PARTS, Parts
from bedolaga_events.errors import EventsError
from bedolaga_events.model import Scope
from bedolaga_events.store.batch import Append

SILENT_SECONDS = 15.0  # for the headers of a connection's first request
IDLE_SECONDS = 3600.0  # between two requests
MAX_HEAD = 8 * 1024  # bytes, as much as aiohttp takes in a line
MAX_AHEAD = 256 * 1024  # bytes that a client may send before it has its answer
HEAD = re.compile(
    rb"POST /events HTTP/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e]*\r\n)+)\r\n"
)
# Headers that change how a request is read or answered: aiohttp knows what they mean.
NOT_PLAIN = frozenset(
    {"connection", "content-encoding", "expect", "origin", "te", "transfer-encoding", "upgrade"}
)
NOT_HTTP = "This request is not HTTP/1.1 (RFC 9112), or a line of its head is over 8 KiB."

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
        if name in headers or (name in NOT_PLAIN and value.strip().lower() != "keep-alive"):
            return None
        headers[name] = value.strip()
    body = data[found.end() :]
    if headers.get("content-length") != str(len(body)) or len(body) > reading.BODY_LIMIT:
        return None
    if "host" not in headers or headers.get("content-type", "").partition(";")[0] != reading.JSON:
        return None
    return Plain(headers, body)


class Express(asyncio.Protocol):
    """One connection, until aiohttp gets it.

    Args:
        server: the running server.
        handler: makes aiohttp's protocol for a connection that is not plain.
        open_here: this one is in it as long as it is not aiohttp's.
    """

    def __init__(
        self, server: Parts, handler: Callable[[], asyncio.Protocol], open_here: "set[Express]"
    ) -> None:
        self.heard_at = time.monotonic()
        self.has_asked = False
        self.answering: asyncio.Future[Any] | None = None
        self._server = server
        self._handler = handler
        self._open_here = open_here
        self._transport: asyncio.Transport | None = None
        self._ahead = b""  # came while the last request is not answered
        self._is_closing = False
        self._log = log.bind()  # bound once: its debug() costs nothing when it is off

    def close(self) -> None:
        """Close it once what it asked is answered."""
        self._is_closing = True
        if self.answering is None and self._transport is not None:
            self._transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._open_here.add(self)

    def data_received(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        if self.answering is not None:
            self._ahead += data
            if len(self._ahead) > MAX_AHEAD and self._transport is not None:
                self._transport.pause_reading()
            return
        request = plain(data)
        if request is None or not self._accept(request, data):
            self._hand_over(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._open_here.discard(self)

    def _accept(self, request: Plain, data: bytes) -> bool:
        """Give an event to the writer; False when aiohttp is to say why not."""
        value = presented(request.headers)
        token = None if value is None else self._server.access.find(value)
        if token is None or not token.allows(Scope.PUBLISH):
            return False
        try:
            key = reading.idempotency_key(request.headers)
            body = reading.parsed(request.body, requests.NewEvent)
            draft = events.draft_of(self._server, body, key)
            answering = self._server.writer.append(Append((draft,)), 1)
        except EventsError:
            return False
        self.has_asked = True
        self.answering = answering
        answering.add_done_callback(partial(self._answer, data, time.perf_counter()))
        return True

    def _answer(self, data: bytes, started: float, done: asyncio.Future[Any]) -> None:
        self.answering = None
        if self._transport is None:
            return
        if done.cancelled() or done.exception() is not None:  # nothing was stored
            self._hand_over(data + self._ahead)
            return
        status, text = events.answer_of(self._server, done.result()[0])
        self._transport.write(as_bytes(status, text))
        ms = round((time.perf_counter() - started) * 1000, 1)
        self._log.debug("request", method="POST", path="/events", status=status, ms=ms)
        if self._is_closing:
            self._transport.close()
        elif self._ahead:  # pipelining: aiohttp knows how much of that a client may do
            self._hand_over(self._ahead)

    def _hand_over(self, data: bytes) -> None:
        transport = self._transport
        assert transport is not None
        self.connection_lost(None)
        handler = self._handler()
        transport.resume_reading()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        handler.data_received(data)


class Refusing(web.RequestHandler):
    """aiohttp's protocol; its own refusals are JSON and quote no header (contract §6, §1)."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is not HTTP; the connection ends with it."""
        super().handle_error(request, status, exc, message)  # logs it
        response = error_reply(status, OWN_FAULT if status >= 500 else NOT_HTTP)
        response.force_close()
        return response


class Doorway(web.BaseSite):
    """A listening address whose connections begin as `Express`; ones that say nothing are closed.

    Args:
        runner: set up already.
        host, port: where to listen.
        options: of `web.BaseSite`.
    """

    __slots__ = ("_host", "_port", "_sweeping", "express")

    def __init__(self, runner: web.AppRunner, host: str, port: int, **options: Any) -> None:
        super().__init__(runner, **options)
        self._host = host
        self._port = port
        self.express: set[Express] = set()  # connections that aiohttp has not
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """Where it listens."""
        return f"{'https' if self._ssl_context else 'http'}://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be had.
        """
        await super().start()
        runner = cast(web.AppRunner, self._runner)
        server = runner.server
        assert server is not None
        loop = asyncio.get_running_loop()
        handler = partial(
            Refusing,
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # the gate logs
            auto_decompress=False,  # `reading` does it, within its limits
        )
        make = partial(Express, runner.app[PARTS], handler, self.express)
        self._server = await loop.create_server(
            make, self._host, self._port, ssl=self._ssl_context, backlog=self._backlog
        )
        self._sweeping = asyncio.create_task(self._sweep(server, SILENT_SECONDS))

    async def stop(self) -> None:
        """Take no more connections; answer what was asked, and close."""
        await super().stop()
        if self._sweeping is not None:
            self._sweeping.cancel()
        asked = [one.answering for one in self.express if one.answering is not None]
        for one in list(self.express):
            one.close()
        await asyncio.gather(*asked, return_exceptions=True)

    async def _sweep(self, server: web.Server, seconds: float) -> None:
        """Close connections without a first request after `seconds`, and idle ones at last."""
        silent: dict[Any, float] = {}
        while True:
            await asyncio.sleep(seconds / 3)
            now = time.monotonic()
            for one in list(self.express):
                if now - one.heard_at >= (IDLE_SECONDS if one.has_asked else seconds):
                    one.close()
            # What aiohttp has waits for headers without an end.
            waiting = [one for one in server.connections if one._request_count == 0]  # noqa: SLF001
            silent = {one: silent.get(one, now) for one in waiting}
            for handler, since in silent.items():
                if now - since >= seconds and handler.transport is not None:
                    handler.transport.abort()
