"""One client's way out: whole messages straight to its transport, held back while it resumes."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any

from aiohttp import web

from bedolaga_events.live.protocol import Wants
from bedolaga_events.live.replay import Replays, Since
from bedolaga_events.model import Token


class Outlet(ABC):
    """What WebSocket and SSE clients have in common, as the hub sees them."""

    # An idle socket is counted in bytes: a thousand of them wait.
    __slots__ = ("_held", "_held_bytes", "_protocol", "_transport", "address", "token_id", "wants")

    def __init__(self, request: web.Request, token: Token, address: str, wants: Wants) -> None:
        assert request.transport is not None
        self.token_id = token.id
        self.address = address
        self.wants = wants
        self._transport = request.transport
        self._protocol: Any = request.protocol
        self._held: list[bytes] | None = None
        self._held_bytes = 0

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

    async def drained(self) -> None:
        """Wait until the client has read most of what was written.

        Raises:
            ConnectionError: it is gone.
        """
        await self._protocol._drain_helper()  # noqa: SLF001 - aiohttp has no public verb for it

    def resume(self, replays: Replays, since: Since) -> asyncio.Task[None]:
        """Replay what was missed; if that fails the client is dropped, and comes back."""
        task = asyncio.create_task(replays.resume(self, since))
        task.add_done_callback(self._resumed)
        return task

    def _resumed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.abort()

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """End the connection in its own way."""

    def abort(self) -> None:
        """Drop the connection at once."""
        self._transport.abort()
