"""Group commit: all that arrived while the last commit ran goes into the next transaction.

It knows no noun: `Transactions` does the statements of one, the listeners hear what it changed.

Events and attempts are written on the event loop itself, and only COMMIT, which waits for the disk,
is left to the connection's thread: a statement takes microseconds, but each of them that runs on
another thread gives up the GIL and waits for a busy loop to give it back (docs/performance.md).
Whatever else there is may take longer, and runs on the thread as a whole.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog

from bedolaga_events.errors import Busy, DiskFull, EventsError, StoreClosed, StoreError
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Committed
from bedolaga_events.store.database import Database, connection_of, hop
from bedolaga_events.store.schema import BUSY_TIMEOUT_MS

REFUSED_AGAIN = 1.0  # seconds before what must be written is offered again
MAX_WEIGHT = 500  # events and attempts in one transaction: bounds how long the others wait

Listener = Callable[[Committed], None]

log = structlog.get_logger()
R = TypeVar("R")


@dataclass(slots=True)
class _Waiting:
    draft: Any
    weight: int
    done: asyncio.Future[Any]


class Transactions(Protocol):
    """What a transaction does."""

    def apply(
        self, connection: sqlite3.Connection, drafts: Sequence[Any], now: int
    ) -> tuple[list[Any], Committed]:
        """Do one transaction's statements, BEGIN and COMMIT apart.

        Returns:
            A result for each draft (an `EventsError` is raised to its caller), and what changed.
        """

    def forget(self) -> None:
        """The last transaction was rolled back."""

    def is_short(self, draft: Any) -> bool:
        """Whether its statements take microseconds, and wait for nothing but memory."""


class Writer:
    """The only one who writes.

    Args:
        database: where to.
        transactions: what is done in them.
        now: the clock, in microseconds; read once a transaction.
        limit: how much weight may wait before `append` refuses.
    """

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        now: Callable[[], int],
        limit: int,
        metrics: Metrics,
    ) -> None:
        self.listeners: list[Listener] = []
        self._database = database
        self._transactions = transactions
        self._now = now
        self._limit = limit
        self._metrics = metrics
        self._queue: deque[_Waiting] = deque()
        self._weight = 0
        self._wake = asyncio.Event()
        self._connection_is_ours = asyncio.Lock()
        self._closing = False

    def append(self, draft: Any, weight: int) -> asyncio.Future[Any]:
        """Commit `draft`, unless the queue is full; awaiting gives its result.

        Raises:
            Busy: more than the limit waits; nothing was queued.
            StoreError: the transaction failed; nothing was written.
        """
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
                log.warning("not written yet", error=error.detail)
                await asyncio.sleep(REFUSED_AGAIN)

    async def run(self) -> None:
        """Write until `close`."""
        while self._queue or not self._closing:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
            await asyncio.sleep(0)  # the last answers go out
            await asyncio.sleep(0)  # and what comes in one turn of the loop goes together
            async with self._connection_is_ours:
                await self._write(self._next_batch())

    def close(self) -> None:
        """Refuse new drafts; `run` returns once the queue is written."""
        self._closing = True
        self._wake.set()

    async def aside(self, work: Callable[[sqlite3.Connection], R]) -> R:
        """Run what is no transaction on the writing connection, between two of them.

        Raises:
            sqlite3.Error: as `work` does.
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
        started = time.perf_counter()
        try:
            results, committed = await self._transaction([one.draft for one in batch])
        except (sqlite3.Error, EventsError, ValueError, TypeError, OverflowError) as error:
            if len(batch) == 1 or _is_disk(error):
                log.error("commit failed", error=str(error), drafts=len(batch))
                self._settle(batch, [_explained(error)] * len(batch))
            else:  # one bad draft must not take its neighbours along: each by itself
                for one in batch:
                    await self._write([one])
            return
        self._metrics.commit_seconds.observe(time.perf_counter() - started)
        self._metrics.commit_drafts.observe(len(batch))
        self._settle(batch, results)
        for listener in self.listeners:
            listener(committed)

    def _settle(self, batch: list[_Waiting], results: list[Any]) -> None:
        self._weight -= sum(one.weight for one in batch)
        for one, result in zip(batch, results, strict=True):
            if one.done.done():  # the caller went away
                continue
            if isinstance(result, Exception):
                one.done.set_exception(result)
            else:
                one.done.set_result(result)

    async def _transaction(self, drafts: list[Any]) -> tuple[list[Any], Committed]:
        connection = connection_of(self._database.writer)
        is_short = all(self._transactions.is_short(one) for one in drafts)
        try:
            if not is_short or not _begin_now(connection):
                return await hop(self._database.writer, self._whole, drafts)
            done = self._transactions.apply(connection, drafts, self._now())
            await hop(self._database.writer, _commit)
        except BaseException:
            self._transactions.forget()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return done

    def _whole(
        self, connection: sqlite3.Connection, drafts: list[Any]
    ) -> tuple[list[Any], Committed]:
        """On the connection's thread: also when another program has to be waited for."""
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("BEGIN IMMEDIATE")
        done = self._transactions.apply(connection, drafts, self._now())
        connection.execute("COMMIT")
        return done


def _begin_now(connection: sqlite3.Connection) -> bool:
    """Begin a transaction, unless another program is in the middle of one."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            return False
        raise
    return True


def _commit(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")


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
