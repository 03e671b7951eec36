"""Group commit: all that arrived while the last commit ran goes into the next transaction.

It knows no noun: `Statements` does those of one, the listeners hear what it changed.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from bedolaga_events.committed import Committed
from bedolaga_events.errors import Busy, EventsError, StoreClosed, StoreError
from bedolaga_events.metrics import Metrics
from bedolaga_events.store import schema
from bedolaga_events.store.commit import Statements, commit
from bedolaga_events.store.database import Database, hop
from bedolaga_events.store.trouble import MOVED, SILENT, Trouble, trouble_of

REFUSED_AGAIN = 1.0  # seconds before what must be written is offered again
MAX_WEIGHT = 500  # events and attempts in one transaction: bounds how long the others wait
# Whoever waits is told within five seconds (contract §6); while it lasts, the next one at once.
PATIENCE = 3.0  # seconds with another program's write lock
SILENCE = 4.0  # seconds in which nothing at all came back from the disk

Listener = Callable[[Committed], None]

log = structlog.get_logger()
R = TypeVar("R")


@dataclass(slots=True)
class _Waiting:
    draft: Any
    weight: int
    done: asyncio.Future[Any]


class Writer:
    """The only one who writes.

    Args:
        database: where to.
        statements: what is done in a transaction.
        now: the clock, in microseconds; read once a transaction.
        limit: how much weight may wait before `append` refuses.
    """

    def __init__(
        self,
        database: Database,
        statements: Statements,
        now: Callable[[], int],
        limit: int,
        metrics: Metrics,
    ) -> None:
        self.listeners: list[Listener] = []
        self._database = database
        self._statements = statements
        self._now = now
        self._limit = limit
        self._metrics = metrics
        self._queue: deque[_Waiting] = deque()
        self._weight = 0
        self._wake = asyncio.Event()
        self._connection_is_ours = asyncio.Lock()
        self._closing = False
        self._trouble: Trouble | None = None
        self._busy_since: float | None = None

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be stored now; None while all is well."""
        waited = 0.0 if self._busy_since is None else time.monotonic() - self._busy_since
        return SILENT if waited > SILENCE else self._trouble

    def append(self, draft: Any, weight: int) -> asyncio.Future[Any]:
        """Commit `draft`, unless the queue is full; awaiting gives its result.

        Raises:
            Busy: more than the limit waits; nothing was queued.
            StoreError: the transaction failed; nothing was written.
        """
        if self.trouble is SILENT:
            raise SILENT.refusal()
        if self._weight + weight > self._limit and self._weight:
            raise Busy
        return self.commit(draft, weight)

    def commit(self, draft: Any, weight: int = 0) -> asyncio.Future[Any]:
        """Commit `draft` however much waits, for what must not be refused; await its result.

        Raises:
            StoreError: the transaction failed; nothing was written.
        """
        if self._closing:
            raise StoreClosed
        waiting = _Waiting(draft, weight, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._weight += weight
        self._wake.set()
        return waiting.done

    async def insist(self, draft: Any) -> Any:
        """Commit `draft`, however long the store refuses: what happened must not be forgotten.

        Raises:
            StoreClosed: the server stops.
        """
        while True:
            try:
                return await self.commit(draft)
            except StoreClosed:
                raise
            except StoreError as error:
                if self.trouble is None:  # else it was told
                    log.warning("not written yet", error=error.detail)
                await asyncio.sleep(REFUSED_AGAIN)

    async def run(self) -> None:
        """Write until `close`; however it ends, nobody waits for it any more."""
        batch: list[_Waiting] = []
        try:
            while self._queue or not self._closing:
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                await asyncio.sleep(0)  # the last answers go out
                await asyncio.sleep(0)  # and what comes in one turn of the loop goes together
                self._busy_since = time.monotonic()
                async with self._connection_is_ours:
                    batch = self._next_batch()
                    await self._write(batch)
                self._busy_since = None
        finally:
            self._closing, self._busy_since = True, None
            left = [*batch, *self._queue]
            self._settle(left, [StoreClosed() for _ in left])

    def shed(self) -> None:
        """Refuse what waits for a transaction that does not come back."""
        if self.trouble is SILENT:
            self._be_in(SILENT)
            waiting, self._queue = list(self._queue), deque()
            self._settle(waiting, [SILENT.refusal() for _ in waiting])

    def close(self) -> None:
        """Refuse new drafts; `run` returns once the queue is written."""
        self._closing = True
        self._wake.set()

    async def aside(self, work: Callable[[sqlite3.Connection], R]) -> R:
        """Run what is no transaction on the writing connection, between two of them.

        Raises:
            sqlite3.Error: as `work` does; it does not wait for another program.
        """
        async with self._connection_is_ours:
            return await hop(self._database.writer, work)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        weight = 0
        while self._queue and (not batch or weight + self._queue[0].weight <= MAX_WEIGHT):
            batch.append(self._queue.popleft())
            weight += max(batch[-1].weight, 1)
        return batch

    async def _write(self, batch: list[_Waiting]) -> None:
        if not batch:
            return
        if self._database.is_moved:
            await self._set_aside(batch)
            return
        started = time.perf_counter()
        try:
            results, committed = await commit(
                self._database.writer,
                self._statements,
                [one.draft for one in batch],
                self._now,
                PATIENCE if self._trouble is None else 0.0,
            )
        except (sqlite3.Error, EventsError, ValueError, TypeError, OverflowError) as error:
            await self._refuse(batch, error)
            return
        self._be_in(None)
        self._settle(batch, results)
        self._metrics.commit_seconds.observe(time.perf_counter() - started)
        self._metrics.commit_drafts.observe(len(batch))
        for listener in self.listeners:
            listener(committed)

    async def _set_aside(self, batch: list[_Waiting]) -> None:
        """The file goes away whole: its log stays behind, for whichever file comes next."""
        self._be_in(MOVED)
        with suppress(sqlite3.Error):
            await hop(self._database.writer, schema.truncate_wal)
        self._settle(batch, [MOVED.refusal() for _ in batch])

    async def _refuse(self, batch: list[_Waiting], error: Exception) -> None:
        trouble = trouble_of(error, self._database.path)
        if trouble is not None:
            self._be_in(trouble)
            self._settle(batch, [trouble.refusal() for _ in batch])
        elif len(batch) == 1:
            log.error("commit failed", error=str(error))
            self._settle(batch, [error])
        else:  # one bad draft must not take its neighbours along: each by itself
            for one in batch:
                await self._write([one])

    def _be_in(self, trouble: Trouble | None) -> None:
        """Say once that nothing can be stored, and once that it can again."""
        if trouble is not None and trouble is not self._trouble:
            log.error(trouble.what, path=str(self._database.path), remedy=trouble.remedy)
        elif trouble is None and self._trouble is not None:
            log.info("the database can be written again")
        self._trouble = trouble

    def _settle(self, batch: list[_Waiting], results: list[Any]) -> None:
        self._weight -= sum(one.weight for one in batch)
        for one, result in zip(batch, results, strict=True):
            if one.done.done():  # the caller went away
                continue
            if isinstance(result, Exception):
                one.done.set_exception(result)
            else:
                one.done.set_result(result)
