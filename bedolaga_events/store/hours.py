"""What the charts show, by hour: events and revenue, attempts by outcome and duration."""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from bedolaga_events.model import Attempt, Event, EventDraft
from bedolaga_events.numbers import REVENUE, hour_of
from bedolaga_events.store.database import insert_rows


def add_events(connection: sqlite3.Connection, rows: Iterable[tuple[Event, EventDraft]]) -> None:
    """Add committed-to-be events to the hours of the charts."""
    hours = Counter[tuple[int, str]]()
    kopeks = Counter[tuple[int, str]]()
    for event, draft in rows:
        key = hour_of(event.timestamp), event.type
        hours[key] += 1
        kopeks[key] += sum(move.amount for move in draft.moves if move.number == REVENUE)
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


def attempts_by_webhook(
    connection: sqlite3.Connection, since: int
) -> list[tuple[int, int, int, int]]:
    """Rows of (webhook, hour, successes, failures) from an hour since the epoch on."""
    return connection.execute(
        "SELECT webhook_id, hour, sum(successes), sum(failures) FROM attempt_hours"
        " WHERE hour >= ? GROUP BY webhook_id, hour",
        (since,),
    ).fetchall()


def put_kopeks(
    connection: sqlite3.Connection, event_type: str, paid: Iterable[tuple[int, int]]
) -> None:
    """Set the revenue of the hours anew, from when there is any on, by (moment, kopeks)."""
    kopeks = Counter[int]()
    for timestamp, amount in paid:
        kopeks[hour_of(timestamp)] += amount
    connection.execute(
        "UPDATE event_hours SET kopeks = 0 WHERE type = ? AND hour >= ?",
        (event_type, min(kopeks, default=0)),
    )
    connection.executemany(
        "UPDATE event_hours SET kopeks = ? WHERE type = ? AND hour = ?",
        [(amount, event_type, hour) for hour, amount in kopeks.items()],
    )
