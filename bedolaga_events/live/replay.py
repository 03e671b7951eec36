"""What a client missed, page by page from the log, and the seam to what is live (contract §3)."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from bedolaga_events import wire
from bedolaga_events.live import frames, protocol
from bedolaga_events.live.hub import LONG, Hub, Socket, encode
from bedolaga_events.live.protocol import Encoding, Message, Wants
from bedolaga_events.store import events
from bedolaga_events.store.database import Database

PAGE = 800  # events
PAGE_CHARACTERS = 256 * 1024  # after which a page ends
PAUSE, LONGEST_PAUSE = 1.0, 20.0  # times what a page took to write: a share a replay; for all
KEPT_PAGES = 32  # shared by clients that come back together


class Since(NamedTuple):
    """Where a client wants to go on: after an event of a database (None: of this one)."""

    event_id: int
    epoch: str | None


@dataclass(slots=True)
class _Progress:
    position: int  # the last event that was looked at
    first: int | None = None
    replayed: int = 0


class _Page:
    """Stored events in order, which grow to a full page; encoded once for equal wants."""

    def __init__(self, position: int, messages: list[Message]) -> None:
        self.last = messages[-1].id or 0 if messages else position
        self.messages = messages
        self.growing = asyncio.Lock()
        self._size = sum(len(one.text) for one in messages)
        self._encoded: dict[Wants, tuple[bytes, int]] = {}

    def room(self) -> tuple[int, int]:
        """How many more events and characters it takes."""
        return PAGE - len(self.messages), PAGE_CHARACTERS - self._size

    def has_room(self) -> bool:
        """Whether it is not full."""
        return min(self.room()) > 0

    def grow(self, messages: list[Message]) -> None:
        """Add what comes next; who has the earlier part encoded needs the rest alone."""
        for wants, (data, count) in self._encoded.items():
            more, taken = encode(messages, wants)
            self._encoded[wants] = (data + more, count + taken)
        self.messages += messages
        self.last = messages[-1].id or 0 if messages else self.last
        self._size += sum(len(one.text) for one in messages)

    def encoded(self, wants: Wants) -> tuple[bytes, int]:
        """The bytes of what is wanted of it, and how many messages those are."""
        known = self._encoded.get(wants)
        if known is None:
            known = self._encoded[wants] = encode(self.messages, wants)
        return known

    def up_to(self, last: int) -> "_Page":
        """The page without what comes after an event."""
        if self.last <= last:
            return self
        return _Page(last, [one for one in self.messages if (one.id or 0) <= last])


class Resuming(Socket, Protocol):
    """A socket that can hold live messages back, and be waited for."""

    def hold(self) -> None:
        """Keep what is written back from now on."""

    def release(self) -> None:
        """Write what was kept back."""

    def write_now(self, data: bytes) -> None:
        """Write past what is kept back."""

    async def drained(self) -> None:
        """Wait until the client has read most of what was written."""


class Replays:
    """Replays the log to resuming clients; full pages are read once for all of them."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._pages: OrderedDict[int, _Page] = OrderedDict()
        self._running = 0
        self._free_at = 0.0  # when replays have used no more than their share of the loop

    async def resume(self, socket: Resuming, since: Since) -> None:
        """Send every stored event after `since`, then let the socket go live.

        There is no gap and no repeat at the seam: the last page ends exactly where holding began.
        """
        self._running += 1
        try:
            await self._resume(socket, since)
        finally:
            self._running -= 1

    async def _resume(self, socket: Resuming, since: Since) -> None:
        position, gap = await self._start(since)
        if gap is not None:
            self._say(socket, gap)
        done = _Progress(position)
        while (seam := self._hub.sent_event_id) - done.position > PAGE:
            page = await self._page(done.position, seam)
            if not page.messages:  # the rest is gone since
                break
            await self._send(socket, page, done)
        if done.position > self._hub.sent_event_id:  # it knows what still waits for the others
            self._hub.flush()
        seam = self._hub.sent_event_id
        socket.hold()
        self._hub.go_live(socket)
        while done.position < seam:
            page = await self._page(done.position, seam)
            if not page.messages:
                break
            await self._send(socket, page, done)
        first = seam + 1 if done.first is None else done.first
        self._say(socket, protocol.resumed(done.replayed, first, seam))
        socket.release()

    async def _start(self, since: Since) -> tuple[int, str | None]:
        last = self._hub.last_event_id
        oldest, pruned_to = await self._database.read(events.bounds)
        if since.epoch is not None and since.epoch != self._database.uid:
            return last, protocol.gap("epoch", oldest)
        if since.event_id > last:
            return last, protocol.gap("ahead", oldest)
        if since.event_id < pruned_to:
            return since.event_id, protocol.gap("retention", oldest)
        return since.event_id, None

    async def _page(self, position: int, seam: int) -> _Page:
        """What comes after a position, up to the seam; others who ask for it get the same page."""
        page = self._pages.get(position)
        if page is None:
            page = self._pages[position] = _Page(position, [])
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        if page.last < seam and page.has_room():
            await self._grow(page, seam)
        return page.up_to(seam)

    async def _grow(self, page: _Page, seam: int) -> None:
        async with page.growing:
            if page.last < seam and page.has_room():  # nobody did while we waited
                count, characters = page.room()
                count = min(count, seam - page.last)
                rows = await self._database.read(events.after, page.last, count, characters)
                page.grow([Message(one.type, wire.frame(one), one.id) for one in rows])

    async def _send(self, socket: Resuming, page: _Page, done: _Progress) -> None:
        started = time.perf_counter()
        first, last = page.messages[0].id, page.last  # it may grow meanwhile
        data, count = page.encoded(socket.wants)
        if data:
            socket.write_now(data)
            await self._rest(time.perf_counter() - started)
            await socket.drained()
        done.replayed += count
        done.first = done.first or first
        done.position = last

    async def _rest(self, taken: float) -> None:
        """Leave most of the loop to publishers when hundreds of clients come back together."""
        now = time.perf_counter()
        pause = min(1 + PAUSE * self._running, LONGEST_PAUSE)
        self._free_at = max(self._free_at, now) + pause * taken
        if self._free_at - now > LONG:
            await asyncio.sleep(self._free_at - now)

    def _say(self, socket: Resuming, text: str) -> None:
        if socket.wants.encoding is Encoding.SSE:
            socket.write_now(frames.encode_sse([(None, text)]))
        else:
            socket.write_now(frames.encode([text]))
