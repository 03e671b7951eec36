"""The open file: one connection that writes, a few that read.

Statements live beside their noun as plain functions of a `sqlite3.Connection`; this module runs
such functions on a connection's thread, one hop each.
"""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

import aiosqlite

from bedolaga_events.errors import ConfigError, Unwanted
from bedolaga_events.store import disk, epochs, schema
from bedolaga_events.store.epochs import Epochs
from bedolaga_events.store.schema import BUSY_TIMEOUT_MS

READERS = 2
SEARCHERS = 2  # of their own, so that nothing else waits for a search
GLANCE = 0.25  # seconds between looks whether a search is still wanted
LARGEST_BLOCK = 128  # rows of one INSERT
FEW_ROWS = 32  # go in one INSERT, however many they are
STATEMENTS = 512  # kept prepared: an INSERT for each number of rows and table

P = ParamSpec("P")
R = TypeVar("R")


class Database:
    """The open database: one writing connection, a few reading ones."""

    def __init__(self, path: Path, lock: int, writer: aiosqlite.Connection) -> None:
        self.path = path
        self.writer = writer
        self.epochs = Epochs((), ())
        self.fsync_seconds = 0.0
        self._lock = lock
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._searchers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Lock, open and migrate the file at `path`, making it if there is none.

        Raises:
            ConfigError: another server has it, it cannot be opened, it is not ours, or newer.
        """
        lock = disk.lock(path)
        disk.warn_of_network(path.parent)
        writer = await _connect(path, read_only=False)
        database = cls(path, lock, writer)
        try:
            await hop(writer, schema.prepare, path)
            database.epochs = await hop(writer, epochs.read)
            database.fsync_seconds = await asyncio.to_thread(disk.measure_fsync, path.parent)
            for readers, number in (database._readers, READERS), (database._searchers, SEARCHERS):
                for _ in range(number):
                    readers.put_nowait(await _connect(path, read_only=True))
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

    async def search(
        self,
        is_wanted: Callable[[], bool],
        query: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """As `read`, for what may take long: a few at a time, on connections kept for such.

        Raises:
            Unwanted: `is_wanted` said so meanwhile, and the query was stopped.
        """
        reader = await self._searchers.get()
        try:
            if not is_wanted():
                raise Unwanted
            work = asyncio.ensure_future(hop(reader, query, *args, **kwargs))
            while not (await asyncio.wait({work}, timeout=GLANCE))[0]:
                if not is_wanted():
                    connection_of(reader).interrupt()
            return work.result()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise Unwanted from None
            raise
        finally:
            self._searchers.put_nowait(reader)

    @property
    def uid(self) -> str:
        """The present epoch."""
        return self.epochs.present

    def bytes_on_disk(self) -> int:
        """The size of the file and of what waits beside it to be moved into it."""
        files = (self.path.with_name(self.path.name + end) for end in ("", "-wal"))
        return sum(one.stat().st_size for one in files if one.exists())

    async def close(self) -> None:
        """Close every connection and give the lock back."""
        for readers in self._readers, self._searchers:
            while not readers.empty():
                await readers.get_nowait().close()
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


def connect_beside(path: Path) -> sqlite3.Connection:
    """A connection for a command that runs beside a server; the file is migrated if need be.

    Raises:
        ConfigError: it cannot be opened, it is not ours, or newer.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        schema.prepare(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise ConfigError(f"{path}: {error}.") from None
        raise
    return connection


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
