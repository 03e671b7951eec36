"""One client's way out: whole messages straight to its transport, held back while it resumes."""

import asyncio
from abc import ABC, abstractmethod

from bedolaga_events.live.protocol import Wants
from bedolaga_events.live.replay import Replays, Since


class Outlet(ABC):
    """What WebSocket and SSE clients have in common, as the hub sees them.

    Args:
        transport: the connection; closed by whoever reads from it.
        token_id: what the client came in with.
        address: where it comes from.
        wants: what it gets.
    """

    # An idle socket is counted in bytes: a thousand of them wait.
    __slots__ = (
        "_held",
        "_held_bytes",
        "_resuming",
        "_transport",
        "address",
        "token_id",
        "wants",
    )

    def __init__(
        self, transport: asyncio.Transport, token_id: int, address: str, wants: Wants
    ) -> None:
        self.token_id = token_id
        self.address = address
        self.wants = wants
        self._transport = transport
        self._held: list[bytes] | None = None
        self._held_bytes = 0
        self._resuming: asyncio.Task[None] | None = None

    def write(self, data: bytes) -> None:
        """Hand over whole messages; never waits."""
        if self._held is None:
            self.write_now(data)
        else:
            self._held.append(data)
            self._held_bytes += len(data)

    def write_now(self, data: bytes) -> None:
        """Write past what is held back.

        One system call for a batch of messages, where aiohttp's own verbs would make one each.
        """
        if not self._transport.is_closing():
            self._transport.write(data)

    def unsent(self) -> int:
        """Live bytes that the client has not read."""
        return self._transport.get_write_buffer_size() + self._held_bytes

    def hold(self) -> None:
        """Keep live messages back from now on."""
        self._held = []

    def release(self) -> None:
        """Write what was kept back."""
        held, self._held, self._held_bytes = self._held or [], None, 0
        if held:
            self.write_now(b"".join(held))

    @abstractmethod
    async def drained(self) -> None:
        """Wait until the client has read most of what was written.

        Raises:
            ConnectionError: it is gone.
        """

    def resume(self, replays: Replays, since: Since) -> None:
        """Replay what was missed; if that fails the client is dropped, and comes back."""
        self._resuming = asyncio.create_task(replays.resume(self, since))
        self._resuming.add_done_callback(self._resumed)

    def stop_resuming(self) -> None:
        """The client is gone, or has all it missed."""
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None

    def _resumed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.abort()

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """End the connection in its own way."""

    def abort(self) -> None:
        """Drop the connection at once."""
        self._transport.abort()
