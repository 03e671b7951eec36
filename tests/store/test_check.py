"""`store.check`: a counter that lies is found (invariant 6)."""

import sqlite3

import pytest

from bedolaga_events.store import webhooks
from bedolaga_events.store.check import findings, overdue
from bedolaga_events.store.database import hop
from bedolaga_events.store.transaction import change
from tests.conftest import Clock
from tests.store.conftest import Store

LIES = [
    ("UPDATE delivery_counts SET value = value + 1", "deliveries of webhook 1"),
    ("UPDATE event_counts SET value = 7", "events of type"),
    ("UPDATE gauges SET value = 7 WHERE name = 'total_users'", "gauge total_users"),
    ("UPDATE kept SET is_open = 0", "gauge open_tickets"),
    ("UPDATE revenue SET kopeks = kopeks - 1", "revenue"),
    ("UPDATE webhooks SET undelivered = 7", "undelivered deliveries of webhook 1"),
    ("UPDATE webhooks SET failing_since = 7", "since when it fails do not fit"),
    ("UPDATE deliveries SET next_retry_at = NULL", "no time at which they are tried"),
]


@pytest.mark.parametrize(("lie", "finding"), LIES, ids=[finding for _, finding in LIES])
async def test_each_counter_is_compared_with_its_rows(store: Store, lie: str, finding: str) -> None:
    """Falsified, and found."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    await store.append("ticket.created", user_id=1, ticket_id=1)
    await store.append("payment.completed", transaction_id=1, user_id=1, amount_kopeks=100)
    assert await store.findings() == []
    found = await hop(store.database.writer, _found_in_a_lie, lie)
    assert found
    assert all(finding in one for one in found)


def _found_in_a_lie(connection: sqlite3.Connection, lie: str) -> list[str]:
    connection.execute("BEGIN")
    connection.execute(lie)
    found = list(findings(connection))
    connection.execute("ROLLBACK")
    return found


async def test_what_is_overdue_by_more_than_a_minute_is_named(store: Store, clock: Clock) -> None:
    """C7: but not what an inactive webhook holds, nor what waits for its retry."""
    hook = await store.webhook()
    await store.append("user.created", user_id=1)

    async def named(now: int) -> list[str]:
        return await store.database.read(lambda it: list(overdue(it, now)))

    assert await named(clock()) == []
    [finding] = await named(clock() + 61_000_000)
    assert finding.startswith("webhook 1: 1 deliveries are overdue, the longest since 2026-01-15T")
    off = {"is_active": False}
    await change(store.writer, lambda it: webhooks.update(it.connection, hook.id, off, it.now))
    assert await named(clock() + 61_000_000) == []
