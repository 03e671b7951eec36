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
from bedolaga_events.store import disk, epochs, mark, schema, trouble
from bedolaga_events.store.epochs import Epochs
from bedolaga_events.store.mark import Mark

READERS = 2
SEARCHERS = 2  # of their own, so that nothing else waits for a search
GLANCE = 0.25  # seconds between looks whether a search is still wanted
LARGEST_BLOCK = 128  # rows of one INSERT
FEW_ROWS = 32  # go in one INSERT, however many they are
STATEMENTS = 512  # kept prepared: an INSERT for each number of rows and table
# A command makes no database, since a token in a new one would be known to nobody.
NOT_HERE = (
    "there is no database here; name the server's with --db or --config, or start the server once"
)

P = ParamSpec("P")
R = TypeVar("R")


class Database:
    """The open database: one writing connection, a few reading ones."""

    writer: aiosqlite.Connection
    mark: Mark | None = None

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self.epochs = Epochs((), ())
        self.fsync_seconds = 0.0
        self._lock = lock
        self._connections: list[aiosqlite.Connection] = []
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._searchers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Lock, open and migrate the file at `path`, making it if there is none.

        Raises:
            ConfigError: another server has it, it cannot be opened, it is not ours, or newer;
                nothing is left of the attempt.
        """
        database = cls(path, disk.lock(path))
        is_new = False
        try:
            is_new = disk.make(path)
            disk.look_at(path)
            await database._open()
        except BaseException as error:  # interrupted too: nothing is left of the attempt
            await database.close()
            if is_new:
                disk.unmake(path)
            if isinstance(error, sqlite3.Error | OSError):
                raise trouble.no_start(error, path) from None
            raise
        return database

    async def _open(self) -> None:
        disk.warn_of_network(self.path.parent)
        self.fsync_seconds = await asyncio.to_thread(disk.measure_fsync, self.path.parent)
        self.writer = await self._connect(read_only=False)
        await hop(self.writer, schema.prepare, self.path)
        self.mark = await hop(self.writer, mark.resume, self.path)
        self.epochs = await hop(self.writer, epochs.read)
        await hop(self.writer, schema.be_patient, 0.0)  # a loop waits for nobody: see `commit`
        for readers, number in (self._readers, READERS), (self._searchers, SEARCHERS):
            for _ in range(number):
                readers.put_nowait(await self._connect(read_only=True))

    async def _connect(self, *, read_only: bool) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(
            f"file:{quote(str(self.path))}?mode={'ro' if read_only else 'rw'}",
            uri=True,
            isolation_level=None,
            cached_statements=STATEMENTS,
            check_same_thread=False,  # the writer's short statements run on the event loop
        )
        self._connections.append(connection)
        if read_only:
            await hop(connection, _prepare_reader)
        return connection

    async def read(
        self,
        query: Callable[Concatenate[sqlite3.Connection, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a reading function of a connection, and return what it returns.

        Raises:
            StoreError: the file cannot be read now.
        """
        reader = await self._readers.get()
        try:
            return await hop(reader, query, *args, **kwargs)
        except sqlite3.Error as error:
            raise trouble.refusal(error, self.path) from error
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
            StoreError: the file cannot be read now.
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
            raise trouble.refusal(error, self.path) from error
        finally:
            self._searchers.put_nowait(reader)

    @property
    def is_moved(self) -> bool:
        """Whether the file is not where it was opened: what is written would be lost with it."""
        return self.mark is not None and self.mark.is_moved

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
        for connection in reversed(self._connections):
            await connection.close()
        if self.mark is not None:
            self.mark.close()
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
        ConfigError: it is not there, it cannot be opened, it is not ours, or newer.
    """
    try:
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            raise ConfigError(f"{path}: {NOT_HERE}.")
        disk.look_at(path)
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            schema.prepare(connection, path)
        except BaseException:  # interrupted too
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise trouble.no_start(error, path) from None
    return connection


def _prepare_reader(connection: sqlite3.Connection) -> None:
    schema.be_patient(connection, schema.BUSY_TIMEOUT)
    # SQLite's lower() knows ASCII only, and most names here are Russian.
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
