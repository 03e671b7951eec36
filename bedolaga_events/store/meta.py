"""Single values by name: what the file knows of itself."""

import sqlite3


def get(connection: sqlite3.Connection, name: str) -> str | None:
    """The value called `name`; None when there is none."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set the value called `name`."""
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
