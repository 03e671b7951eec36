"""Every statement about deliveries and their attempts."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bedolaga_events.errors import NotFound
from bedolaga_events.model import Attempt, Delivery, ErrorCode, Status
from bedolaga_events.store.database import insert_rows, next_id

_DELIVERY = (
    "d.id, d.webhook_id, d.event_id, d.event_type, coalesce(e.payload, d.test_payload), d.status,"
    " d.attempt_number, d.created_at, d.delivered_at, d.next_retry_at, d.event_id IS NULL, d.reason"
)
_ATTEMPT = (
    "a.number, a.started_at, a.duration_ms, a.error_code, a.error_message, a.response_status,"
    " a.response_headers, a.response_body, a.remote_address, a.request_headers"
)
_SELECT = (
    f"SELECT {_DELIVERY}, {_ATTEMPT} FROM deliveries d"
    " LEFT JOIN events e ON e.id = d.event_id"
    " LEFT JOIN attempts a ON a.delivery_id = d.id AND a.number = d.attempt_number"
)
_FIELDS = tuple(name for name in Delivery._fields if name != "last")
_WIDTH = len(_FIELDS)
COUNTED_AT_MOST = 10_000  # a filtered total is exact up to here, then "more than"


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries a list shows; times in microseconds, `until` exclusive.

    `q` is looked for in the payload as it is stored: ASCII-escaped JSON.
    """

    webhook_id: int | None = None
    status: Status | None = None
    event_id: int | None = None
    since: int | None = None
    until: int | None = None
    q: str | None = None
    limit: int = 50
    offset: int = 0


class Record(NamedTuple):
    """An attempt to be stored, and what was decided after it."""

    delivery: Delivery  # as it was before the attempt
    attempt: Attempt
    status: Status
    next_retry_at: int | None = None
    deactivate: str | None = None  # why the webhook is to be deactivated
    warn: int | None = None  # percent of the time until then

    def after(self, before: "State", now: int) -> Delivery:
        """The delivery as it is once the attempt is stored.

        What was cancelled while its request was out stays so, unless the receiver took it.
        """
        stays = before.status is not Status.PENDING and not self.attempt.succeeded
        return self.delivery._replace(
            status=before.status if stays else self.status,
            attempt_number=self.attempt.number,
            delivered_at=now if self.status is Status.SUCCESS else None,
            next_retry_at=None if stays else self.next_retry_at,
            last=self.attempt,
            reason=before.reason if stays else None,
        )


class State(NamedTuple):
    """Where a delivery stands."""

    status: Status
    reason: str | None


def insert(connection: sqlite3.Connection, rows: Iterable[Delivery]) -> None:
    """Insert committed-to-be deliveries; only a test carries its payload."""
    values = [
        (
            one.id,
            one.webhook_id,
            one.event_id,
            one.event_type,
            one.status,
            one.attempt_number,
            one.created_at,
            one.delivered_at,
            one.next_retry_at,
            one.reason,
            one.payload if one.is_test else None,
        )
        for one in rows
    ]
    insert_rows(connection, "INSERT INTO deliveries", values)


def add_counts(connection: sqlite3.Connection, deltas: Mapping[tuple[int, str], int]) -> None:
    """Add to the number of kept deliveries by webhook and status."""
    insert_rows(
        connection,
        "INSERT INTO delivery_counts",
        [(webhook, status, delta) for (webhook, status), delta in deltas.items() if delta],
        "ON CONFLICT (webhook_id, status) DO UPDATE SET value = value + excluded.value",
    )


def states(connection: sqlite3.Connection, delivery_ids: Iterable[int]) -> dict[int, State]:
    """Where each delivery stands that is still there."""
    row = connection.execute(
        "SELECT json_group_array(json_array(id, status, reason)) FROM deliveries"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(delivery_ids)),),
    ).fetchone()
    return {number: State(Status(status), why) for number, status, why in json.loads(row[0])}


