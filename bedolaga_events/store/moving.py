"""Deliveries that a person moves: asked for again, given up, made, deleted; their counts follow."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from bedolaga_events.model import Delivery, Status
from bedolaga_events.store import deliveries
from bedolaga_events.store.database import next_id

CANCELLED = "Cancelled by hand."


def ask_again(
    connection: sqlite3.Connection, webhook_id: int, found: Mapping[int, Status], now: int
) -> None:
    """Let deliveries of a webhook (ids, and their statuses) be due now, their schedules anew."""
    connection.execute(
        "UPDATE deliveries SET status = 'pending', next_retry_at = ?, reason = NULL,"
        " schedule_from = attempt_number, asked = asked + 1"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (now, json.dumps(list(found))),
    )
    _count_moved(connection, webhook_id, found.values(), Status.PENDING)


def give_up(connection: sqlite3.Connection, webhook_id: int, ids: Sequence[int]) -> None:
    """Let pending deliveries of a webhook fail."""
    connection.execute(
        "UPDATE deliveries SET status = 'failed', next_retry_at = NULL, reason = ?"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (CANCELLED, json.dumps(ids)),
    )
    _count_moved(connection, webhook_id, [Status.PENDING] * len(ids), Status.FAILED)


def delete_some(connection: sqlite3.Connection, webhook_id: int, limit: int) -> int:
    """Delete deliveries of a webhook that is on its way out; returns how many."""
    rows = connection.execute(
        "SELECT id, status FROM deliveries WHERE webhook_id = ? LIMIT ?", (webhook_id, limit)
    ).fetchall()
    connection.execute(
        "DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([row[0] for row in rows]),),
    )
    gone = Counter((webhook_id, status) for _, status in rows)
    deliveries.add_counts(connection, {key: -value for key, value in gone.items()})
    return len(rows)


def insert_one(connection: sqlite3.Connection, draft: Delivery) -> int:
    """Insert a delivery that a person asked for; returns its id, the next one."""
    made = draft._replace(id=next_id(connection, "deliveries"))
    deliveries.insert(connection, [made])
    deliveries.add_counts(connection, {(made.webhook_id, made.status): 1})
    connection.execute(
        "UPDATE events SET deliveries = deliveries + 1 WHERE id = ?", (made.event_id,)
    )
    return made.id


def _count_moved(
    connection: sqlite3.Connection, webhook_id: int, before: Collection[Status], after: Status
) -> None:
    deltas = Counter({(webhook_id, status.value): -n for status, n in Counter(before).items()})
    deltas[webhook_id, after.value] += len(before)
    deliveries.add_counts(connection, deltas)
