"""How the dashboard's gauges stood when each day began (contract §5: `yesterday`, `gauges`)."""

import sqlite3
from collections.abc import Mapping, Sequence

from bedolaga_events.numbers import GAUGES, Rules, day_of, days_after
from bedolaga_events.store import meta
from bedolaga_events.store.transaction import Transaction

KEPT = 40  # days: a little more than the longest window
_DAY = "dashboard_day"  # in `meta`: the last day whose beginning is known


def begin(transaction: Transaction, rules: Rules) -> None:
    """Keep how the gauges stood when the day began, before anything moves them on it.

    On days without a move nothing changed, so they began as this one does. A clock that was ahead
    and is set back takes the days that never were with it.
    """
    connection, today = transaction.connection, day_of(transaction.now, rules.zone)
    last = meta.get(connection, _DAY)
    if last == today:
        return
    if last is not None and last > today:
        connection.execute("DELETE FROM gauge_days WHERE day > ?", (today,))
    elif last is not None:
        values = gauges(connection)
        for day in days_after(last, today, KEPT):
            keep(transaction, day, values)
        connection.execute(
            "DELETE FROM gauge_days WHERE day <= date(?, ?)", (today, f"-{KEPT} days")
        )
    meta.put(connection, _DAY, today)


def keep(transaction: Transaction, day: str, values: Mapping[str, int]) -> None:
    """Keep how the gauges stood when a day began."""
    transaction.connection.executemany(
        "INSERT OR REPLACE INTO gauge_days (day, name, value) VALUES (?, ?, ?)",
        [(day, name, values[name]) for name in GAUGES],
    )


def ends(
    connection: sqlite3.Connection, days: Sequence[str], today: str
) -> list[dict[str, object]]:
    """The gauges at the end of each of the `days` that is known; the last is today, as now."""
    ended = beginnings(connection, days[1:], today)
    found: list[dict[str, object]] = [
        {"day": day, **values} for day, values in zip(days[:-1], ended, strict=True)
    ]
    while found and all(found[0][name] is None for name in GAUGES):
        del found[0]
    return [*found, {"day": today, **gauges(connection)}]


def gauges(connection: sqlite3.Connection) -> dict[str, int]:
    """The gauges as they are now."""
    values = dict(connection.execute("SELECT name, value FROM gauges"))
    return {name: values.get(name, 0) for name in GAUGES}


def beginnings(
    connection: sqlite3.Connection, days: Sequence[str], today: str
) -> list[dict[str, int | None]]:
    """How the gauges stood when each day began."""
    kept: dict[str, dict[str, int | None]] = {}
    for day, name, value in connection.execute("SELECT day, name, value FROM gauge_days"):
        kept.setdefault(day, {})[name] = value
    last = meta.get(connection, _DAY)
    unmoved = gauges(connection)
    return [
        {name: unmoved[name] for name in GAUGES}
        if last is not None and last < day <= today
        else {name: kept.get(day, {}).get(name) for name in GAUGES}
        for day in days
    ]


def is_whole(connection: sqlite3.Connection, day: str) -> bool:
    """Whether the server was there when a day began: its revenue is not a part of it."""
    last = meta.get(connection, _DAY)
    begun = connection.execute("SELECT 1 FROM gauge_days WHERE day = ? LIMIT 1", (day,)).fetchone()
    return begun is not None or (last is not None and last < day)
