"""One connection to a receiver: it carries one request after another, and reads their answers."""

import asyncio
import select
from typing import cast

from bedolaga_events.delivery.reading import Reading

LINGER = 1.0  # seconds after the last byte of an answer whose end nobody tells (contract §4)
CLOCK_TICK = 0.001  # seconds: uvloop's timers and clock count in milliseconds


class Line(asyncio.Protocol):
    """A connection; nobody but its transport and `Poster` calls it."""

    def __init__(self) -> None:
        self.peer: str | None = None
        self.opened_at = 0.0  # seconds of the loop's clock
        self.idle_since = 0.0
        self.reading = Reading(kept=False)
        self.is_cut = False  # the deadline passed before the answer was whole
        self._loop = asyncio.get_running_loop()
        self._ready = select.poll()
        self._transport: asyncio.Transport | None = None
        self._is_tls = False
        self._is_closed = False
        self._deadline = 0.0
        self._last_byte = 0.0  # of the answer that is read now
        self._timer: asyncio.TimerHandle | None = None
        self._done: asyncio.Future[None] | None = None

    async def exchange(self, request: bytes, deadline: float) -> Reading:
        """Send a request; its answer, as much of it as came.

        Args:
            deadline: in seconds of the loop's clock.
        """
        transport = self._transport
        if transport is None or self._is_closed:
            self.reading.end()
            return self.reading
        transport.write(request)
        self._deadline = deadline
        self._done = self._loop.create_future()
        if self.reading.is_done:  # it answered before it was asked: it is told all the same
            self.reading.can_stay = False
            self._loop.call_soon(self._wake)  # when that is written
        # A timer of our own: asyncio.timeout costs 7 µs, and there is nothing here to cancel.
        self._timer = self._loop.call_at(self._patience_ends(), self._time_is_up)
        try:
            await self._done
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            self._timer.cancel()
        return self.reading

    def can_serve_again(self) -> bool:
        """Whether the next request may go out on it: nothing came since the last answer."""
        transport = self._transport
        if transport is None or self._is_closed or transport.is_closing():
            return False
        if self._ready.poll(0):  # bytes that nobody asked for, or the end
            return False
        self.reading = Reading(kept=True)
        self._last_byte = 0.0
        self._done = None
        return True

    @property
    def can_stay(self) -> bool:
        """Whether it may be kept: the last answer was read whole, the request was sent whole."""
        transport = self._transport
        if transport is None or self._is_closed or not self.reading.can_stay:
            return False
        return not transport.get_write_buffer_size()

    @property
    def is_closed(self) -> bool:
        """Whether it is of no use any more."""
        return self._is_closed

    def close(self) -> None:
        """Drop it at once."""
        self._is_closed = True
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The receiver may be the first to speak, so its answer is read from here on."""
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        self.peer = str(name[0]) if name else None
        self._is_tls = transport.get_extra_info("sslcontext") is not None
        self._ready.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer; on an idle connection they belong to nobody."""
        if self._done is not None and self._done.done():
            self.close()
            return
        self._last_byte = self._loop.time()
        self.reading.feed(data)
        if self.reading.is_done:
            self._wake()
        elif self._done is not None and not self.reading.is_framed:
            self._watch()

    def eof_received(self) -> bool:
        """The receiver says no more; a request that is still to be written may go out (D20)."""
        self.reading.end()
        self._wake()
        return not self._is_tls and self._done is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Whatever came until now is the answer."""
        self._is_closed = True
        self.reading.end()
        self._wake()

    def _watch(self) -> None:
        """Set the timer anew, if it would come too late for what is now known of the answer."""
        at = self._patience_ends()
        if self._timer is not None and at < self._timer.when():
            self._set_timer(at)

    def _patience_ends(self) -> float:
        """At the deadline; for an answer whose end nobody tells, soon after its last byte."""
        if not self._last_byte or self.reading.is_framed:
            return self._deadline
        return min(self._deadline, self._last_byte + LINGER)

    def _set_timer(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._time_is_up)

    def _time_is_up(self) -> None:
        now, at = self._loop.time() + CLOCK_TICK, self._patience_ends()
        if now < at:  # more has come since the timer was set
            self._set_timer(at)
            return
        self.is_cut = now >= self._deadline
        self.reading.end()
        self._wake()

    def _wake(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(None)
