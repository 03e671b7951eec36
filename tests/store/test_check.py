"""`store.check`: a counter that lies is found (invariant 6)."""

import pytest

from bedolaga_events.store.batch import Change
from tests.store.conftest import Store

LIES = [
    ("UPDATE delivery_counts SET value = value + 1", "deliveries of webhook 1"),
    ("UPDATE event_counts SET value = 7", "events of type"),
    ("UPDATE gauges SET value = 7 WHERE name = 'total_users'", "gauge total_users"),
    ("UPDATE gauges SET value = 7 WHERE name = 'open_tickets'", "gauge open_tickets"),
    ("UPDATE revenue SET kopeks = kopeks - 1", "revenue"),
    ("UPDATE deliveries SET next_retry_at = NULL", "no time at which they are tried"),
]


@pytest.mark.parametrize(("lie", "finding"), LIES, ids=[finding for _, finding in LIES])
async def test_each_counter_is_compared_with_its_rows(store: Store, lie: str, finding: str) -> None:
    """Falsified, found, put right again."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    await store.append("ticket.created", user_id=1, ticket_id=1)
    await store.append("payment.completed", transaction_id=1, user_id=1, amount_kopeks=100)
    assert await store.findings() == []
    table = lie.split()[1]
    saved = await store.database.read(lambda c: c.execute(f"SELECT * FROM {table}").fetchall())
    await store.writer.commit(Change(lambda it: it.connection.execute(lie) and None))
    found = await store.findings()
    assert found
    assert all(finding in one for one in found)

    def mend(it: object) -> None:
        connection = it.connection  # type: ignore[attr-defined]
        connection.execute(f"DELETE FROM {table}")
        marks = ", ".join("?" * len(saved[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", saved)

    await store.writer.commit(Change(mend))
