"""Single values by name: what the file knows of itself."""

import sqlite3

from bedolaga_events import times

RUNNING = "running_at"  # the last moment at which the server is known to have run, microseconds


def get(connection: sqlite3.Connection, name: str) -> str | None:
    """The value called `name`; None when there is none."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set the value called `name`."""
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def running_at(connection: sqlite3.Connection) -> int | None:
    """The last moment at which the server is known to have run, in microseconds."""
    value = get(connection, RUNNING)
    return None if value is None else int(value)


def believed(connection: sqlite3.Connection, wall: int) -> int:
    """The time, for a command that deletes or lets expire, whatever the clock says."""
    return times.believed(running_at(connection), wall)
