"""Deliveries that a person moves: asked for again, given up, made, deleted; their counts follow."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from bedolaga_events.model import Delivery, Status
from bedolaga_events.store import deliveries
from bedolaga_events.store.database import next_id

CANCELLED = "Cancelled by hand."


def ask_again(connection: sqlite3.Connection, delivery: Delivery, now: int) -> Delivery:
    """Let a delivery be due now, with its schedule from the beginning; its counts follow."""
    ask_some_again(connection, delivery.webhook_id, {delivery.id: delivery.status}, now)
    return delivery._replace(
        status=Status.PENDING,
        next_retry_at=now,
        reason=None,
        schedule_from=delivery.attempt_number,
        asked=delivery.asked + 1,
    )


def ask_some_again(
    connection: sqlite3.Connection, webhook_id: int, found: Mapping[int, Status], now: int
) -> None:
    """Do what `ask_again` does, for deliveries of one webhook: their ids and statuses."""
    connection.execute(
        "UPDATE deliveries SET status = 'pending', next_retry_at = ?, reason = NULL,"
        " schedule_from = attempt_number, asked = asked + 1"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (now, json.dumps(list(found))),
    )
    _count_moved(connection, webhook_id, found.values(), Status.PENDING)


def give_up(connection: sqlite3.Connection, delivery: Delivery) -> Delivery:
    """Let a pending delivery fail; its counts follow."""
    give_some_up(connection, delivery.webhook_id, [delivery.id])
    return delivery._replace(status=Status.FAILED, next_retry_at=None, reason=CANCELLED)


def give_some_up(connection: sqlite3.Connection, webhook_id: int, ids: Sequence[int]) -> None:
    """Do what `give_up` does, for pending deliveries of one webhook."""
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


def insert_one(connection: sqlite3.Connection, draft: Delivery) -> Delivery:
    """Insert a delivery that a person asked for; its id is the next one."""
    made = draft._replace(id=next_id(connection, "deliveries"))
    deliveries.insert(connection, [made])
    deliveries.add_counts(connection, {(made.webhook_id, made.status): 1})
    connection.execute(
        "UPDATE events SET deliveries = deliveries + 1 WHERE id = ?", (made.event_id,)
    )
    return made


def _count_moved(
    connection: sqlite3.Connection, webhook_id: int, before: Collection[Status], after: Status
) -> None:
    deltas = Counter({(webhook_id, status.value): -n for status, n in Counter(before).items()})
    deltas[webhook_id, after.value] += len(before)
    deliveries.add_counts(connection, deltas)
