"""What a client missed, page by page from the log, and the seam to what is live (contract §3)."""

import asyncio
import time
from typing import NamedTuple

import structlog

from bedolaga_events.live import frames, protocol
from bedolaga_events.live.hub import Hub
from bedolaga_events.live.outlet import Outlet
from bedolaga_events.live.pages import PAGE, Pages
from bedolaga_events.live.protocol import Message
from bedolaga_events.store import events
from bedolaga_events.store.database import Database

LONG = 0.002  # seconds that the loop may be behind its share before a client rests
QUIET = 0.25  # seconds without a commit after which nobody publishes
PAUSE, LONGEST_PAUSE = 1.0, 20.0  # times what a page took: at least, and with many clients

log = structlog.get_logger()


class Since(NamedTuple):
    """Where a client wants to go on: after an event of a database (None: of this one)."""

    event_id: int
    epoch: str | None


class Resumptions:
    """Brings clients from where they were to what is live."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._pages = Pages(database)
        self._last_seen = 0  # event, at the last rest
        self._published_at = 0.0  # when it was seen first
        self._free_at = 0.0  # when resuming has used no more than its share of the loop

    def start(self, socket: Outlet, since: Since) -> None:
        """Send every stored event after `since`, then let the socket go live.

        `socket.position` tells at once where it goes on. If resuming fails the client is dropped,
        and comes back.
        """
        last = self._hub.last_event_id
        gap = None
        if since.epoch is not None and since.epoch != self._database.uid:
            gap = "epoch"
        elif since.event_id > last:
            gap = "ahead"
        socket.position = last if gap else since.event_id
        socket.resuming = asyncio.create_task(self._resume(socket, gap))
        socket.resuming.add_done_callback(lambda done: _ended(socket, done))

    async def _resume(self, socket: Outlet, gap: str | None) -> None:
        """There is no gap and no repeat at the seam: the last page ends where holding began."""
        oldest, pruned_to = await self._database.read(events.bounds)
        if gap is None and socket.position < pruned_to:
            gap = "retention"
        if gap is not None:
            _say(socket, protocol.gap(gap, oldest))
        progress = _Progress()
        with self._pages:
            while (seam := self._hub.sent_event_id) - socket.position > PAGE:
                if not await self._send(socket, seam, progress):  # the rest is gone since
                    break
            if socket.position > self._hub.sent_event_id:  # it knows what waits for the others
                self._hub.flush()
            seam = self._hub.sent_event_id
            socket.hold()
            self._hub.go_live(socket)
            while socket.position < seam and await self._send(socket, seam, progress):
                pass
        _say(socket, protocol.resumed(progress.sent, progress.first or seam + 1, seam))
        socket.release()

    async def _send(self, socket: Outlet, seam: int, progress: "_Progress") -> bool:
        """Write the next page up to the seam; False when nothing is left before it."""
        if not await self._write(socket, seam, progress):
            return False
        await self._rest()
        await socket.drained()
        return True

    async def _write(self, socket: Outlet, seam: int, progress: "_Progress") -> bool:
        # By itself, so that who waits for its client holds no page.
        page = await self._pages.get(socket.position, seam, socket.wants)
        if not 0 < page.first <= seam:
            return False
        started = time.perf_counter()
        data, count = page.up_to(seam)
        if data:
            socket.replay(data)
        self._pages.spent += time.perf_counter() - started
        progress.sent += count
        progress.first = progress.first or page.first
        socket.position = min(page.last, seam)
        return True

    async def _rest(self) -> None:
        """Leave most of the loop to publishers when hundreds of clients come back together.

        While nobody publishes, half of it is enough for the others.
        """
        taken, self._pages.spent = self._pages.spent, 0.0
        now = time.perf_counter()
        if self._hub.last_event_id != self._last_seen:
            self._last_seen, self._published_at = self._hub.last_event_id, now
        is_quiet = now - self._published_at > QUIET
        pause = PAUSE if is_quiet else min(PAUSE + self._pages.readers, LONGEST_PAUSE)
        self._free_at = max(self._free_at, now) + pause * taken
        if self._free_at - now > LONG:
            await asyncio.sleep(self._free_at - now)


class _Progress:
    """What a client has been sent."""

    __slots__ = ("first", "sent")

    def __init__(self) -> None:
        self.first = 0  # the first stored event that was looked at
        self.sent = 0


def _say(socket: Outlet, text: str) -> None:
    socket.replay(frames.one(Message("", text), socket.wants.encoding))


def _ended(socket: Outlet, done: asyncio.Task[None]) -> None:
    socket.resuming = None
    problem = None if done.cancelled() else done.exception()
    if problem is not None:
        if not isinstance(problem, ConnectionError):
            log.warning("resuming failed", error=str(problem))
        socket.abort()
