"""Every statement about the dashboard's numbers (contract §5)."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import tzinfo

from bedolaga_events.counters import day_of, ticket_change
from bedolaga_events.model import Event, Facts

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


def put(connection: sqlite3.Connection, values: dict[str, int], today: str) -> None:
    """Set starting values; `today_revenue` in kopeks, the others as they are."""
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
        "INSERT INTO gauges VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET value = value + excluded.value, unbacked = unbacked + excluded.unbacked",
        (name, value, unbacked),
    )


def _add_revenue(connection: sqlite3.Connection, day: str, kopeks: int) -> None:
    connection.execute(
        "INSERT INTO revenue VALUES (?, ?, 0)"
        " ON CONFLICT (day) DO UPDATE SET kopeks = kopeks + excluded.kopeks",
        (day, kopeks),
    )


def _change_ticket(connection: sqlite3.Connection, facts: Facts) -> None:
    row = connection.execute(
        "SELECT is_open FROM tickets WHERE id = ?", (facts.ticket_id,)
    ).fetchone()
    known = None if row is None else bool(row[0])
    is_open, from_start = ticket_change(known, facts)
    connection.execute("INSERT OR REPLACE INTO tickets VALUES (?, ?)", (facts.ticket_id, is_open))
    if from_start and not _has_start(connection):
        from_start = 0
    _move(connection, "open_tickets", is_open - bool(known) + from_start, from_start)


def _has_start(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT unbacked FROM gauges WHERE name = 'open_tickets'").fetchone()
    return row is not None and row[0] > 0
