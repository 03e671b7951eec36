"""What is made from the migrations, and kept beside them (`make schema`).

`store/schema.sql` shows the tables whole, as the newest migration leaves them.
`tests/store/schemas` holds a file of each schema as SQL text, with rows in every table: what 0.1.0
leaves behind, taken through one migration after another. A test compares both with the migrations.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bedolaga_events.store import schema

ROOT = Path(__file__).parent.parent
WHOLE = ROOT / "bedolaga_events/store/schema.sql"
FIXTURES = ROOT / "tests/store/schemas"
ROWS = ROOT / "tests/store/rows-0.1.0.sql"

# What a new table of a later migration holds in the fixture, by the type of the column.
VALUES = {"INTEGER": "1", "TEXT": "'1'", "BLOB": "X'01'", "REAL": "1.0"}

HEAD = "-- Made from the migrations by `make schema`: not to be edited.\n"


def whole() -> str:
    """The newest schema, as statements that make it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for _, script in schema.migrations():
        connection.executescript(script)
    return (
        HEAD + "\n" + "\n".join(f"{statement};" for _, _, statement in _objects(connection)) + "\n"
    )


def fixtures() -> Iterator[tuple[str, str]]:
    """A file's name for each schema, and the file as SQL text."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for number, script in schema.migrations():
        connection.executescript(f"{script}PRAGMA user_version = {number};")
        if number == 1:
            connection.executescript(ROWS.read_text(encoding="utf-8"))
        for kind, table, _ in _objects(connection):
            if kind == "table" and not connection.execute(f"SELECT 1 FROM {table}").fetchone():
                connection.execute(_one_row(connection, table))
        yield f"{number:04}.sql", HEAD + "\n".join(dump(connection)) + "\n"


def _objects(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(kind, name, statement): tables, then indexes and triggers, each in the order of making."""
    return connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite_%' ORDER BY type <> 'table', rowid"
    ).fetchall()


def dump(connection: sqlite3.Connection) -> Iterator[str]:
    """The statements that make a file of ours with all that it holds."""
    [version] = connection.execute("PRAGMA user_version").fetchone()
    objects = _objects(connection)
    yield "BEGIN;"
    yield from (f"{statement};" for kind, _, statement in objects if kind == "table")
    for name in [*(name for kind, name, _ in objects if kind == "table"), "sqlite_sequence"]:
        if name == "sqlite_sequence":
            yield "DELETE FROM sqlite_sequence;"
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
        values = " || ', ' || ".join(f"quote({column})" for column in columns)
        for row in connection.execute(f"SELECT {values} FROM {name}"):
            yield f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({row[0]});"
    yield from (f"{statement};" for kind, _, statement in objects if kind != "table")
    yield f"PRAGMA user_version = {version};"
    yield "COMMIT;"


def _one_row(connection: sqlite3.Connection, table: str) -> str:
    points = {row[3]: row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
    columns = {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({table})")}
    values = (
        f"(SELECT min(id) FROM {points[name]})" if name in points else VALUES[kind]
        for name, kind in columns.items()
    )
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})"


if __name__ == "__main__":
    WHOLE.write_text(whole(), encoding="utf-8")
    made = dict(fixtures())
    for stale in FIXTURES.glob("*.sql"):
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (FIXTURES / name).write_text(text, encoding="utf-8")
