"""Who is connected, who gets what, and who is too slow."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Set
from typing import NamedTuple

from bedolaga_events.committed import Committed
from bedolaga_events.live import frames, news, protocol
from bedolaga_events.live.outlet import Outlet
from bedolaga_events.live.protocol import Message, Wants
from bedolaga_events.metrics import Metrics

LONG = 0.002  # seconds; a fan-out of several messages that takes longer is followed by a pause
PAUSE = 3.0  # times what the fan-out took
REMEMBERED = 1_000  # fan-outs, of which it is known who got them
GOODBYE_BATCHES = 10
GOODBYE_SECONDS = 1.5  # over which the sockets are closed, so that reconnects spread
FEW_SOCKETS = 20  # are closed at once


class FanOut(NamedTuple):
    """Which events went out together, and to whose tokens, by what they wanted."""

    first: int
    last: int
    token_ids: list[tuple[Wants, frozenset[int]]]


class Hub:
    """Fans committed events out to sockets.

    A thousand sockets take longer to write to than an event takes to commit. So that publishers
    keep most of the loop, a long fan-out is followed by a pause of three times its length; what is
    committed meanwhile goes out after it in one write a socket.

    Args:
        last_event_id: the newest event when the hub starts.
        max_sockets: more are refused.
        unsent_limit: bytes that a socket may leave unread.
    """

    def __init__(
        self,
        last_event_id: int,
        max_sockets: int,
        unsent_limit: int,
        metrics: Metrics,
    ) -> None:
        self.last_event_id = last_event_id  # that is committed
        self.sent_event_id = last_event_id  # that has been written to whoever is live
        self.unsent_limit = unsent_limit
        self._max_sockets = max_sockets
        self._metrics = metrics
        self._sockets: set[Outlet] = set()  # all who are connected
        self._live: dict[Wants, set[Outlet]] = {}  # who gets events now, by what they want
        self._waiting: list[Message] = []  # for the end of the pause
        self._pause: asyncio.TimerHandle | None = None
        self._past = deque[FanOut](maxlen=REMEMBERED)

    def is_full(self) -> bool:
        """Whether one more socket would be too many."""
        return len(self._sockets) >= self._max_sockets

    def enter(self, socket: Outlet) -> None:
        """`socket` is connected, and gets nothing yet."""
        self._sockets.add(socket)
        self._metrics.sockets.set(len(self._sockets))

    def go_live(self, socket: Outlet) -> None:
        """From now on `socket` gets what it wants of all after `sent_event_id`."""
        if socket in self._sockets:
            self._live.setdefault(socket.wants, set()).add(socket)

    def change(self, socket: Outlet, wants: Wants) -> None:
        """From the next message on `socket` wants something else."""
        was_live = self._forget(socket)
        socket.wants = wants
        if was_live:
            self.go_live(socket)

    def leave(self, socket: Outlet) -> None:
        """`socket` is gone."""
        if socket not in self._sockets:
            return
        self._forget(socket)
        self._sockets.remove(socket)
        self._metrics.sockets.set(len(self._sockets))
        if socket.was_cut_off:
            self._metrics.slow_readers.inc()

    def publish(self, committed: Committed) -> None:
        """Write a committed batch, now or after the pause."""
        if committed.events:
            self.last_event_id = committed.events[-1].id
        if self._live:
            self._waiting += news.of_events(committed)
            if any(wants.topics for wants in self._live):
                self._waiting += news.of_topics(committed)
        if self._pause is None or not self._live:
            self.flush()

    def flush(self) -> None:
        """Write what waits: encoded once for equal wants, one write a socket."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        messages, self._waiting = self._waiting, []
        self.sent_event_id = self.last_event_id
        if not messages:
            return
        started = time.perf_counter()
        self._remember(messages)
        for wants, sockets in list(self._live.items()):
            data, count = frames.encode(messages, wants)
            if data:
                for socket in list(sockets):
                    socket.write(data)
                self._metrics.messages.inc(count * len(sockets))
        taken = time.perf_counter() - started
        if taken > LONG and len(messages) > 1:  # one at a time: nobody else is publishing
            self._pause = asyncio.get_running_loop().call_later(PAUSE * taken, self.flush)

    def keep(self, token_ids: Set[int]) -> None:
        """Close what came in with any other token: it is revoked, or has expired."""
        for socket in list(self._sockets):
            if socket.token_id not in token_ids:
                socket.close(protocol.UNAUTHORIZED, protocol.REVOKED)

    async def say_goodbye(self) -> None:
        """Close every socket with 1001, in batches."""
        self.flush()
        sockets = list(self._sockets)
        size = max(FEW_SOCKETS, -(-len(sockets) // GOODBYE_BATCHES))
        for start in range(0, len(sockets), size):
            if start:
                await asyncio.sleep(GOODBYE_SECONDS / GOODBYE_BATCHES)
            for socket in sockets[start : start + size]:
                socket.close(protocol.GOING_AWAY, "The server is shutting down")

    def seen_by(self, event_id: int, event_type: str) -> set[int]:
        """The tokens whose sockets got an event live, as far as it is remembered."""
        asked = Message(event_type, "", event_id)
        found = [one for one in self._past if one.first <= event_id <= one.last]
        groups = [ids for one in found for wants, ids in one.token_ids if wants.takes(asked)]
        return set().union(*groups)

    def sockets(self) -> Iterable[Outlet]:
        """Everyone who is connected."""
        return list(self._sockets)

    def _remember(self, messages: list[Message]) -> None:
        ids = [one.id for one in messages if one.id is not None]
        if ids and self._live:
            groups = self._live.items()
            tokens = [(wants, frozenset(one.token_id for one in some)) for wants, some in groups]
            self._past.append(FanOut(ids[0], ids[-1], tokens))

    def _forget(self, socket: Outlet) -> bool:
        group = self._live.get(socket.wants, set())
        was_live = socket in group
        group.discard(socket)
        if not group:
            self._live.pop(socket.wants, None)
        return was_live
