"""Every statement about the dashboard's numbers (contract §5)."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import tzinfo

from bedolaga_events.counters import day_of, hour_of, ticket_change
from bedolaga_events.model import Attempt, Event, EventDraft, Facts
from bedolaga_events.store.database import insert_rows
from bedolaga_events.store.transaction import Transaction

Moved = Iterable[tuple[Event, Facts]]


def add(connection: sqlite3.Connection, moved: Moved, zone: tzinfo) -> None:
    """Let committed-to-be events move the numbers."""
    users, revenue = 0, Counter[str]()
    for event, facts in moved:
        match event.type:
            case "user.created":
                users += 1
            case "payment.completed":
                revenue[day_of(event.timestamp, zone)] += facts.kopeks
            case "ticket.created" | "ticket.status_changed":
                _change_ticket(connection, facts)
    if users:
        _move(connection, "total_users", users, 0)
    for day, kopeks in revenue.items():
        _add_revenue(connection, day, kopeks)


def add_events(connection: sqlite3.Connection, rows: Iterable[tuple[Event, EventDraft]]) -> None:
    """Add committed-to-be events to the hours of the charts."""
    hours = Counter[tuple[int, str]]()
    kopeks = Counter[tuple[int, str]]()
    for event, draft in rows:
        key = hour_of(event.timestamp), event.type
        hours[key] += 1
        if event.type == "payment.completed" and draft.facts is not None:
            kopeks[key] += draft.facts.kopeks
    insert_rows(
        connection,
        "INSERT INTO event_hours (hour, type, value, kopeks)",
        [(*key, value, kopeks[key]) for key, value in hours.items()],
        "ON CONFLICT (hour, type) DO UPDATE SET value = value + excluded.value,"
        " kopeks = kopeks + excluded.kopeks",
    )


def add_attempts(connection: sqlite3.Connection, made: Iterable[tuple[int, Attempt]]) -> None:
    """Add attempts, each with its webhook's id, to the hours of the charts."""
    successes, failures = Counter[tuple[int, int, int]](), Counter[tuple[int, int, int]]()
    for webhook_id, attempt in made:
        key = webhook_id, hour_of(attempt.started_at), attempt.duration_ms.bit_length()
        (successes if attempt.succeeded else failures)[key] += 1
    insert_rows(
        connection,
        "INSERT INTO attempt_hours (webhook_id, hour, bin, successes, failures)",
        [(*key, successes[key], failures[key]) for key in successes.keys() | failures.keys()],
        "ON CONFLICT (webhook_id, hour, bin) DO UPDATE SET"
        " successes = successes + excluded.successes, failures = failures + excluded.failures",
    )


def event_hours(connection: sqlite3.Connection, since: int) -> list[tuple[int, str, int, int]]:
    """(hour, type, events, kopeks) from an hour on."""
    return connection.execute(
        "SELECT hour, type, value, kopeks FROM event_hours WHERE hour >= ? ORDER BY 1, 2", (since,)
    ).fetchall()


def attempt_hours(
    connection: sqlite3.Connection, webhook_id: int | None, since: int
) -> list[tuple[int, int, int, int]]:
    """(hour, bin, successes, failures) of one webhook or of all, from an hour on."""
    return connection.execute(
        "SELECT hour, bin, sum(successes), sum(failures) FROM attempt_hours"
        " WHERE webhook_id = coalesce(?, webhook_id) AND hour >= ? GROUP BY 1, 2 ORDER BY 1, 2",
        (webhook_id, since),
    ).fetchall()


def read(connection: sqlite3.Connection, today: str) -> dict[str, int | float]:
    """The four numbers; `today` is a day of the dashboard's time zone."""
    values = dict(connection.execute("SELECT name, value FROM gauges"))
    row = connection.execute("SELECT kopeks FROM revenue WHERE day = ?", (today,)).fetchone()
    return {
        "total_users": values.get("total_users", 0),
        "active_subscriptions": values.get("active_subscriptions", 0),
        "open_tickets": values.get("open_tickets", 0),
        "today_revenue": (row[0] if row else 0) / 100,
    }


def attempts_by_webhook(
    connection: sqlite3.Connection, since: int
) -> list[tuple[int, int, int, int]]:
    """Rows of (webhook, hour, successes, failures) from an hour since the epoch on."""
    return connection.execute(
        "SELECT webhook_id, hour, sum(successes), sum(failures) FROM attempt_hours"
        " WHERE hour >= ? GROUP BY webhook_id, hour",
        (since,),
    ).fetchall()


def put(transaction: Transaction, values: dict[str, int], zone: tzinfo) -> None:
    """Set starting values; `today_revenue` in kopeks, the others as they are."""
    connection, today = transaction.connection, day_of(transaction.now, zone)
    for name, value in values.items():
        if name == "today_revenue":
            _add_revenue(connection, today, 0)
            connection.execute(
                "UPDATE revenue SET unbacked = unbacked + ? - kopeks, kopeks = ? WHERE day = ?",
                (value, value, today),
            )
            continue
        if name == "open_tickets":
            # The tickets seen so far are part of the new starting value.
            connection.execute("DELETE FROM tickets")
            _move(connection, name, 0, 0)
            connection.execute("UPDATE gauges SET unbacked = value WHERE name = ?", (name,))
        _move(connection, name, 0, 0)
        connection.execute(
            "UPDATE gauges SET unbacked = unbacked + ? - value, value = ? WHERE name = ?",
            (value, value, name),
        )


def _move(connection: sqlite3.Connection, name: str, value: int, unbacked: int) -> None:
    connection.execute(
        "INSERT INTO gauges (name, value, unbacked) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET value = value + excluded.value, unbacked = unbacked + excluded.unbacked",
        (name, value, unbacked),
    )


def _add_revenue(connection: sqlite3.Connection, day: str, kopeks: int) -> None:
    connection.execute(
        "INSERT INTO revenue (day, kopeks, unbacked) VALUES (?, ?, 0)"
        " ON CONFLICT (day) DO UPDATE SET kopeks = kopeks + excluded.kopeks",
        (day, kopeks),
    )


def _change_ticket(connection: sqlite3.Connection, facts: Facts) -> None:
    row = connection.execute(
        "SELECT is_open FROM tickets WHERE id = ?", (facts.ticket_id,)
    ).fetchone()
    known = None if row is None else bool(row[0])
    is_open, from_start = ticket_change(known, facts)
    connection.execute(
        "INSERT OR REPLACE INTO tickets (id, is_open) VALUES (?, ?)", (facts.ticket_id, is_open)
    )
    if from_start and not _has_start(connection):
        from_start = 0
    _move(connection, "open_tickets", is_open - bool(known) + from_start, from_start)


def _has_start(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT unbacked FROM gauges WHERE name = 'open_tickets'").fetchone()
    return row is not None and row[0] > 0
