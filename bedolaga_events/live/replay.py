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

PAGE = 200  # events
PAGE_BYTES = 256 * 1024  # of payloads, after which a page ends
PAUSE = 5.0  # times what a page took to write, shared by all replays
KEPT_PAGES = 16  # shared by clients that come back together


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
    """Stored events in order, encoded once for clients that want the same."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self._encoded: dict[Wants, tuple[bytes, int]] = {}

    def encoded(self, wants: Wants) -> tuple[bytes, int]:
        """The bytes of what is wanted of it, and how many messages those are."""
        known = self._encoded.get(wants)
        if known is None:
            known = self._encoded[wants] = encode(self.messages, wants)
        return known

    def up_to(self, last: int) -> "_Page":
        """The page without what comes after an event."""
        if not self.messages or (self.messages[-1].id or 0) <= last:
            return self
        return _Page([one for one in self.messages if (one.id or 0) <= last])


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
        self._free_at = 0.0  # when replays have used no more than their share of the loop

    async def resume(self, socket: Resuming, since: Since) -> None:
        """Send every stored event after `since`, then let the socket go live.

        There is no gap and no repeat at the seam: the last page ends exactly where holding began.
        """
        position, gap = await self._start(since)
        if gap is not None:
            self._say(socket, gap)
        done = _Progress(position)
        while (seam := self._hub.sent_event_id) - done.position > PAGE:
            page = (await self._page(done.position)).up_to(seam)
            if not page.messages:  # the rest is gone since
                break
            await self._send(socket, page, done)
        if done.position > self._hub.sent_event_id:  # it knows what still waits for the others
            self._hub.flush()
        seam = self._hub.sent_event_id
        socket.hold()
        self._hub.go_live(socket)
        while done.position < seam:
            page = (await self._page(done.position)).up_to(seam)
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

    async def _page(self, position: int) -> _Page:
        kept = self._pages.get(position)
        if kept is not None:
            return kept
        rows = await self._database.read(events.after, position, PAGE, PAGE_BYTES)
        page = _Page([Message(one.type, wire.frame(one), one.id) for one in rows])
        if len(rows) == PAGE:  # it will never change, but for what retention takes
            self._pages[position] = page
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        return page

    async def _send(self, socket: Resuming, page: _Page, done: _Progress) -> None:
        started = time.perf_counter()
        data, count = page.encoded(socket.wants)
        if data:
            socket.write_now(data)
            await self._rest(time.perf_counter() - started)
            await socket.drained()
        done.replayed += count
        done.first = done.first or page.messages[0].id
        done.position = page.messages[-1].id or done.position

    async def _rest(self, taken: float) -> None:
        """Leave most of the loop to publishers when hundreds of clients come back together."""
        now = time.perf_counter()
        self._free_at = max(self._free_at, now) + PAUSE * taken
        if self._free_at - now > LONG:
            await asyncio.sleep(self._free_at - now)

    def _say(self, socket: Resuming, text: str) -> None:
        if socket.wants.encoding is Encoding.SSE:
            socket.write_now(frames.encode_sse([(None, text)]))
        else:
            socket.write_now(frames.encode([text]))
