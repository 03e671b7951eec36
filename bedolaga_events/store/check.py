"""Do the counters equal what counting the rows says (invariant 6)?"""

import sqlite3
from collections.abc import Iterator

from bedolaga_events.counters import kopeks_of
from bedolaga_events.store import events
from bedolaga_events.times import MINUTE
from bedolaga_events.wire import parse, rfc3339

_PAIRS = (
    (
        "deliveries of webhook {} that are {}",
        "SELECT webhook_id, status, value FROM delivery_counts WHERE value <> 0",
        "SELECT webhook_id, status, count(*) FROM deliveries GROUP BY 1, 2",
    ),
    (
        "undelivered deliveries of webhook {}",
        "SELECT id, undelivered FROM webhooks WHERE undelivered <> 0",
        "SELECT webhook_id, count(*) FROM deliveries WHERE is_undelivered GROUP BY 1",
    ),
    (
        "events of type {}",
        "SELECT type, value FROM event_counts WHERE value <> 0",
        "SELECT type, count(*) FROM events GROUP BY 1",
    ),
    (
        "gauge {}",
        "SELECT name, value FROM gauges WHERE name = 'open_tickets'",
        "SELECT name, unbacked + (SELECT count(*) FROM tickets WHERE is_open)"
        " FROM gauges WHERE name = 'open_tickets'",
    ),
    (
        "gauge {}",
        "SELECT name, value FROM gauges WHERE name = 'total_users'",
        "SELECT name, unbacked + (SELECT count(*) FROM events WHERE type = 'user.created')"
        " FROM gauges WHERE name = 'total_users'",
    ),
)


def findings(connection: sqlite3.Connection) -> Iterator[str]:
    """One sentence for everything that does not fit; nothing when all is well."""
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"integrity_check: {row[0]}"
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"foreign_key_check: row {row[1]} of {row[0]} points at nothing"
    for label, counted, real in _PAIRS:
        yield from _compare(connection, label, counted, real)
    yield from _revenue(connection)
    yield from _pending(connection)
    yield from _health(connection)


def overdue(connection: sqlite3.Connection, now: int) -> Iterator[str]:
    """One sentence for each webhook with deliveries that should have been sent a minute ago.

    A running server asks the table at least that often (contract §4): either there is none, or so
    much waits for this receiver that it takes its time, or a row was forgotten.
    """
    rows = connection.execute(
        "SELECT webhook_id, count(*), min(next_retry_at) FROM deliveries"
        " JOIN webhooks ON webhooks.id = webhook_id"
        " WHERE status = 'pending' AND is_active AND next_retry_at < ? GROUP BY webhook_id",
        (now - MINUTE,),
    )
    for webhook_id, count, oldest in rows:
        since = rfc3339(oldest)
        yield f"webhook {webhook_id}: {count} deliveries are overdue, the longest since {since}"


def _compare(connection: sqlite3.Connection, label: str, counted: str, real: str) -> Iterator[str]:
    kept = {row[:-1]: row[-1] for row in connection.execute(counted)}
    rows = {row[:-1]: row[-1] for row in connection.execute(real)}
    for key in sorted(kept.keys() | rows.keys()):
        if kept.get(key, 0) != rows.get(key, 0):
            name = label.format(*key)
            yield f"{name}: the counter says {kept.get(key, 0)}, the rows {rows.get(key, 0)}"


def _revenue(connection: sqlite3.Connection) -> Iterator[str]:
    kept, unbacked = connection.execute(
        "SELECT coalesce(sum(kopeks), 0), coalesce(sum(unbacked), 0) FROM revenue"
    ).fetchone()
    paid = sum(kopeks_of(parse(one)) for one in events.payloads(connection, "payment.completed"))
    if kept != unbacked + paid:
        yield f"revenue: the days hold {kept} kopeks, the payments {unbacked + paid}"


def _pending(connection: sqlite3.Connection) -> Iterator[str]:
    stuck = connection.execute(
        "SELECT count(*) FROM deliveries WHERE status = 'pending' AND next_retry_at IS NULL"
    ).fetchone()[0]
    if stuck:
        yield f"{stuck} pending deliveries have no time at which they are tried"


def _health(connection: sqlite3.Connection) -> Iterator[str]:
    for [number] in connection.execute(
        "SELECT id FROM webhooks WHERE (failing_since IS NULL) <> (last_error IS NULL)"
        " OR last_error IS NULL AND patience_since IS NOT NULL"
    ):
        yield f"webhook {number}: its last error and since when it fails do not fit"
