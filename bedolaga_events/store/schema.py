"""The tables: numbered migrations, each applied once, after a copy of the file as it was."""

import secrets
import sqlite3
from importlib import resources
from pathlib import Path

from bedolaga_events.errors import ConfigError

BUSY_TIMEOUT_MS = 5_000
JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024  # bytes; the WAL file shrinks back to this


def migrations() -> list[tuple[int, str]]:
    """The numbered migrations, in order: (version, SQL)."""
    folder = resources.files(__package__) / "migrations"
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return [(int(name[:4]), (folder / name).read_text(encoding="utf-8")) for name in files]


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set the connection up, and bring the file to the newest schema.

    Raises:
        ConfigError: the file is newer than this program, or another program's.
        sqlite3.Error: it cannot be read or written.
    """
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
        connection.execute(
            "INSERT OR IGNORE INTO meta (name, value) VALUES ('uid', ?)", (secrets.token_hex(8),)
        )
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
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
