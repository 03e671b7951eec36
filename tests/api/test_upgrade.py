"""A server that is started on the file of an earlier version goes on with all that it holds."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events.store.check import findings
from tests.conftest import Receiver, until

SCHEMAS = sorted((Path(__file__).parent.parent / "store/schemas").glob("*.sql"))


@pytest.mark.parametrize("fixture", SCHEMAS, ids=lambda one: one.stem)
async def test_a_file_of_every_earlier_schema_starts_checks_and_delivers(
    tmp_path: Path, starting: Any, receiver: Receiver, fixture: Path
) -> None:
    """What was pending arrives signed, a replay goes on, a new event follows, counters fit."""
    path = tmp_path / "events.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(fixture.read_text(encoding="utf-8"))
        old.execute("UPDATE webhooks SET url = ?", (receiver.url,))
        old.commit()
    server = await starting(secret_key="key of the fixtures")
    await server.event("user.created", user_id=3)
    due = {"8", "9", "10", "11", "5", "13", "14"}  # pending; the replay's; of the new event
    await until(lambda: {one.headers["X-Webhook-Delivery"] for one in receiver.requests} >= due)
    signed = [one for one in receiver.requests if one.headers["X-Webhook-Id"] == "1"]
    assert all("webhook-signature" in one.headers for one in signed)
    assert all(one.headers["Authorization"] == "Bearer of-the-receiver" for one in signed)
    stats = (await server.call("GET", "/stats")).json
    assert (stats["total_users"], stats["open_tickets"]) == (13, 3)
    listed = (await server.call("GET", "/deliveries?limit=200")).json
    assert {one["id"] for one in listed["items"]} == set(range(4, 15))
    await until(lambda: all_settled(server))
    assert await server.parts.database.read(lambda it: list(findings(it))) == []


async def all_settled(server: Any) -> bool:
    """Whether nothing waits any more."""
    return not (await server.call("GET", "/webhooks/stats")).json["pending_deliveries"]
