"""How far the server had got: a mark beside the database, by which a restored file is noticed.

The mark tells what was given out and which file it was written for. It is written with every commit
that gives ids, before anybody is answered: into the page cache, which outlives `kill -9`. A file
that is older than its mark, or another one, goes on under a new epoch (contract §7).
"""

import json
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import structlog

from bedolaga_events.committed import Committed
from bedolaga_events.store import epochs, meta
from bedolaga_events.store.disk import lock_of, mark_of

TABLES = ("events", "deliveries", "webhooks")  # whose ids are seen outside
LENGTH = 512  # bytes: each mark takes the place of the last one, whole
MARKED = "marked"  # in `meta`: where this file was, there is a mark

log = structlog.get_logger()


class Mark:
    """The mark of an open database."""

    def __init__(self, path: Path, epoch: str, last: dict[str, int]) -> None:
        self._path, self._opened = path, _places(path)
        self._told = {"epoch": epoch, "files": _files(path), "last": last}
        self._last = last
        self._descriptor = os.open(mark_of(path), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            self._write()
            os.fsync(self._descriptor)
        except OSError:
            self.close()
            raise

    def heard(self, committed: Committed) -> None:
        """Note the ids that a commit gave."""
        before = tuple(self._last.values())
        for table, rows in (
            ("events", committed.events[-1:]),
            ("deliveries", committed.deliveries),
            ("webhooks", committed.webhooks),
        ):
            self._last[table] = max(self._last[table], *(one.id for one in rows), 0)
        if tuple(self._last.values()) != before:
            self._write()

    @property
    def is_moved(self) -> bool:
        """Whether the database, or the lock that keeps others off, is not there any more.

        What SQLite commits goes into the file that was opened, wherever that is, and its log would
        be taken for that of a file which is put in its place.
        """
        try:
            return _places(self._path) != self._opened
        except FileNotFoundError:
            return True
        except OSError:  # a folder that may not be entered tells nothing
            return False

    def close(self) -> None:
        """End a run: what was copied in its middle is not the file that was left."""
        with suppress(OSError):  # a new epoch too many does no harm
            if not self.is_moved:
                os.utime(lock_of(self._path))
                self._told["files"] = _files(self._path)
                self._write()
                os.fsync(self._descriptor)
        os.close(self._descriptor)

    def _write(self) -> None:
        os.pwrite(self._descriptor, json.dumps(self._told).ljust(LENGTH).encode(), 0)


def resume(connection: sqlite3.Connection, path: Path) -> Mark:
    """Take up the mark of a file, which begins a new epoch if it is not the file that was left.

    Raises:
        OSError: the mark cannot be written.
    """
    if (reason := _restored(connection, path)) is not None:
        log.warning("a new epoch begins: the database was restored", reason=reason)
        epochs.begin(connection)
    return _make(connection, path)


def renew(connection: sqlite3.Connection, path: Path) -> None:
    """Begin a new epoch, whatever the mark says.

    Raises:
        OSError: the mark cannot be written.
    """
    epochs.begin(connection)
    _make(connection, path).close()


def _make(connection: sqlite3.Connection, path: Path) -> Mark:
    os.utime(lock_of(path))  # so that its change time is of this run, and of no copy
    mark = Mark(path, epochs.read(connection).present, _last_ids(connection))
    meta.put(connection, MARKED, "1")
    return mark


def _restored(connection: sqlite3.Connection, path: Path) -> str | None:
    try:
        told = json.loads(mark_of(path).read_text(encoding="ascii"))
        files, epoch, last = tuple(told["files"]), told["epoch"], dict(told["last"])
    except FileNotFoundError:  # also 0.1.0's folder
        return "its mark is missing" if meta.get(connection, MARKED) else None
    except (ValueError, KeyError, TypeError):
        return "its mark is damaged"
    now = _last_ids(connection)
    if any(now[table] < last.get(table, 0) for table in TABLES):
        return "it is older than what was given out"
    if files != _files(path) or epoch != epochs.read(connection).present:
        return "it is another file than the one that was left"
    return None


def _places(path: Path) -> tuple[int, int]:
    """Which files stand there."""
    return path.stat().st_ino, lock_of(path).stat().st_ino


def _files(path: Path) -> tuple[int, int]:
    """Which file it is, and when the lock beside it was touched.

    A number is given again to the copy that takes a deleted file's place, and a copy may be given
    every time but that of its last change.
    """
    return path.stat().st_ino, lock_of(path).stat().st_ctime_ns


def _last_ids(connection: sqlite3.Connection) -> dict[str, int]:
    given = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    return {table: int(given.get(table, 0)) for table in TABLES}
