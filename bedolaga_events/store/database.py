"""The file: lock it, open it, migrate it, back it up before that, and read from it.

Statements live beside their noun as plain functions of a `sqlite3.Connection`; this module runs
such functions on a connection's thread, one hop each.
"""

import asyncio
import fcntl
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

import aiosqlite
import structlog

from bedolaga_events.errors import ConfigError

BUSY_TIMEOUT_MS = 5_000
JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024  # bytes; the WAL file shrinks back to this
READERS = 2
FSYNC_SAMPLES = 16
LARGEST_BLOCK = 128  # rows of one INSERT
FEW_ROWS = 32  # go in one INSERT, however many they are
STATEMENTS = 512  # kept prepared: an INSERT for each number of rows and table

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph"}

log = structlog.get_logger()
P = ParamSpec("P")
R = TypeVar("R")


class Database:
    """The open database: one writing connection, a few reading ones."""

    def __init__(self, path: Path, lock: int, writer: aiosqlite.Connection) -> None:
        self.path = path
        self.writer = writer
        self.uid = ""
        self.fsync_seconds = 0.0
        self._lock = lock
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Lock, open and migrate the file at `path`, making it if there is none.

        Raises:
            ConfigError: another server has it, it cannot be opened, it is not ours, or newer.
        """
        lock = _lock(path)
        warn_of_network(path.parent)
        writer = await _connect(path, read_only=False)
        database = cls(path, lock, writer)
        try:
            await hop(writer, _prepare, path)
            database.uid = await hop(writer, _uid)
            database.fsync_seconds = await asyncio.to_thread(measure_fsync, path.parent)
            for _ in range(READERS):
                database._readers.put_nowait(await _connect(path, read_only=True))
        except sqlite3.DatabaseError as error:
            await database.close()
            raise ConfigError(f"{path}: {error}; restore it from a backup.") from None
        except BaseException:
            await database.close()
            raise
        return database

    async def read(
        self,
        query: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a reading function of a connection, and return what it returns."""
        reader = await self._readers.get()
        try:
            return await hop(reader, query, *args, **kwargs)
        finally:
            self._readers.put_nowait(reader)

    def bytes_on_disk(self) -> int:
        """The size of the file and of what waits beside it to be moved into it."""
        files = (self.path.with_name(self.path.name + end) for end in ("", "-wal"))
        return sum(one.stat().st_size for one in files if one.exists())

    async def close(self) -> None:
        """Close every connection and give the lock back."""
        while not self._readers.empty():
            await self._readers.get_nowait().close()
        await self.writer.close()
        os.close(self._lock)


