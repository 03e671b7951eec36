"""A stream of server-sent events after its response has begun (WHATWG HTML §9.2)."""

import asyncio
from abc import abstractmethod

from bedolaga_events.live import frames
from bedolaga_events.live.outlet import CLOSE_SECONDS, Outlet
from bedolaga_events.live.protocol import Wants

LAST_CHUNK = b"0\r\n\r\n"


class EventStream(Outlet):
    """One client; whatever it says after its request is not looked at.

    Args:
        ping_seconds: between two signs of life, which proxies want as well.
        is_chunked: whether the response has chunks (RFC 9112 §7.1): HTTP/1.0 knows none.
    """

    __slots__ = ("_is_chunked", "_ping_seconds", "_timer")

    def __init__(
        self,
        transport: asyncio.Transport,
        token_id: int,
        wants: Wants,
        unsent_limit: int,
        ping_seconds: float,
        *,
        is_chunked: bool,
    ) -> None:
        super().__init__(transport, token_id, wants, unsent_limit)
        self._is_chunked = is_chunked
        self._ping_seconds = ping_seconds
        self._timer = asyncio.get_running_loop().call_later(ping_seconds, self._ping)

    @abstractmethod
    def passed(self) -> int:
        """The newest event that this stream has passed, be it wanted or not."""

    def write_now(self, data: bytes) -> None:
        super().write_now(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked else data)

    def close(self, code: int, reason: str) -> None:
        """End the stream; a browser comes back by itself, and is told 401 if it must not."""
        self.stop_resuming()
        if self._is_chunked and not self._transport.is_closing():
            self._transport.write(LAST_CHUNK)
        self._transport.close()
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self.abort)

    def data_received(self, data: bytes) -> None:
        """Nothing is expected of it."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def _ping(self) -> None:
        """Tell how far it is: who saw no event yet, or wants rare ones, resumes from there."""
        self.answer(frames.passed(self.passed()))
        self._timer = asyncio.get_running_loop().call_later(self._ping_seconds, self._ping)
