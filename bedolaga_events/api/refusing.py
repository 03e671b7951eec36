"""aiohttp's protocol as we want it: refusals in JSON, answers to who says no more."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import structlog
from aiohttp import web

from bedolaga_events.api import foreign
from bedolaga_events.api.crowd import Guest, can_half_close, peer_of
from bedolaga_events.api.json_reply import OWN_FAULT, error_reply, http_error
from bedolaga_events.api.state import Parts

NOT_HTTP = "This request is not HTTP/1.1 (RFC 9112), or a line of its head is over 8 KiB."
COMES_YET = 0.2  # seconds in which what was sent before the end is read

Arrive = Callable[[asyncio.Transport], Guest]
log = structlog.get_logger()


class Refusing(web.RequestHandler):
    """aiohttp's protocol; its own refusals are JSON and quote no header (contract §6, §1).

    Args:
        server: the running server.
        arrive: is told of the connection.
        arguments, options: of `web.RequestHandler`.
    """

    __slots__ = (
        "_answered",
        "_arrive",
        "_first",
        "_has_ended",
        "_parts",
        "idle_since",
        "quiet_since",
    )

    def __init__(self, server: Parts, arrive: Arrive, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._parts = server
        self._arrive = arrive
        self._first = b""  # of what came, to tell what it is when it is not HTTP
        self._answered = 0  # requests
        self._has_ended = False  # the client says no more
        self.idle_since = time.monotonic()
        self.quiet_since: float | None = None  # when the client said that it says no more

    @property
    def has_asked(self) -> bool:
        """Whether the head of a request has come."""
        return self._request_count > 0

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for an answer."""
        return self._current_request is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._arrive(cast(asyncio.Transport, transport))
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.transport is not None:  # or something else has taken it over
            self._parts.crowd.leave(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._request_count and len(self._first) < foreign.LONGEST:
            self._first += data[: foreign.LONGEST]
        super().data_received(foreign.without_upgrades(data))

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio asks whether to keep it
        """The client says no more: what it has asked is answered, then the connection ends."""
        self.quiet_since = time.monotonic()
        self._has_ended = self._answered < self._request_count
        if self._has_ended:
            asyncio.get_running_loop().call_later(COMES_YET, self._drop_what_is_not_whole)
        return self._has_ended and can_half_close(self.transport)

    def _drop_what_is_not_whole(self) -> None:
        """What of a body did not come with its end never will."""
        request, transport = self._current_request, self.transport
        if request is not None and transport is not None and not request.content.is_eof():
            transport.abort()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Write an answer; what aiohttp refuses before the gate (an Expect) is JSON too."""
        if isinstance(resp, web.HTTPException):
            resp = http_error(request.method, resp)
        self.idle_since = time.monotonic()
        self._answered += 1
        if self._has_ended and self._answered == self._request_count:
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is not HTTP; the connection ends with it."""
        if isinstance(exc, UnicodeEncodeError) and "Expect" in request.headers:
            # aiohttp quotes an Expect that it refuses, and this one cannot be written.
            return http_error(request.method, web.HTTPExpectationFailed())
        if request.writer.output_size > 0 or status >= 500:
            super().handle_error(request, status, exc, message)  # logs it, or ends it
            response = error_reply(status, OWN_FAULT)
        else:
            response = error_reply(status, self._named())
        response.force_close()
        return response

    def _named(self) -> str:
        """The sentence for what is not HTTP; the operator reads it in the log, once a minute."""
        found = foreign.recognised(self._first) if self._request_count <= 1 else None
        sentence = NOT_HTTP if found is None else found.sentence
        if self._parts.sparingly(sentence):
            log.warning("a request was not HTTP", reason=sentence, address=peer_of(self.transport))
        return sentence
