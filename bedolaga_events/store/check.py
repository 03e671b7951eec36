"""Do the counters equal what counting the rows says (invariant 6)?"""

import json
import sqlite3
from collections.abc import Iterator

from bedolaga_events.numbers import NUMBERS, Kind, Number, kopeks_of
from bedolaga_events.store import events
from bedolaga_events.store.numbers import rules_of
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
)


def everything(connection: sqlite3.Connection, now: int) -> list[str]:
    """All that does not fit and all that is overdue, in one snapshot beside a running server."""
    connection.execute("BEGIN")
    try:
        return [*findings(connection), *overdue(connection, now)]
    finally:
        connection.execute("ROLLBACK")


def findings(connection: sqlite3.Connection) -> Iterator[str]:
    """One sentence for everything that does not fit; nothing when all is well."""
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"integrity_check: {row[0]}"
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"foreign_key_check: row {row[1]} of {row[0]} points at nothing"
    for label, counted, real in _PAIRS:
        yield from _compare(connection, label, counted, real)
    for number in NUMBERS:
        yield from _REAL[number.kind](connection, number)
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


def _count(connection: sqlite3.Connection, number: Number) -> Iterator[str]:
    """A counted number is its unbacked share and its events."""
    types = json.dumps(list(number.reads))
    real = "SELECT count(*) FROM events WHERE type IN (SELECT value FROM json_each(?))"
    yield from _gauge(connection, number, real, types)


def _kept(connection: sqlite3.Connection, number: Number) -> Iterator[str]:
    """A number of what is kept one by one is its unbacked share and what is open."""
    real = "SELECT count(*) FROM kept WHERE is_open AND number = ?"
    yield from _gauge(connection, number, real, number.name)


def _gauge(
    connection: sqlite3.Connection, number: Number, real: str, argument: str
) -> Iterator[str]:
    value, unbacked = connection.execute(
        "SELECT coalesce(sum(value), 0), coalesce(sum(unbacked), 0) FROM gauges WHERE name = ?",
        (number.name,),
    ).fetchone()
    rows = unbacked + connection.execute(real, (argument,)).fetchone()[0]
    if value != rows:
        yield f"gauge {number.name}: the counter says {value}, the rows {rows}"


def _revenue(connection: sqlite3.Connection, number: Number) -> Iterator[str]:
    kept, unbacked = connection.execute(
        "SELECT coalesce(sum(kopeks), 0), coalesce(sum(unbacked), 0) FROM revenue"
    ).fetchone()
    rules = rules_of(connection)
    paid = sum(
        kopeks_of(parse(payload), rules)
        for kind in number.reads
        for _, payload in events.timed_payloads(connection, kind)
    )
    if kept != unbacked + paid:
        yield f"revenue: the days hold {kept} kopeks, the payments {unbacked + paid}"


_REAL = {Kind.COUNT: _count, Kind.KEPT: _kept, Kind.SUM: _revenue}


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
