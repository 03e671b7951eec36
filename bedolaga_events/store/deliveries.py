"""Every statement about deliveries: their states, their counts, and what is due."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from bedolaga_events.errors import NotFound
from bedolaga_events.model import Delivery, Status
from bedolaga_events.store import attempts
from bedolaga_events.store.attempts import State
from bedolaga_events.store.database import insert_rows

_EVENT = "coalesce(e.payload, d.test_payload), coalesce(e.timestamp, d.created_at)"
_NO_EVENT = "'', d.created_at"  # an event's time stands behind its payload on the disk
_DELIVERY = (
    f"d.id, d.webhook_id, d.event_id, d.event_type, {_EVENT}, d.status,"
    " d.attempt_number, d.created_at, d.delivered_at, d.next_retry_at, d.event_id IS NULL,"
    " d.reason, d.schedule_from, d.asked"
)
_SELECT = (
    f"SELECT {_DELIVERY}, {attempts.COLUMNS} FROM deliveries d"
    " LEFT JOIN events e ON e.id = d.event_id"
    " LEFT JOIN attempts a ON a.delivery_id = d.id AND a.number = d.attempt_number"
)
_STATUS, _IS_TEST, _LAST = map(Delivery._fields.index, ("status", "is_test", "last"))
_WIDTH = len(Delivery._fields) - 1
COUNTED_AT_MOST = 10_000  # of what is due
_INSERTED = (
    "id, webhook_id, event_id, event_type, attempt_number, created_at, delivered_at,"
    " next_retry_at, reason, status"
)
# An enum is bound by a search for its adapter: 3 µs.
_values = attrgetter(*_INSERTED.replace("status", "status.value").split(", "))


def insert(connection: sqlite3.Connection, rows: Iterable[Delivery]) -> None:
    """Insert committed-to-be deliveries; only a test carries its payload."""
    values = [(*_values(one), one.payload if one.is_test else None) for one in rows]
    insert_rows(connection, f"INSERT INTO deliveries ({_INSERTED}, test_payload)", values)


def add_counts(connection: sqlite3.Connection, deltas: Mapping[tuple[int, str], int]) -> None:
    """Add to the number of kept deliveries by webhook and status."""
    insert_rows(
        connection,
        "INSERT INTO delivery_counts (webhook_id, status, value)",
        [(webhook, status, delta) for (webhook, status), delta in deltas.items() if delta],
        "ON CONFLICT (webhook_id, status) DO UPDATE SET value = value + excluded.value",
    )


def states(connection: sqlite3.Connection, delivery_ids: Iterable[int]) -> dict[int, State]:
    """Where each delivery stands that is still there."""
    rows = connection.execute(
        "SELECT id, status, reason, delivered_at, next_retry_at, asked FROM deliveries"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(delivery_ids)),),
    )
    return {number: State(Status(status), *rest) for number, status, *rest in rows}


def get(connection: sqlite3.Connection, webhook_id: int, delivery_id: int) -> Delivery:
    """One delivery of a webhook.

    Raises:
        NotFound: the webhook has no such delivery.
    """
    row = connection.execute(
        f"{_SELECT} WHERE d.id = ? AND d.webhook_id = ?", (delivery_id, webhook_id)
    ).fetchone()
    if row is None:
        raise NotFound(f"Webhook {webhook_id} has no delivery {delivery_id}.")
    return _from_row(row)


def of_event(connection: sqlite3.Connection, event_id: int) -> list[Delivery]:
    """Every delivery of an event (index deliveries_by_event)."""
    rows = connection.execute(f"{_SELECT} WHERE d.event_id = ? ORDER BY d.id", (event_id,))
    return [_from_row(row) for row in rows]


def among(connection: sqlite3.Connection, ids: list[int], *, payload: bool) -> dict[int, Delivery]:
    """Deliveries by id; without `payload` nothing of their events is read."""
    select = _SELECT if payload else _SELECT.replace(_EVENT, _NO_EVENT)
    rows = connection.execute(
        f"{select} WHERE d.id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )
    return {row[0]: _from_row(row) for row in rows}


def due(
    connection: sqlite3.Connection, webhook_id: int, now: int, limit: int, but: list[int]
) -> tuple[list[Delivery], int | None]:
    """What is due for a webhook, longest due first, and when the next one falls due.

    Without their latest attempts; both from index deliveries_due.

    Args:
        now: microseconds.
        limit: how many of these.
        but: ids that are left out; nothing of them is read but the index.
    """
    rows = connection.execute(
        f"SELECT {_DELIVERY} FROM deliveries d LEFT JOIN events e ON e.id = d.event_id"
        " WHERE d.webhook_id = ? AND d.status = 'pending' AND d.next_retry_at <= ?"
        " AND d.id NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY d.next_retry_at, d.id LIMIT ?",
        (webhook_id, now, json.dumps(but), limit),
    ).fetchall()
    following = connection.execute(
        "SELECT min(next_retry_at) FROM deliveries"
        " WHERE webhook_id = ? AND status = 'pending' AND next_retry_at > ?",
        (webhook_id, now),
    ).fetchone()[0]
    return [_from_row((*row, None)) for row in rows], following


def move_due(connection: sqlite3.Connection, leap: int) -> None:
    """The clock was set: what waits goes on waiting as long as it would have (contract §4)."""
    connection.execute(
        "UPDATE deliveries SET next_retry_at = next_retry_at + ? WHERE status = 'pending'", (leap,)
    )


def overdue_since(connection: sqlite3.Connection, webhook_id: int) -> int | None:
    """When the longest overdue delivery of a webhook was to be sent (index deliveries_due)."""
    row = connection.execute(
        "SELECT min(next_retry_at) FROM deliveries WHERE webhook_id = ? AND status = 'pending'",
        (webhook_id,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def due_count(connection: sqlite3.Connection, now: int) -> int:
    """How many deliveries of active webhooks are due, counted up to a bound."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id"
        " WHERE w.is_active AND d.status = 'pending' AND d.next_retry_at <= ? LIMIT ?)",
        (now, COUNTED_AT_MOST),
    ).fetchone()
    return int(row[0])


def first_due(connection: sqlite3.Connection) -> int | None:
    """When the first delivery of active webhooks is, or was, to be sent (index deliveries_due)."""
    row = connection.execute(
        "SELECT min((SELECT min(next_retry_at) FROM deliveries d"
        " WHERE d.webhook_id = w.id AND d.status = 'pending')) FROM webhooks w WHERE w.is_active"
    ).fetchone()
    return None if row[0] is None else int(row[0])


def skipped_since(connection: sqlite3.Connection, webhook_id: int, since: int) -> int:
    """How many deliveries of a webhook were skipped since a moment."""
    row = connection.execute(
        "SELECT count(*) FROM deliveries"
        " WHERE webhook_id = ? AND status = 'skipped' AND created_at >= ?",
        (webhook_id, since),
    ).fetchone()
    return int(row[0])


def _from_row(row: tuple[Any, ...]) -> Delivery:
    """A delivery with its latest attempt, from a row of `_SELECT`."""
    values = list(row[:_WIDTH])
    values[_STATUS] = Status(values[_STATUS])
    values[_IS_TEST] = bool(values[_IS_TEST])
    values.insert(_LAST, attempts.from_row(row[_WIDTH:]) if row[_WIDTH] is not None else None)
    return Delivery(*values)
