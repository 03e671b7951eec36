"""One transaction: on the event loop as far as it can, on the connection's thread where it must.

Events and attempts are written on the event loop itself, and only COMMIT, which waits for the disk,
is left to the connection's thread: a statement takes microseconds, but each of them that runs on
another thread gives up the GIL and waits for a busy loop to give it back (docs/performance.md).
Whatever else there is may take longer, and runs on the thread as a whole.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import aiosqlite

from bedolaga_events.committed import Committed
from bedolaga_events.store.database import connection_of, hop
from bedolaga_events.store.schema import be_patient

Done = tuple[list[Any], Committed]


class Statements(Protocol):
    """What is done in a transaction."""

    def apply(self, connection: sqlite3.Connection, drafts: Sequence[Any], now: int) -> Done:
        """Do one transaction's statements, BEGIN and COMMIT apart.

        Returns:
            A result for each draft (an `EventsError` is raised to its caller), and what changed.
        """

    def forget(self) -> None:
        """The last transaction was rolled back."""

    def is_short(self, draft: Any) -> bool:
        """Whether its statements take microseconds, and wait for nothing but memory."""


async def commit(
    writer: aiosqlite.Connection,
    statements: Statements,
    drafts: Sequence[Any],
    now: Callable[[], int],
    patience: float,
) -> Done:
    """Do one transaction, all of it or nothing.

    Args:
        now: its moment, in microseconds.
        patience: how long another program that holds the write lock is waited for, in seconds.

    Raises:
        sqlite3.Error, ValueError, TypeError, OverflowError: nothing was written.
    """
    connection = connection_of(writer)
    is_short = all(map(statements.is_short, drafts))
    try:
        if not is_short or not _begin_now(connection):
            return await hop(writer, _whole, statements, drafts, now, patience)
        done = statements.apply(connection, drafts, now())
        await hop(writer, sqlite3.Connection.commit)
    except BaseException:  # cancelled too: half a transaction stays for nobody
        statements.forget()
        connection.rollback()
        raise
    return done


def _whole(
    connection: sqlite3.Connection,
    statements: Statements,
    drafts: Sequence[Any],
    now: Callable[[], int],
    patience: float,
) -> Done:
    """On the connection's thread: also when another program has to be waited for."""
    be_patient(connection, patience)
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        be_patient(connection, 0.0)
    done = statements.apply(connection, drafts, now())
    connection.commit()
    return done


def _begin_now(connection: sqlite3.Connection) -> bool:
    """Begin a transaction, unless another program is in the middle of one."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            return False
        raise
    return True
