"""Every statement about the dashboard's numbers (contract §5), whatever they are called."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from bedolaga_events.model import Event, Move
from bedolaga_events.numbers import (
    BY_NAME,
    REVENUE,
    Kind,
    Rules,
    day_of,
    kopeks_of,
    opening,
)
from bedolaga_events.store import days, events, hours, meta
from bedolaga_events.store.transaction import Transaction
from bedolaga_events.wire import parse

_RULE = "revenue_rule"  # in `meta`: what the sums of revenue were made by

Moved = Iterable[tuple[Event, Sequence[Move]]]


def add(transaction: Transaction, moved: Moved, rules: Rules) -> None:
    """Let committed-to-be events move the numbers."""
    connection = transaction.connection
    days.begin(transaction, rules)
    counts, sums = Counter[str](), Counter[str]()
    for event, moves in moved:
        for move in moves:
            match BY_NAME[move.number].kind:
                case Kind.COUNT:
                    counts[move.number] += move.amount
                case Kind.KEPT:
                    _keep(connection, move)
                case Kind.SUM:
                    sums[day_of(event.timestamp, rules.zone)] += move.amount
    for name, value in counts.items():
        _move(connection, name, value, 0)
    for day, kopeks in sums.items():
        _add_revenue(connection, day, kopeks)


def put(transaction: Transaction, values: dict[str, int | float], rules: Rules) -> None:
    """Set starting values; `today_revenue` in rubles, the others as they are."""
    connection = transaction.connection
    days.begin(transaction, rules)
    today = day_of(transaction.now, rules.zone)
    for name, value in values.items():
        if BY_NAME[name].kind is Kind.SUM:
            _put_revenue(connection, today, round(value * 100))
            continue
        if BY_NAME[name].kind is Kind.KEPT:
            # What was seen so far is part of the new starting value.
            connection.execute("DELETE FROM kept WHERE number = ?", (name,))
        _move(connection, name, 0, 0)
        backed = "value - unbacked" if BY_NAME[name].kind is Kind.COUNT else "0"
        connection.execute(
            f"UPDATE gauges SET unbacked = ? - ({backed}), value = ? WHERE name = ?",
            (value, value, name),
        )
        # How it stood when the day began is not known any more: the difference is no change.
        connection.execute(
            "UPDATE gauge_days SET value = NULL WHERE day = ? AND name = ?", (today, name)
        )


def read(connection: sqlite3.Connection, today: str, yesterday: str) -> dict[str, object]:
    """The numbers as they are, and `yesterday` as they stood when `today` began (None: unknown)."""
    before = days.beginnings(connection, [today], today)[0]
    return {
        **days.gauges(connection),
        REVENUE: _revenue(connection, today) / 100,
        "yesterday": {
            **before,
            REVENUE: _revenue(connection, yesterday) / 100
            if days.is_whole(connection, yesterday)
            else None,
        },
    }


def adopt(transaction: Transaction, rules: Rules) -> bool:
    """Reckon the sums of revenue anew if they were made by another rule; whether they were."""
    connection, rule = transaction.connection, rules.for_revenue()
    if meta.get(connection, _RULE) == rule:
        return False
    connection.execute("UPDATE revenue SET kopeks = unbacked")
    paid = [
        (timestamp, kopeks_of(parse(payload), rules))
        for timestamp, payload in events.timed_payloads(connection, "payment.completed")
    ]
    sums = Counter[str]()
    for timestamp, kopeks in paid:
        sums[day_of(timestamp, rules.zone)] += kopeks
    for day, kopeks in sums.items():
        _add_revenue(connection, day, kopeks)
    hours.put_kopeks(connection, "payment.completed", paid)
    meta.put(connection, _RULE, rule)
    return True


def rules_of(connection: sqlite3.Connection) -> Rules:
    """The rules that the kept sums were made by; before any were kept, those of 0.1.0."""
    rule = meta.get(connection, _RULE)
    if rule is None:
        return Rules()
    timezone, not_revenue = json.loads(rule)
    return Rules(timezone, tuple(not_revenue))


def keep_numbers(connection: sqlite3.Connection, rows: Sequence[tuple[str, str, int]]) -> None:
    """What gone events stood for becomes part of the numbers' unbacked share.

    Args:
        rows: type, payload and timestamp of each event.
    """
    rules, sums = rules_of(connection), Counter[str]()
    types = Counter(kind for kind, _, _ in rows)
    for name, number in BY_NAME.items():
        gone = sum(types[kind] for kind in number.reads)
        if number.kind is Kind.COUNT and gone:
            connection.execute(
                "UPDATE gauges SET unbacked = unbacked + ? WHERE name = ?", (gone, name)
            )
    for kind, payload, timestamp in rows:
        if kind in BY_NAME[REVENUE].reads:
            sums[day_of(timestamp, rules.zone)] += kopeks_of(parse(payload), rules)
    for day, kopeks in sums.items():
        connection.execute(
            "UPDATE revenue SET unbacked = unbacked + ? WHERE day = ?", (kopeks, day)
        )


def _revenue(connection: sqlite3.Connection, day: str) -> int:
    row = connection.execute("SELECT kopeks FROM revenue WHERE day = ?", (day,)).fetchone()
    return int(row[0]) if row else 0


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


def _put_revenue(connection: sqlite3.Connection, day: str, kopeks: int) -> None:
    _add_revenue(connection, day, 0)
    connection.execute(
        "UPDATE revenue SET unbacked = unbacked + ? - kopeks, kopeks = ? WHERE day = ?",
        (kopeks, kopeks, day),
    )


def _keep(connection: sqlite3.Connection, move: Move) -> None:
    row = connection.execute(
        "SELECT is_open FROM kept WHERE number = ? AND id = ?", (move.number, move.key)
    ).fetchone()
    known = None if row is None else bool(row[0])
    is_open, from_start = opening(known, move)
    connection.execute(
        "INSERT OR REPLACE INTO kept (number, id, is_open) VALUES (?, ?, ?)",
        (move.number, move.key, is_open),
    )
    if from_start and not _has_start(connection, move.number):
        from_start = 0
    _move(connection, move.number, is_open - bool(known) + from_start, from_start)


def _has_start(connection: sqlite3.Connection, name: str) -> bool:
    row = connection.execute("SELECT unbacked FROM gauges WHERE name = ?", (name,)).fetchone()
    return row is not None and row[0] > 0
