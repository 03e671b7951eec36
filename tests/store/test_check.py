"""`store.check`: a counter that lies is found (invariant 6)."""

import sqlite3

import pytest

from bedolaga_events.store.check import findings
from bedolaga_events.store.database import hop
from tests.store.conftest import Store

LIES = [
    ("UPDATE delivery_counts SET value = value + 1", "deliveries of webhook 1"),
    ("UPDATE event_counts SET value = 7", "events of type"),
    ("UPDATE gauges SET value = 7 WHERE name = 'total_users'", "gauge total_users"),
    ("UPDATE gauges SET value = 7 WHERE name = 'open_tickets'", "gauge open_tickets"),
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
