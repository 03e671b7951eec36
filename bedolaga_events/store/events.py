"""Every statement about events."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator

from bedolaga_events import wire
from bedolaga_events.model import Event, EventDraft
from bedolaga_events.store.database import insert_rows, next_id

_COLUMNS = ", ".join(Event._fields)


def insert(connection: sqlite3.Connection, rows: Iterable[tuple[Event, EventDraft]]) -> None:
    """Insert committed-to-be events with the keys of their drafts."""
    values = [
        (*event, draft.idempotency_key, fingerprint(draft) if draft.idempotency_key else None)
        for event, draft in rows
    ]
    columns = f"{_COLUMNS}, idempotency_key, fingerprint"
    insert_rows(connection, f"INSERT INTO events ({columns})", values)


def add_counts(connection: sqlite3.Connection, counts: dict[str, int]) -> None:
    """Add to the number of kept events by type."""
    insert_rows(
        connection,
        "INSERT INTO event_counts (type, value)",
        list(counts.items()),
        "ON CONFLICT (type) DO UPDATE SET value = value + excluded.value",
    )


def fingerprint(draft: EventDraft) -> bytes:
    """What must be equal for the same idempotency key to mean the same request."""
    said = f"{draft.type}\n{draft.timestamp}\n{draft.payload}"
    return hashlib.sha256(said.encode("ascii")).digest()


def by_keys(connection: sqlite3.Connection, keys: list[str]) -> dict[str, tuple[Event, bytes]]:
    """The events that `keys` made, with their requests' fingerprints (index events_by_key)."""
    rows = connection.execute(
        f"SELECT idempotency_key, fingerprint, {_COLUMNS} FROM events"
        " WHERE idempotency_key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )
    return {key: (Event(*event), digest) for key, digest, *event in rows}


def get(connection: sqlite3.Connection, event_id: int) -> Event | None:
    """One event, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM events WHERE id = ?", (event_id,)).fetchone()
    return None if row is None else Event(*row)


def among(connection: sqlite3.Connection, ids: list[int], *, payload: bool) -> dict[int, Event]:
    """Events by id; without `payload` theirs are not read, and are empty texts."""
    columns = _COLUMNS if payload else _COLUMNS.replace("payload", "''")
    rows = connection.execute(
        f"SELECT {columns} FROM events WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return {row[0]: Event(*row) for row in rows}


def briefly(found: dict[int, Event]) -> dict[int, Event]:
    """The same events; of a long payload what one line can tell: plain values, texts cut."""
    return {key: one._replace(payload=wire.brief(one.payload)) for key, one in found.items()}


def count(connection: sqlite3.Connection, event_type: str | None) -> int:
    """How many events are kept, by the counters."""
    row = connection.execute(
        "SELECT coalesce(sum(value), 0) FROM event_counts WHERE type = coalesce(?, type)",
        (event_type,),
    ).fetchone()
    return int(row[0])


def after(
    connection: sqlite3.Connection, event_id: int, limit: int, max_characters: int
) -> list[Event]:
    """The next events after `event_id`, oldest first, up to a number and a size of payloads."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM events WHERE id > ? ORDER BY id LIMIT ?", (event_id, limit)
    )
    found, size = list[Event](), 0
    for row in rows:
        found.append(Event(*row))
        size += len(found[-1].payload)
        if size > max_characters:
            break
    return found


def bounds(connection: sqlite3.Connection) -> tuple[int, int]:
    """The id of the oldest kept event (of the next one when there is none), and up to which id
    some have been pruned."""
    row = connection.execute(
        "SELECT (SELECT min(id) FROM events), (SELECT value FROM meta WHERE name = 'pruned_to')"
    ).fetchone()
    return row[0] or next_id(connection, "events"), int(row[1] or 0)


def last_id(connection: sqlite3.Connection) -> int:
    """The id of the newest event ever, 0 when there was none."""
    return next_id(connection, "events") - 1


def last_committed_at(connection: sqlite3.Connection) -> int | None:
    """When the newest kept event was committed (microseconds)."""
    row = connection.execute("SELECT created_at FROM events ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else None


def timed_payloads(connection: sqlite3.Connection, event_type: str) -> Iterator[tuple[int, str]]:
    """When every kept event of a type happened, and its payload."""
    yield from connection.execute(
        "SELECT timestamp, payload FROM events WHERE type = ?", (event_type,)
    )
