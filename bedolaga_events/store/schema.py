"""The tables: numbered migrations, each applied once, after a copy of the file as it was."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from bedolaga_events.errors import ConfigError
from bedolaga_events.store import disk

BUSY_TIMEOUT = 5.0  # seconds
OURS = {"meta", "events", "webhooks", "deliveries"}  # tables that every file of ours has
JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024  # bytes; the WAL file shrinks back to this


def migrations() -> list[tuple[int, str]]:
    """The numbered migrations, in order: (version, SQL)."""
    folder = resources.files(__package__) / "migrations"
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return [(int(name[:4]), (folder / name).read_text(encoding="utf-8")) for name in files]


def prepare(connection: sqlite3.Connection, path: Path, *, keep: bool = True) -> None:
    """Set the connection up, and bring the file to the newest schema.

    Args:
        keep: copy the file first if it is older.

    Raises:
        ConfigError: the file is newer than this program, or another program's.
        sqlite3.Error: it cannot be read or written.
    """
    be_patient(connection, BUSY_TIMEOUT)  # any next line may meet a lock
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if tables and not tables >= OURS:  # and it stays as it is
        raise ConfigError(f"{path}: this is a database of another program; name another file.")
    pending = [one for one in migrations() if one[0] > version]
    newest = migrations()[-1][0]
    if version > newest:
        raise ConfigError(
            f"{path}: this file was written by a newer version (schema {version}, "
            f"this program knows {newest}); install that version."
        )
    _pragmas(connection)
    if pending and tables and keep:
        with copied(connection, path.with_name(f"{path.name}.before-{version + 1}")):
            pass
    for number, script in pending:
        _migrate(connection, number, script)
    connection.execute("BEGIN IMMEDIATE")  # whoever may only read is told so now
    connection.execute("ROLLBACK")


def be_patient(connection: sqlite3.Connection, seconds: float) -> None:
    """How long what comes next waits while another program holds the database."""
    connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1_000)}")


@contextmanager
def copied(connection: sqlite3.Connection, target: Path) -> Iterator[Path]:
    """Write what the database holds now into a new file, whole or not at all; an old one goes.

    Inside, the copy has another name, and may be looked at and changed.

    Raises:
        sqlite3.Error, OSError: it cannot be written; nothing is left of it.
    """
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        disk.make(part)
        connection.execute("VACUUM INTO ?", (str(part),))
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _pragmas(connection: sqlite3.Connection) -> None:
    for line in (
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
        connection.execute(
            "INSERT OR IGNORE INTO meta (name, value) VALUES ('uid', ?)", (secrets.token_hex(8),)
        )
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:  # interrupted too: a migration is whole or not at all
        connection.rollback()  # unless SQLite did, as on a full disk
        raise


def _statements(script: str) -> list[str]:
    """Its statements one by one, since `executescript` would commit in between."""
    found, text = list[str](), ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):  # a trigger holds semicolons of its own
            found.append(text.strip().removesuffix(";"))
            text = ""
    return found


def truncate_wal(connection: sqlite3.Connection) -> None:
    """Bring the log into the file, and give its space back."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
