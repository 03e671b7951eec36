"""One running transaction, and how a change gets into one: the twin of `Database.read`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from bedolaga_events.committed import Committed
from bedolaga_events.store.writer import Writer

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Transaction:
    """One running transaction: the connection, its one moment (microseconds), what it changed."""

    connection: sqlite3.Connection
    now: int
    committed: Committed


@dataclass(frozen=True, slots=True)
class Change:
    """A draft that is a function of the transaction; what it returns is the caller's result."""

    verb: Callable[[Transaction], Any]


@contextmanager
def alone(connection: sqlite3.Connection, now: int) -> Iterator[Transaction]:
    """A transaction of a command that runs beside a server, or without one: nobody is told."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield Transaction(connection, now, Committed(now))
        connection.execute("COMMIT")
    except BaseException:  # interrupted too
        if connection.in_transaction:  # a full disk ends it by itself
            connection.execute("ROLLBACK")
        raise


async def change(
    writer: Writer,
    verb: Callable[Concatenate[Transaction, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Do `verb(transaction, ...)`, and return what it returned once that is on disk.

    Raises:
        EventsError: the verb refused; nothing of it was written.
        StoreError: the transaction failed; nothing was written.
    """
    done: R = await writer.commit(Change(lambda it: verb(it, *args, **kwargs)))
    return done
