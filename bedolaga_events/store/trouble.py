"""What an error of SQLite means for a person: in a refusal, in the log, and at the start."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bedolaga_events.errors import ConfigError, DiskFull, StoreError

NEXT_TO_NOTHING = 256 * 1024  # bytes of free space: less than the smallest files of ours need


class Trouble(NamedTuple):
    """What is the matter, and what to do about it: while the server runs, and before it starts."""

    what: str
    remedy: str
    at_start: str

    def refusal(self) -> StoreError:
        """What a caller is told who cannot be served."""
        kind = DiskFull if self is FULL else StoreError
        detail = f"{self.what[0].upper()}{self.what[1:]}. {self.remedy}"
        return kind(detail, headers={"Retry-After": "1"} if self in (HELD, SILENT) else None)


FULL = Trouble(
    "the disk is full",
    "Nothing was stored; free some space and try again.",
    "free some space and start again",
)
HELD = Trouble(
    "another program holds the database",
    "Try again.",
    "end it (fuser says which one it is) and start again",
)
READ_ONLY = Trouble(
    "the database is read-only",
    "The server needs the right to write the file and its folder.",
    "give the server's user the right to write the file and its folder",
)
CLOSED = Trouble(
    "the database file cannot be opened",
    "Look at its folder.",
    "look whether the server's user may enter and write its folder",
)
DAMAGED = Trouble(
    "the database file is damaged",
    "Restore it from a backup.",
    "restore it from a backup",
)
FOREIGN = Trouble(
    "this is no SQLite database, or its head is damaged",
    "Restore it from a backup.",
    "name another file, or restore a backup",
)
FAILING = Trouble(
    "the disk does not do what it is told",
    "Look at the system's log.",
    "look at the system's log for its errors",
)
MOVED = Trouble(
    "the database file was moved, deleted or replaced",
    "Put it back, or end the server and restore a backup.",
    "put it back, or restore a backup",
)
SILENT = Trouble("the disk does not answer", "Try again.", "try again")

_BY_CODE = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": HELD,
    "SQLITE_LOCKED": HELD,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": CLOSED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": FOREIGN,
    "SQLITE_IOERR": FAILING,
}

_BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EIO: FAILING,
}


def trouble_of(error: BaseException, path: Path) -> Trouble | None:
    """What an error says of the database at `path`; None when it is about a statement."""
    name = getattr(error, "sqlite_errorname", "")
    code = "_".join(name.split("_")[:2])  # without its finer distinctions, SQLITE_IOERR_FSYNC
    found = _BY_CODE.get(code)
    # What SQLite does beside writing pages (a shared memory that grows) fails by another name.
    if found in (FAILING, CLOSED) and is_full(path.parent):
        return FULL
    return found


def refusal(error: sqlite3.Error, path: Path) -> Exception:
    """What is raised in place of an error of SQLite: a sentence, or itself when it is our fault."""
    trouble = trouble_of(error, path)
    return error if trouble is None else trouble.refusal()


def no_start(error: sqlite3.Error | OSError, path: Path) -> ConfigError:
    """Why the server does not start with the file at `path`, and what to do about it."""
    if isinstance(error, sqlite3.Error):
        trouble, text = trouble_of(error, path), str(error)
    else:
        trouble, text = _BY_NUMBER.get(error.errno or 0), error.strerror or str(error)
    return ConfigError(f"{path}: {f'{trouble.what}; {trouble.at_start}' if trouble else text}.")


@contextmanager
def starting(path: Path) -> Iterator[None]:
    """While a server starts, a refusal ends it, and names the file.

    Raises:
        ConfigError: in place of a `StoreError`.
    """
    try:
        yield
    except StoreError as error:
        raise ConfigError(f"{path}: {error.detail}") from error


def is_full(folder: Path) -> bool:
    """Whether the disk under `folder` has next to no space left."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize < NEXT_TO_NOTHING
