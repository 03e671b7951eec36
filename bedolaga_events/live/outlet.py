"""One client's way out: whole messages straight to its transport, held back while it resumes."""

import asyncio
from abc import ABC, abstractmethod

from bedolaga_events.live.protocol import Wants

CLOSE_SECONDS = 3.0  # how long a client may take to read what is left, or to answer a close


class Outlet(asyncio.Protocol, ABC):
    """What WebSocket and SSE clients have in common, as the hub sees them.

    Args:
        transport: the connection, which is this protocol's from now on.
        token_id: what the client came in with.
        wants: what it gets.
        unsent_limit: bytes that it may leave unread (contract §3).
    """

    # An idle socket is counted in bytes: a thousand of them wait.
    __slots__ = (
        "_counted",
        "_drained",
        "_held",
        "_held_bytes",
        "_transport",
        "position",
        "resuming",
        "token_id",
        "unsent_limit",
        "wants",
        "was_cut_off",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        token_id: int,
        wants: Wants,
        unsent_limit: int,
    ) -> None:
        self.token_id = token_id
        self.wants = wants
        self.unsent_limit = unsent_limit
        self.was_cut_off = False
        self.position = 0  # while it resumes: the newest event that it has passed
        self.resuming: asyncio.Task[None] | None = None
        self._transport = transport
        self._counted = 0  # bytes written since the last page of a replay
        self._held: list[bytes] | None = None
        self._held_bytes = 0
        self._drained: asyncio.Event | None = None  # while the transport is full

    @abstractmethod
    def lost(self) -> None:
        """The connection is over."""

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """End the connection in its own way."""

    def write(self, data: bytes) -> None:
        """Hand over whole live messages; never waits."""
        if self._held is None:
            self.answer(data)
        elif self._is_bearable():
            self._held.append(data)
            self._held_bytes += len(data)

    def answer(self, data: bytes) -> None:
        """Write past what is held back; it counts as unsent until the client has read it."""
        if self._is_bearable():
            self._counted += len(data)
            self.write_now(data)

    def replay(self, data: bytes) -> None:
        """Write a part of a replay, which never counts: its next part waits for `drained`."""
        self._counted = 0
        self.write_now(data)

    def write_now(self, data: bytes) -> None:
        """Write whatever it is.

        One system call for a batch of messages, where aiohttp's own verbs would make one each.
        """
        if not self._transport.is_closing():
            self._transport.write(data)

    def unsent(self) -> int:
        """Bytes of live messages and answers that the client has not read.

        They come after a replay's pages in the transport's buffer, so of what is there at most
        those written since the last page are meant.
        """
        return min(self._transport.get_write_buffer_size(), self._counted) + self._held_bytes

    def hold(self) -> None:
        """Keep live messages back from now on."""
        self._held = []

    def release(self) -> None:
        """Write what was kept back."""
        held, self._held, self._held_bytes = self._held or [], None, 0
        if held:
            self.answer(b"".join(held))

    async def drained(self) -> None:
        """Wait until the client has read most of what was written.

        Raises:
            ConnectionError: it is gone.
        """
        if self._drained is not None:
            await self._drained.wait()
        if self._transport.is_closing():
            raise ConnectionResetError("The client is gone.")

    def stop_resuming(self) -> None:
        """The client is gone, or is sent away."""
        if self.resuming is not None:
            self.resuming.cancel()
            self.resuming = None

    def abort(self) -> None:
        """Drop the connection at once."""
        self._transport.abort()

    # asyncio.Protocol

    def pause_writing(self) -> None:
        self._drained = asyncio.Event()

    def resume_writing(self) -> None:
        if self._drained is not None:
            self._drained.set()
            self._drained = None

    def connection_lost(self, exc: Exception | None) -> None:
        self.resume_writing()
        self.stop_resuming()
        self.lost()

    def _is_bearable(self) -> bool:
        # Looked at before writing: a batch larger than the limit must not cut who reads well.
        if self.unsent() <= self.unsent_limit:
            return True
        # It does not read: nobody waits for it, and it can come back with `since`.
        self.was_cut_off = True
        self.abort()
        return False
