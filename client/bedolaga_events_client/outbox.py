"""The outbox's file: events that the server has not taken yet, and those that it never will.

One `Outbox` is one connection, used by one thread; any number of them, of several processes too,
may be open on a file. The tables are those of 0.1.0: an older file is simply gone on with.
"""

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

PATIENCE = 1.0  # seconds that a statement waits for another program's lock

_TABLES = (
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY, text TEXT, reason TEXT)",
)


class Waiting(NamedTuple):
    """An event that waits: its number, and its JSON as POST /events/batch takes it."""

    id: int
    text: str


class SetAside(NamedTuple):
    """An event that the server will not take: its number, its JSON as an object, and why."""

    id: int
    event: dict[str, Any]
    reason: str


class Outbox:
    """A connection to the file at `path`, which is made (mode 0600) if there is none.

    A write survives the end of the process when it returns; the write-ahead log is not synced, so
    a power cut may take the last moments.

    Every method raises `sqlite3.Error` when the file is locked for longer than `patience` seconds,
    the disk is full or the file is no outbox, and then nothing was changed; opening raises
    `OSError` too.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self._path = path
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        with self._using():
            _OUTBOXES.add(self)

    def _open(self) -> sqlite3.Connection:
        path = self._path
        path.parent.mkdir(parents=True, exist_ok=True)
        # No descriptor of a file that is open here already is closed: that would take away this
        # process's locks (POSIX), and whoever closes the file next would delete its log under us.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = sqlite3.connect(
            path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        self._inode = path.stat().st_ino
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            for statement in _TABLES:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def put(self, texts: Iterable[str]) -> None:
        """Append events, all or none."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO outbox (text) VALUES (?)", [(text,) for text in texts]
            )

    def head(self, most: int, size: int) -> list[Waiting]:
        """The events that wait longest: `most` of them, `size` characters, but one at least."""
        found, length = list[Waiting](), 0
        with self._using() as connection:
            for row in connection.execute(
                "SELECT id, text FROM outbox ORDER BY id LIMIT ?", (most,)
            ):
                length += len(row[1])
                if found and length > size:
                    break
                found.append(Waiting(*row))
        return found

    def done(self, events: Sequence[Waiting]) -> None:
        """The server has these, which stood in a row."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM outbox WHERE id BETWEEN ? AND ?", (events[0].id, events[-1].id)
            )

    def set_aside(self, event: Waiting, reason: str) -> None:
        """Take an event that the server will not have out of the others' way."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM outbox WHERE id = ?", (event.id,))
            connection.execute(
                "INSERT OR REPLACE INTO refused (id, text, reason) VALUES (?, ?, ?)",
                (event.id, event.text, _storable(reason)),
            )

    def keep_aside(self, text: str, reason: str) -> None:
        """Keep what cannot be sent at all; its number is one that no event has."""
        with self._transaction() as connection:
            row = connection.execute("INSERT INTO outbox (text) VALUES (?)", (text,))
            number = row.lastrowid
            connection.execute("DELETE FROM outbox WHERE id = ?", (number,))
            connection.execute(
                "INSERT INTO refused (id, text, reason) VALUES (?, ?, ?)",
                (number, text, _storable(reason)),
            )

    def resend(self) -> int:
        """Let everything that was set aside wait again, behind the others; how many there were."""
        with self._transaction() as connection:
            moved = connection.execute(
                "INSERT INTO outbox (text) SELECT text FROM refused ORDER BY id"
            ).rowcount
            connection.execute("DELETE FROM refused")
        return moved

    def is_at(self, path: Path) -> bool:
        """Whether this is still the file at `path`: it may have been moved or deleted."""
        return path.exists() and path.stat().st_ino == self._inode

    def close(self) -> None:
        """Close the file; whatever is done next opens it again."""
        with _IN_USE:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with _IN_USE:
            if self._connection is None:
                self._connection = self._open()
            yield self._connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # The lock is taken first, so that nothing can fail for it half-way; and whatever fails is
        # rolled back, so that the connection never stays in a transaction.
        with self._using() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")


# A connection must not be carried into a forked process: at a fork, none is open.
_IN_USE = threading.RLock()
_OUTBOXES: weakref.WeakSet[Outbox] = weakref.WeakSet()


def _before_fork() -> None:
    _IN_USE.acquire()
    for outbox in list(_OUTBOXES):
        outbox.close()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(
        before=_before_fork, after_in_parent=_IN_USE.release, after_in_child=_IN_USE.release
    )


def _storable(reason: str) -> str:
    """SQLite takes no half characters, and a refusal may quote one."""
    return reason.encode(errors="backslashreplace").decode()


def current(outbox: Outbox | None, path: Path) -> Outbox:
    """The outbox at `path`: the one that is open, unless its file is not there any more."""
    if outbox is not None and outbox.is_at(path):
        return outbox
    if outbox is not None:
        outbox.close()
    return Outbox(path)


def count(path: Path) -> tuple[int, int]:
    """How many events in the file at `path` wait, and how many were set aside.

    Never waits for a lock. Raises `sqlite3.Error` if the file cannot be read now.
    """
    with _reading(path) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM refused)"
        ).fetchone()
    return int(row[0]), int(row[1])


def set_aside(path: Path) -> list[SetAside]:
    """What was set aside in the file at `path`, oldest first.

    Waits for another's lock as long as `PATIENCE`. Raises as `count` does.
    """
    with _reading(path, PATIENCE) as connection:
        rows = connection.execute("SELECT id, text, reason FROM refused ORDER BY id").fetchall()
    return [SetAside(row[0], json.loads(row[1]), row[2]) for row in rows]


@contextmanager
def _reading(path: Path, patience: float = 0) -> Iterator[sqlite3.Connection]:
    uri = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
