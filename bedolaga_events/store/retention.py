"""What is old goes, in small steps; what is pending stays (design: data)."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable

from bedolaga_events.store import deliveries, events, numbers

FEW = 5  # events at least, when they go for their size
LARGEST = 256 * 1024  # bytes of an event
HOURS_KEPT = 24 * 32  # of the charts: a little more than their longest window


def step(
    connection: sqlite3.Connection, until: int, position: int, max_bytes: int | None, most: int
) -> int | None:
    """Let go of the next few old events, and of old tests behind the last of them.

    Args:
        until: microseconds; what is younger stays.
        position: where the last step ended; 0 at first.
        max_bytes: only events go, and only while more than this is in use.
        most: events that one step looks at.

    Returns:
        Where the next step starts; None when nothing is left to do.
    """
    if max_bytes is not None:
        over = used_bytes(connection) - max_bytes
        few = min(max(over // LARGEST, FEW), most)  # and none goes that has its place
        return None if over <= 0 else prune(connection, until, position, few)
    following = prune(connection, until, position, most)
    if following is None and prune_tests(connection, until, most) == most:
        return position
    return following


def prune(connection: sqlite3.Connection, before: int, after_id: int, limit: int) -> int | None:
    """Delete finished events from before a moment, with their deliveries.

    One of which a delivery is pending stays. The dashboard's numbers keep what the gone ones added.

    Args:
        before: microseconds.
        after_id: where the last step ended; 0 at first.
        limit: how many events one step looks at.

    Returns:
        Where the next step starts; None when nothing is old any more.
    """
    looked_at = connection.execute(
        "SELECT id, type, payload, timestamp, created_at FROM events WHERE id > ?"
        " ORDER BY id LIMIT ?",
        (after_id, limit),
    ).fetchall()
    old = [row[:4] for row in looked_at if row[4] < before]
    if not old:
        return None
    rows = connection.execute(
        "SELECT event_id FROM deliveries WHERE status = 'pending'"
        " AND event_id IN (SELECT value FROM json_each(?))",
        (json.dumps([row[0] for row in old]),),
    )
    pending = {row[0] for row in rows}
    _drop_events(connection, [row for row in old if row[0] not in pending])
    return int(old[-1][0])


def prune_tests(connection: sqlite3.Connection, before: int, limit: int) -> int:
    """Delete finished test deliveries from before a moment; returns how many."""
    rows = connection.execute(
        "SELECT id, webhook_id, status FROM deliveries"
        " WHERE event_id IS NULL AND status <> 'pending' AND created_at < ? LIMIT ?",
        (before, limit),
    ).fetchall()
    _drop_deliveries(connection, rows)
    return len(rows)


def prune_hours(connection: sqlite3.Connection, now_hour: int) -> None:
    """Forget the hours that no chart shows any more."""
    for table in ("event_hours", "attempt_hours"):
        connection.execute(f"DELETE FROM {table} WHERE hour < ?", (now_hour - HOURS_KEPT,))


def used_bytes(connection: sqlite3.Connection) -> int:
    """How much of the file is in use."""
    size, pages, free = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_size", "page_count", "freelist_count")
    )
    return size * (pages - free)


def shrink(connection: sqlite3.Connection, pages: int) -> int:
    """Give free pages back to the file system; returns how many are free after that."""
    connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])


def _drop_events(connection: sqlite3.Connection, rows: list[tuple[int, str, str, int]]) -> None:
    if not rows:
        return
    ids = json.dumps([row[0] for row in rows])
    made = connection.execute(
        "SELECT id, webhook_id, status FROM deliveries"
        " WHERE event_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ).fetchall()
    _drop_deliveries(connection, made)
    connection.execute("DELETE FROM events WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    connection.execute(
        "INSERT INTO meta (name, value) VALUES ('pruned_to', ?) ON CONFLICT (name) DO UPDATE"
        " SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
        (str(rows[-1][0]),),
    )
    types = Counter(row[1] for row in rows)
    events.add_counts(connection, {kind: -count for kind, count in types.items()})
    numbers.keep_numbers(connection, [row[1:] for row in rows])


def _drop_deliveries(connection: sqlite3.Connection, rows: Iterable[tuple[int, int, str]]) -> None:
    rows = list(rows)
    connection.execute(
        "DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([row[0] for row in rows]),),
    )
    gone = Counter((webhook_id, status) for _, webhook_id, status in rows)
    deliveries.add_counts(connection, {key: -count for key, count in gone.items()})


def optimize(connection: sqlite3.Connection) -> None:
    """Let SQLite look at its indexes anew."""
    connection.execute("PRAGMA optimize").fetchall()