def store_attempts(
    connection: sqlite3.Connection, made: Iterable[tuple[Delivery, Attempt]]
) -> None:
    """Store attempts and where their deliveries stand after them."""
    made = list(made)
    attempts = [
        (
            delivery.id,
            one.number,
            one.started_at,
            one.duration_ms,
            one.error_code,
            one.error_message,
            one.response_status,
            json.dumps(one.response_headers),
            one.response_body,
            one.remote_address,
            json.dumps(one.request_headers),
        )
        for delivery, one in made
    ]
    insert_rows(connection, "INSERT INTO attempts", attempts)
    states = [
        (one.id, one.status, one.attempt_number, one.delivered_at, one.next_retry_at, one.reason)
        for one, _ in made
    ]
    connection.execute(
        "UPDATE deliveries SET status = value ->> 1, attempt_number = value ->> 2,"
        " delivered_at = value ->> 3, next_retry_at = value ->> 4, reason = value ->> 5"
        " FROM json_each(?) WHERE deliveries.id = value ->> 0",
        (json.dumps(states),),
    )


def change_state(
    connection: sqlite3.Connection,
    delivery: Delivery,
    status: Status,
    due: int | None,
    why: str | None,
) -> Delivery:
    """Put one delivery into another state by hand; its counts follow."""
    connection.execute(
        "UPDATE deliveries SET status = ?, next_retry_at = ?, reason = ? WHERE id = ?",
        (status, due, why, delivery.id),
    )
    before, after = (delivery.webhook_id, delivery.status), (delivery.webhook_id, status)
    if before != after:
        add_counts(connection, {before: -1, after: 1})
    return delivery._replace(status=status, next_retry_at=due, reason=why)


def cancel_some(
    connection: sqlite3.Connection, webhook_id: int, before: int, why: str, limit: int
) -> int:
    """Give up pending deliveries of a webhook that are older than a moment; returns how many."""
    rows = connection.execute(
        "UPDATE deliveries SET status = 'failed', next_retry_at = NULL, reason = ? WHERE id IN"
        " (SELECT id FROM deliveries WHERE webhook_id = ? AND status = 'pending'"
        " AND created_at < ? LIMIT ?) RETURNING id",
        (why, webhook_id, before, limit),
    ).fetchall()
    moved = {(webhook_id, Status.PENDING): -len(rows), (webhook_id, Status.FAILED): len(rows)}
    add_counts(connection, {(one, status.value): n for (one, status), n in moved.items()})
    return len(rows)


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
    add_counts(connection, {key: -value for key, value in gone.items()})
    return len(rows)


def insert_one(connection: sqlite3.Connection, draft: Delivery) -> Delivery:
    """Insert a delivery that a person asked for; its id is the next one."""
    made = draft._replace(id=next_id(connection, "deliveries"))
    insert(connection, [made])
    add_counts(connection, {(made.webhook_id, made.status): 1})
    connection.execute(
        "UPDATE events SET deliveries = deliveries + 1 WHERE id = ?", (made.event_id,)
    )
    return made


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
    return _delivery(row)


def attempts(connection: sqlite3.Connection, delivery_id: int) -> list[Attempt]:
    """Every attempt of a delivery, oldest first."""
    rows = connection.execute(
        f"SELECT {_ATTEMPT} FROM attempts a WHERE delivery_id = ? ORDER BY number", (delivery_id,)
    )
    return [_attempt(row) for row in rows]


def of_event(connection: sqlite3.Connection, event_id: int) -> list[Delivery]:
    """Every delivery of an event (index deliveries_by_event)."""
    rows = connection.execute(f"{_SELECT} WHERE d.event_id = ? ORDER BY d.id", (event_id,))
    return [_delivery(row) for row in rows]


def page(connection: sqlite3.Connection, wanted: DeliveryFilter) -> tuple[list[Delivery], int]:
    """One page of deliveries, newest first, and how many match in all."""
    branches, values = [], list[object]()
    for one in _branches(wanted):
        where, some = _conditions(one)
        branches.append(
            "SELECT id FROM (SELECT d.id FROM deliveries d LEFT JOIN events e ON e.id = d.event_id"
            f" WHERE {where} ORDER BY d.id DESC LIMIT ?)"
        )
        values += [*some, wanted.limit + wanted.offset]
    rows = connection.execute(
        f"{_SELECT} WHERE d.id IN (SELECT id FROM ({' UNION ALL '.join(branches)})"
        " ORDER BY id DESC LIMIT ? OFFSET ?) ORDER BY d.id DESC",
        (*values, wanted.limit, wanted.offset),
    ).fetchall()
    return [_delivery(row) for row in rows], _total(connection, wanted)


