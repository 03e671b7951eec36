"""Lists of deliveries, newest first."""

import sqlite3
from dataclasses import dataclass, replace

from bedolaga_events.model import Delivery, Status
from bedolaga_events.store import deliveries
from bedolaga_events.store.deliveries import COUNTED_AT_MOST


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
        f"{deliveries.SELECT} WHERE d.id IN (SELECT id FROM ({' UNION ALL '.join(branches)})"
        " ORDER BY id DESC LIMIT ? OFFSET ?) ORDER BY d.id DESC",
        (*values, wanted.limit, wanted.offset),
    ).fetchall()
    return [deliveries.from_row(row) for row in rows], _total(connection, wanted)


def _branches(wanted: DeliveryFilter) -> list[DeliveryFilter]:
    """The newest of each status, when it is all of one webhook: index deliveries_by_webhook."""
    if wanted.webhook_id is None or wanted.status is not None or wanted.event_id is not None:
        return [wanted]
    return [replace(wanted, status=status) for status in Status]


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
