"""The two lists that tell what happened: of events, and of deliveries."""

import sqlite3
from dataclasses import dataclass

from bedolaga_events.errors import NotFound
from bedolaga_events.model import Delivery, Event, Webhook
from bedolaga_events.store import deliveries, events, webhooks
from bedolaga_events.store.listing import Condition, Filter, Listed, Table

UNDELIVERED = "undelivered"  # asked for like a status (contract §4)

_EVENT_SIGHT = "id, NULL, CASE WHEN {within} THEN payload END, NULL"
_DELIVERY_SIGHT = (
    "id, event_id, CASE WHEN {within} THEN"
    " coalesce((SELECT payload FROM events e WHERE e.id = event_id), test_payload) END,"
    " CASE WHEN {within} THEN coalesce(reason, '') || coalesce("
    "(SELECT error_code || ' ' || error_message FROM attempts"
    " WHERE delivery_id = deliveries.id AND number = attempt_number), '') END"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter(Filter):
    """Which events a list shows; `since_id` turns it oldest first."""

    type: str | None = None
    since_id: int | None = None
    brief: bool = False  # see `events.briefly`


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter(Filter):
    """Which deliveries a list shows; `status` may be UNDELIVERED."""

    webhook_id: int | None = None
    status: str | None = None
    event_id: int | None = None


def whole_event(
    connection: sqlite3.Connection, event_id: int
) -> tuple[Event, list[Delivery], list[Webhook]]:
    """An event with its deliveries, and every webhook, also those that did not get it.

    Raises:
        NotFound: there is no such event.
    """
    event = events.get(connection, event_id)
    if event is None:
        raise NotFound(f"There is no event {event_id}.")
    return event, deliveries.of_event(connection, event_id), webhooks.all_webhooks(connection)


def list_events(connection: sqlite3.Connection, wanted: EventFilter) -> Listed[Event]:
    """One page of events (indexes: primary key, events_by_type)."""
    rises = wanted.since_id is not None
    table = Table(connection, "events", "timestamp", _EVENT_SIGHT, rises=rises)
    asked: list[Condition] = [("type = ?", wanted.type), ("id > ?", wanted.since_id)]

    def count() -> int:
        if rises or wanted.since is not None or wanted.until is not None:
            return table.count(wanted, asked)
        return events.count(connection, wanted.type)

    found = table.find(wanted, [asked], count)
    known = events.among(connection, found.items, payload=wanted.payload)
    return found.of(events.briefly(known) if wanted.brief else known)


def list_deliveries(connection: sqlite3.Connection, wanted: DeliveryFilter) -> Listed[Delivery]:
    """One page of deliveries, newest first."""
    table = Table(connection, "deliveries", "created_at", _DELIVERY_SIGHT)
    state = "is_undelivered" if wanted.status == UNDELIVERED else f"status = '{wanted.status}'"
    asked: list[Condition] = [
        (state,) if wanted.status else ("1",),
        ("webhook_id = ?", wanted.webhook_id),
        ("event_id = ?", wanted.event_id),
    ]

    def count() -> int:
        if wanted.event_id is None and wanted.since is None and wanted.until is None:
            return _counted(connection, wanted.webhook_id, wanted.status)
        return table.count(wanted, asked)

    narrow = wanted.webhook_id is not None or wanted.status is not None
    if narrow and wanted.event_id is None and wanted.status != UNDELIVERED:
        branches = _by_status(connection, wanted)
    else:
        branches = [asked]
    found = table.find(wanted, branches, count)
    return found.of(deliveries.among(connection, found.items, payload=wanted.payload))


def _by_status(connection: sqlite3.Connection, wanted: DeliveryFilter) -> list[list[Condition]]:
    """The parts of a list that one index holds in the order of ids: deliveries_by_webhook.

    Those are the deliveries of one webhook in one status, if there are any.
    """
    rows = connection.execute(
        "SELECT webhook_id, status FROM delivery_counts WHERE value > 0"
        " AND webhook_id = coalesce(?, webhook_id) AND status = coalesce(?, status)",
        (wanted.webhook_id, wanted.status),
    )
    return [[("webhook_id = ?", webhook), ("status = ?", status)] for webhook, status in rows]


def _counted(connection: sqlite3.Connection, webhook_id: int | None, status: str | None) -> int:
    """How many deliveries there are, by the counters."""
    if status == UNDELIVERED:
        query = "SELECT coalesce(sum(undelivered), 0) FROM webhooks WHERE id = coalesce(?, id)"
        return int(connection.execute(query, (webhook_id,)).fetchone()[0])
    row = connection.execute(
        "SELECT coalesce(sum(value), 0) FROM delivery_counts"
        " WHERE webhook_id = coalesce(?, webhook_id) AND status = coalesce(?, status)",
        (webhook_id, status),
    ).fetchone()
    return int(row[0])
