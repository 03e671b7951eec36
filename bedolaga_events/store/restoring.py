"""Put a copy in the place of the database, while no server runs (contract §7)."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from bedolaga_events.errors import ConfigError
from bedolaga_events.store import disk, mark, schema
from bedolaga_events.store.check import findings
from bedolaga_events.store.trouble import no_start


@contextmanager
def checked(file: Path, path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a copy, beside the database at `path` and of the newest schema.

    However `file` was made, what waits in a WAL beside it comes along; it stays as it is.

    Raises:
        ConfigError: it cannot be read, is no database of ours, or does not fit together.
    """
    part = _part(path)
    try:
        _unlink(part)
        _take(file, part)
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            if not copy.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                raise ConfigError(f"{file}: there is nothing in it.")
            schema.prepare(copy, file, keep=False)
            if found := list(findings(copy)):
                raise ConfigError(f"{file}: it is not sound: {found[0]}.")
            yield copy
    except (sqlite3.Error, OSError) as error:
        raise no_start(error, file) from None
    finally:
        _unlink(part)


def _take(file: Path, part: Path) -> None:
    """Copy a database with what waits in its WAL, also where SQLite may put nothing beside it."""
    disk.make(part)
    if not os.access(file.parent, os.W_OK):  # a snapshot, a disk that is mounted read-only
        shutil.copyfile(file, part)
        wal = file.with_name(f"{file.name}-wal")
        if wal.exists():
            shutil.copyfile(wal, part.with_name(f"{part.name}-wal"))
        return
    with (
        closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)


def put_in_place(copy: sqlite3.Connection, path: Path) -> Path | None:
    """Let a checked copy be the database, under a new epoch.

    Returns:
        Where the one that was there is kept.
    """
    copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    copy.close()
    kept = _keep(path)
    _part(path).replace(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        mark.renew(connection, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return kept


def _keep(path: Path) -> Path | None:
    """Move the database aside with what belongs to it: another's WAL would be read as its own."""
    if not path.exists():
        _unlink(path)
        return None
    number = 1
    while (kept := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    os.link(path, kept)  # so that at every moment there is one in place
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        wal.rename(kept.with_name(f"{kept.name}-wal"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return kept


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.restored")


def _unlink(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