async def hop(
    connection: aiosqlite.Connection,
    function: Callable[Concatenate[sqlite3.Connection, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Run `function(sqlite3_connection, ...)` on the connection's own thread, in one hop."""
    # aiosqlite has no public verb for this; all its own are built on these two names.
    run: Callable[..., Awaitable[R]] = connection._execute  # noqa: SLF001
    return await run(function, connection_of(connection), *args, **kwargs)


def connection_of(connection: aiosqlite.Connection) -> sqlite3.Connection:
    """The connection itself, for who knows that its thread is idle."""
    return connection._conn  # noqa: SLF001 - see `hop`


def insert_rows(
    connection: sqlite3.Connection, head: str, rows: Sequence[tuple[object, ...]], tail: str = ""
) -> None:
    """Insert rows in blocks of many: ``{head} VALUES (...), (...) {tail}``.

    A statement costs more than a row does. Larger blocks are powers of two, so that not too many
    statements are ever prepared.
    """
    done = 0
    while done < len(rows):
        left = len(rows) - done
        size = left if left <= FEW_ROWS else min(1 << (left.bit_length() - 1), LARGEST_BLOCK)
        marks = f"({', '.join('?' * len(rows[0]))})"
        connection.execute(
            f"{head} VALUES {', '.join([marks] * size)} {tail}",
            [value for row in rows[done : done + size] for value in row],
        )
        done += size


def next_id(connection: sqlite3.Connection, table: str) -> int:
    """The id that the next row of `table` gets: ids grow, also after old rows are gone."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return 1 if row is None else int(row[0]) + 1


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep servers off the database for a while.

    Raises:
        ConfigError: one is running.
    """
    descriptor = _lock(path)
    try:
        yield
    finally:
        os.close(descriptor)


def connect_beside(path: Path) -> sqlite3.Connection:
    """A connection for a command that runs beside a server; the file is migrated if need be.

    Raises:
        ConfigError: it cannot be opened, it is not ours, or newer.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _pragmas(connection)
        _prepare(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise ConfigError(f"{path}: {error}.") from None
        raise
    return connection


def file_system_of(folder: Path, mounts: str) -> str:
    """The type of the file system that holds `folder`, by the lines of /proc/self/mounts."""
    found = ("", "unknown")
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(found[0]):
            found = point, kind
    return found[1]


def warn_of_network(folder: Path) -> None:
    """A network file system does not keep the promises on locks and syncs that SQLite rests on."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return
    kind = file_system_of(folder.resolve(), mounts.read_text(encoding="utf-8", errors="replace"))
    if kind in NETWORK_FILE_SYSTEMS:
        log.warning("the database lies on a network file system", folder=str(folder), kind=kind)


def measure_fsync(folder: Path) -> float:
    """The median time of one fsync in `folder`, in seconds."""
    probe = folder / f".fsync-{secrets.token_hex(4)}"
    times = []
    with probe.open("wb", buffering=0) as file:
        for _ in range(FSYNC_SAMPLES):
            file.write(b"\0" * 4096)
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    probe.unlink()
    return sorted(times)[FSYNC_SAMPLES // 2]


def migrations() -> list[tuple[int, str]]:
    """The numbered migrations, in order: (version, SQL)."""
    folder = resources.files(__package__) / "migrations"
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return [(int(name[:4]), (folder / name).read_text(encoding="utf-8")) for name in files]


def _lock(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise ConfigError(f"{path}: another server is running on this database.") from None
    return descriptor


async def _connect(path: Path, *, read_only: bool) -> aiosqlite.Connection:
    uri = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rwc'}"
    try:
        connection = await aiosqlite.connect(
            uri,
            uri=True,
            isolation_level=None,
            cached_statements=STATEMENTS,
            check_same_thread=False,  # the writer's short statements run on the event loop
        )
    except sqlite3.OperationalError as error:
        raise ConfigError(f"{path}: {error}.") from None
    if read_only:
        await hop(connection, _prepare_reader)
    return connection


def _prepare_reader(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    # SQLite's lower() knows ASCII only, and most names here are Russian.
    connection.create_function("casefold", 1, str.casefold, deterministic=True)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _pragmas(connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    pending = [one for one in migrations() if one[0] > version]
    newest = migrations()[-1][0]
    if version > newest:
        raise ConfigError(
            f"{path}: this file was written by a newer version (schema {version}, "
            f"this program knows {newest}); install that version."
        )
    has_tables = connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None
    if version == 0 and has_tables:
        raise ConfigError(f"{path}: this is a database of another program.")
    if pending and has_tables:
        connection.execute("VACUUM INTO ?", (f"{path}.before-{version + 1}",))
    for number, script in pending:
        _migrate(connection, number, script)


def _pragmas(connection: sqlite3.Connection) -> None:
    # busy_timeout first: the next lines may meet a lock.
    for line in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "auto_vacuum = INCREMENTAL",
        "journal_mode = WAL",
        "synchronous = FULL",  # a 202 survives a power cut (invariant 1)
        "foreign_keys = ON",
        f"journal_size_limit = {JOURNAL_SIZE_LIMIT}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {line}")


def _migrate(connection: sqlite3.Connection, version: int, script: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('uid', ?)", (secrets.token_hex(8),))
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    return [one for one in re.split(r";\s*\n", re.sub(r"--.*", "", script)) if one.strip()]


def _uid(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT value FROM meta WHERE name = 'uid'").fetchone()[0])
