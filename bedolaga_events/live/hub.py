"""Who is connected, who gets what, and who is too slow."""

from collections.abc import Iterable
from typing import Protocol

from bedolaga_events import wire
from bedolaga_events.live import frames
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Committed


class Socket(Protocol):
    """One connected client."""

    token_id: int

    def write(self, data: bytes) -> None:
        """Hand over whole frames; never waits."""

    def unsent(self) -> int:
        """Bytes that were handed over and that the client has not read."""

    def abort(self) -> None:
        """Drop the connection at once."""

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake."""


class Hub:
    """Fans committed events out to sockets.

    Args:
        last_event_id: the newest event when the hub starts.
        max_sockets: more are refused.
        unsent_limit: bytes that a socket may leave unread.
    """

    def __init__(
        self, last_event_id: int, max_sockets: int, unsent_limit: int, metrics: Metrics
    ) -> None:
        self.last_event_id = last_event_id
        self._max_sockets = max_sockets
        self._unsent_limit = unsent_limit
        self._metrics = metrics
        self._sockets: set[Socket] = set()

    def is_full(self) -> bool:
        """Whether one more socket would be too many."""
        return len(self._sockets) >= self._max_sockets

    def join(self, socket: Socket) -> None:
        """From now on `socket` gets every event after `last_event_id`."""
        self._sockets.add(socket)
        self._metrics.sockets.set(len(self._sockets))

    def leave(self, socket: Socket) -> None:
        """`socket` is gone."""
        self._sockets.discard(socket)
        self._metrics.sockets.set(len(self._sockets))

    def publish(self, committed: Committed) -> None:
        """Write a committed batch to every socket: encoded once, one write a socket."""
        if not committed.events:
            return
        self.last_event_id = committed.events[-1].id
        if not self._sockets:
            return
        data = frames.encode(wire.frame(one) for one in committed.events)
        for socket in list(self._sockets):
            self._send(socket, data)
        self._metrics.messages.inc(len(committed.events) * len(self._sockets))

    def revoke(self, token_ids: set[int], code: int, reason: str) -> None:
        """Close what came in with tokens that are gone."""
        for socket in list(self._sockets):
            if socket.token_id in token_ids:
                socket.close(code, reason)

    def sockets(self) -> Iterable[Socket]:
        """Everyone who is connected."""
        return list(self._sockets)

    def _send(self, socket: Socket, data: bytes) -> None:
        # Looked at before writing: a batch larger than the limit must not cut who reads well.
        if socket.unsent() <= self._unsent_limit:
            socket.write(data)
            return
        # It does not read: nobody waits for it, and it can come back with `since`.
        self._metrics.slow_readers.inc()
        self.leave(socket)
        socket.abort()
