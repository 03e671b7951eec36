"""Pages of the log, encoded once for clients that come back together and want the same."""

import asyncio
import time
from array import array
from bisect import bisect_right
from collections import OrderedDict
from typing import NamedTuple

from bedolaga_events import shapes
from bedolaga_events.live import frames
from bedolaga_events.live.protocol import Message, Wants
from bedolaga_events.model import Event
from bedolaga_events.store import events
from bedolaga_events.store.database import Database

PAGE = 800  # events
PAGE_CHARACTERS = 64 * 1024  # after which a page ends: each reader may have one unread
KEPT_BYTES = 8 * 1024 * 1024  # of all pages together


class Page(NamedTuple):
    """What follows a position, as somebody wants it."""

    first: int  # of the stored events that were looked at; 0 when there are none
    last: int
    is_full: bool  # more may follow what was read
    data: bytes
    ids: "array[int]"  # of the events in `data`
    ends: "array[int]"  # where each of them ends there

    def up_to(self, seam: int) -> tuple[bytes, int]:
        """The bytes of the events up to an id, and how many those are."""
        count = bisect_right(self.ids, seam)
        if count == len(self.ids):
            return self.data, count
        return self.data[: self.ends[count - 1]] if count else b"", count

    def covers(self, position: int, seam: int) -> bool:
        """Whether it brings a reader on: far enough, so that it need not come again too often."""
        return self.is_full or 2 * (self.last - position) >= min(seam - position, PAGE)


class Pages:
    """Reads pages for their readers; keeps the youngest while anybody reads at all."""

    def __init__(self, database: Database) -> None:
        self.spent = 0.0  # seconds of the loop, which whoever reads rests for
        self._database = database
        self._kept: OrderedDict[tuple[int, Wants], asyncio.Task[Page]] = OrderedDict()
        self._bytes = 0
        self._readers = 0
        self._turn = asyncio.Semaphore(1)  # hundreds of readers leave the database to others

    def __enter__(self) -> None:
        """A reader begins."""
        self._readers += 1

    def __exit__(self, *_: object) -> None:
        """A reader is done; with the last one everything is let go."""
        self._readers -= 1
        if not self._readers:
            self._kept.clear()
            self._bytes = 0

    @property
    def readers(self) -> int:
        """How many read at present."""
        return self._readers

    async def get(self, position: int, seam: int, wants: Wants) -> Page:
        """What comes after a position, as far as it was stored when somebody asked first.

        It may go beyond the seam, or end before it.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        key = position, wants
        known = self._kept.get(key)
        if known is not None and known.done() and not known.result().covers(position, seam):
            self._drop(key)
            known = None
        if known is None:
            known = self._kept[key] = asyncio.create_task(self._read(key))
        return await asyncio.shield(known)  # who goes away takes nobody's page along

    async def _read(self, key: tuple[int, Wants]) -> Page:
        position, wants = key
        try:
            async with self._turn:
                rows = await self._database.read(events.after, position, PAGE, PAGE_CHARACTERS)
        except BaseException:  # cancelled too
            self._kept.pop(key, None)
            raise
        started = time.perf_counter()
        page = _encoded(rows, wants)
        self.spent += time.perf_counter() - started
        if self._kept.get(key) is asyncio.current_task():
            self._bytes += len(page.data)
            self._let_go()
        return page

    def _let_go(self) -> None:
        oldest = [key for key, task in self._kept.items() if task.done()]
        while self._bytes > KEPT_BYTES and oldest:
            self._drop(oldest.pop(0))

    def _drop(self, key: tuple[int, Wants]) -> None:
        self._bytes -= len(self._kept.pop(key).result().data)


def _encoded(rows: list[Event], wants: Wants) -> Page:
    pieces, ids, ends, end = list[bytes](), array("q"), array("q"), 0
    for event in rows:
        message = Message(event.type, shapes.event.frame(event), event.id)
        if wants.takes(message):
            pieces.append(frames.one(message, wants.encoding))
            ids.append(event.id)
            ends.append(end := end + len(pieces[-1]))
    size = sum(len(event.payload) for event in rows)
    is_full = len(rows) == PAGE or size > PAGE_CHARACTERS
    first, last = (rows[0].id, rows[-1].id) if rows else (0, 0)
    return Page(first, last, is_full, b"".join(pieces), ids, ends)
