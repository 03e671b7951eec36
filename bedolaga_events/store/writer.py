"""Group commit: all that arrived while the last commit ran goes into the next transaction.

It knows no noun: `apply` does the statements of a transaction, the listeners hear what it changed.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog

from bedolaga_events.errors import Busy, DiskFull, EventsError, StoreClosed, StoreError
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Committed
from bedolaga_events.store.database import Database, hop

MAX_BATCH = 2_000  # drafts in one transaction: bounds how long the others wait
LONGEST_DRAIN = 0.5  # seconds until others of this connection get their turn

Apply = Callable[[sqlite3.Connection, Sequence[Any], int], tuple[list[Any], Committed]]
Listener = Callable[[Committed], None]

log = structlog.get_logger()


@dataclass(slots=True)
class _Waiting:
    draft: Any
    weight: int
    done: asyncio.Future[Any]


class _Done(NamedTuple):
    """A transaction that ended; `committed` is None when it failed."""

    batch: list[_Waiting]
    results: list[Any]
    committed: Committed | None
    seconds: float


class Writer:
    """The only one who writes.

    Args:
        database: where to.
        apply: does one transaction's statements, BEGIN and COMMIT apart; returns a result for each
            draft (an `EventsError` as a result is raised to that draft's caller) and what changed.
        now: the clock, in microseconds; read once a transaction.
        limit: how much weight may wait before `append` refuses.
    """

    def __init__(
        self,
        database: Database,
        apply: Apply,
        now: Callable[[], int],
        limit: int,
        metrics: Metrics,
    ) -> None:
        self.listeners: list[Listener] = []
        self._database = database
        self._apply = apply
        self._now = now
        self._limit = limit
        self._metrics = metrics
        self._queue: deque[_Waiting] = deque()
        self._weight = 0
        self._wake = asyncio.Event()
        self._closing = False

    def append(self, draft: Any, weight: int) -> Awaitable[Any]:
        """Commit `draft`, unless the queue is full; awaiting gives its result.

        Raises:
            Busy: more than the limit waits; nothing was queued.
            StoreError: the transaction failed; nothing was written.
        """
        if self._weight + weight > self._limit and self._weight:
            raise Busy
        return self.commit(draft, weight)

    def commit(self, draft: Any, weight: int = 0) -> Awaitable[Any]:
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

    async def run(self) -> None:
        """Write until `close`."""
        loop = asyncio.get_running_loop()
        while self._queue or not self._closing:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            await hop(self._database.writer, self._drain, loop)

    def close(self) -> None:
        """Refuse new drafts; `run` returns once the queue is written."""
        self._closing = True
        self._wake.set()

    def _drain(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        """On the connection's thread: transaction after transaction, while anything waits.

        The next one does not wait for the event loop to hear of the last one.
        """
        until = time.perf_counter() + LONGEST_DRAIN
        while self._queue and time.perf_counter() < until:
            batch = [self._queue.popleft() for _ in range(min(MAX_BATCH, len(self._queue)))]
            for done in self._write(connection, batch):
                loop.call_soon_threadsafe(self._tell, done)

    def _write(self, connection: sqlite3.Connection, batch: list[_Waiting]) -> Iterator[_Done]:
        started = time.perf_counter()
        try:
            results, committed = self._transaction(connection, [one.draft for one in batch])
        except (sqlite3.Error, EventsError, ValueError, TypeError, OverflowError) as error:
            if len(batch) == 1 or _is_disk(error):
                log.error("commit failed", error=str(error), drafts=len(batch))
                yield _Done(batch, [_explained(error)] * len(batch), None, 0.0)
            else:  # one bad draft must not take its neighbours along: each by itself
                for one in batch:
                    yield from self._write(connection, [one])
            return
        yield _Done(batch, results, committed, time.perf_counter() - started)

    def _tell(self, done: _Done) -> None:
        """On the event loop: the callers first, then everybody who listens."""
        self._weight -= sum(one.weight for one in done.batch)
        for one, result in zip(done.batch, done.results, strict=True):
            _settle(one.done, result)
        if done.committed is None:
            return
        self._metrics.commit_seconds.observe(done.seconds)
        self._metrics.commit_drafts.observe(len(done.batch))
        for listener in self.listeners:
            listener(done.committed)

    def _transaction(
        self, connection: sqlite3.Connection, drafts: Sequence[Any]
    ) -> tuple[list[Any], Committed]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            done = self._apply(connection, drafts, self._now())
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return done


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():  # the caller went away
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def _is_disk(error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")  # SQLITE_ERROR: a wrong statement
    return isinstance(error, sqlite3.OperationalError) and name != "SQLITE_ERROR"


def _explained(error: Exception) -> Exception:
    if not isinstance(error, sqlite3.Error):
        return error
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return DiskFull("The disk is full; nothing was stored. Free some space and try again.")
    if name.startswith("SQLITE_READONLY"):
        return StoreError("The database cannot be written: it is read-only.")
    if name.startswith("SQLITE_BUSY"):
        return StoreError(
            "Another program holds the database; try again.", headers={"Retry-After": "1"}
        )
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(f"The database cannot be written: {error}.")
    return error