def _branches(wanted: DeliveryFilter) -> list[DeliveryFilter]:
    """The newest of each status, when it is all of one webhook: index deliveries_by_webhook."""
    if wanted.webhook_id is None or wanted.status is not None or wanted.event_id is not None:
        return [wanted]
    return [replace(wanted, status=status) for status in Status]


def due(
    connection: sqlite3.Connection, webhook_id: int, now: int, limit: int
) -> tuple[list[Delivery], int | None]:
    """What is due for a webhook, longest due first, and when the next one falls due.

    Without their latest attempts; both from index deliveries_due.
    """
    rows = connection.execute(
        f"SELECT {_DELIVERY} FROM deliveries d LEFT JOIN events e ON e.id = d.event_id"
        " WHERE d.webhook_id = ? AND d.status = 'pending' AND d.next_retry_at <= ?"
        " ORDER BY d.next_retry_at, d.id LIMIT ?",
        (webhook_id, now, limit),
    ).fetchall()
    following = connection.execute(
        "SELECT min(next_retry_at) FROM deliveries"
        " WHERE webhook_id = ? AND status = 'pending' AND next_retry_at > ?",
        (webhook_id, now),
    ).fetchone()[0]
    return [_delivery((*row, None)) for row in rows], following


def overdue_since(connection: sqlite3.Connection, webhook_id: int) -> int | None:
    """When the longest overdue delivery of a webhook was to be sent (index deliveries_due)."""
    row = connection.execute(
        "SELECT min(next_retry_at) FROM deliveries WHERE webhook_id = ? AND status = 'pending'",
        (webhook_id,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def due_count(connection: sqlite3.Connection, now: int) -> int:
    """How many deliveries are due, counted up to a bound."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM deliveries"
        " WHERE status = 'pending' AND next_retry_at <= ? LIMIT ?)",
        (now, COUNTED_AT_MOST),
    ).fetchone()
    return int(row[0])


def oldest_pending(connection: sqlite3.Connection) -> int | None:
    """When the oldest pending delivery was made (one look a webhook: deliveries_by_webhook)."""
    row = connection.execute(
        "SELECT min(created_at) FROM deliveries WHERE id IN (SELECT"
        " (SELECT min(id) FROM deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending')"
        " FROM webhooks w)"
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


def _conditions(wanted: DeliveryFilter) -> tuple[str, list[object]]:
    # The status stands in the text, with the words of the partial indexes: SQLite uses those only
    # for a query that repeats their condition.
    where, values = [f"d.status = '{wanted.status}'" if wanted.status else "1"], list[object]()
    if wanted.status in (Status.FAILED, Status.SKIPPED):
        where.append("d.status IN ('failed', 'skipped')")
    for condition, value in (
        ("d.webhook_id = ?", wanted.webhook_id),
        ("d.event_id = ?", wanted.event_id),
        ("d.created_at >= ?", wanted.since),
        ("d.created_at < ?", wanted.until),
        ("instr(coalesce(e.payload, d.test_payload), ?)", wanted.q),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    return " AND ".join(where), values


def _total(connection: sqlite3.Connection, wanted: DeliveryFilter) -> int:
    narrowing = (wanted.event_id, wanted.since, wanted.until, wanted.q)
    if all(one is None for one in narrowing):
        row = connection.execute(
            "SELECT coalesce(sum(value), 0) FROM delivery_counts"
            " WHERE webhook_id = coalesce(?, webhook_id) AND status = coalesce(?, status)",
            (wanted.webhook_id, wanted.status),
        ).fetchone()
    else:
        where, values = _conditions(wanted)
        row = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries d"
            f" LEFT JOIN events e ON e.id = d.event_id WHERE {where} LIMIT ?)",
            (*values, COUNTED_AT_MOST),
        ).fetchone()
    return int(row[0])


def _delivery(row: tuple[Any, ...]) -> Delivery:
    values = dict(zip(_FIELDS, row[:_WIDTH], strict=True))
    values["status"] = Status(values["status"])
    values["is_test"] = bool(values["is_test"])
    last = _attempt(row[_WIDTH:]) if row[_WIDTH] is not None else None
    return Delivery(**values, last=last)


def _attempt(row: tuple[Any, ...]) -> Attempt:
    number, started_at, duration, code, message, status, headers, body, address, sent = row
    return Attempt(
        number,
        started_at,
        duration,
        ErrorCode(code) if code else None,
        message,
        status,
        _pairs(headers),
        body,
        address,
        _pairs(sent),
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))
