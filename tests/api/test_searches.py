"""Searching the lists: by a person, an id, a text, in bounded steps (contract §2, §4)."""

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest

from bedolaga_events.store import search
from tests.api.shown import ids
from tests.conftest import Receiver, Server, until


@pytest.mark.parametrize("q", ["Иванов", "ИВАНОВ", "иванов", "4567", '"иванов"', "%D0%98ванов"])
async def test_a_person_is_found_by_name_or_number(server: Server, q: str) -> None:
    """In events and in both lists of deliveries, by what the payload says in whatever case."""
    await server.webhook("http://example.com/", is_active=False)
    await server.event(user_id=1, username="Пётр")
    wanted = await server.event(user_id=4567, username="Иванов")
    q = q if "%" in q else quote(q)
    assert await ids(server, f"/events?q={q}") == [wanted["id"]]
    for path in ("/deliveries", "/webhooks/1/deliveries"):
        reply = await server.call("GET", f"{path}?q={q}")
        assert [one["event_id"] for one in reply.json["items"]] == [wanted["id"]]
        assert (reply.json["total"], reply.json["searched_to"]) == (1, None)


async def test_an_id_is_found(server: Server) -> None:
    """Of an event, and of a delivery: its own or its event's."""
    await server.webhook("http://example.com/", event_type="ticket.*", is_active=False)
    for number in range(3):
        await server.event(user_id=0, username="x" * number)
    await server.event("ticket.created", ticket_id=0, user_id=0)
    assert await ids(server, "/events?q=2") == [2]
    assert await ids(server, "/deliveries?q=4") == [1]
    assert await ids(server, "/deliveries?q=1") == [1]


async def test_a_delivery_is_found_by_its_error(server: Server, receiver: Receiver) -> None:
    """What a person reads in the list is what he looks for."""
    receiver.status = 503
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await until(lambda: ids(server, "/deliveries?q=SERVICE%20unavail"))
    assert await ids(server, "/deliveries?q=http_status") == [1]
    assert await ids(server, "/deliveries?q=nobody") == []
    await server.call("POST", "/webhooks/1/deliveries/1/cancel")
    assert await ids(server, "/deliveries?q=cancelled") == [1]


async def test_a_long_history_is_searched_in_steps(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step says down to where it looked; the next one goes on there."""
    monkeypatch.setattr(search, "WORK", 2_000)  # some nine rows
    wanted = await server.event(user_id=1, username="Мария")
    for number in range(30):
        await server.event(user_id=number + 1_000)
    found, before, steps = list[int](), "", 0
    while True:
        reply = (await server.call("GET", f"/events?q={quote('мария')}{before}")).json
        found += [one["id"] for one in reply["items"]]
        steps += 1
        if reply["searched_to"] is None:
            break
        before = f"&before_id={reply['searched_to']}"
    assert found == [wanted["id"]]
    assert 3 <= steps <= 10
    assert (await server.call("GET", "/events")).json["searched_to"] is None


async def fill(server: Server, count: int) -> None:
    """A long history of events that say nothing."""
    with closing(sqlite3.connect(server.parts.database.path, timeout=10)) as connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO events (id, type, payload, timestamp, created_at, deliveries)"
            " SELECT i, 'user.created', ?, 1, 1, 0 FROM n",
            (count, json.dumps({"user_id": 1, "username": "тишина" * 20})),
        )
        connection.commit()


async def test_others_do_not_wait_for_searches(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve at once over a long history: health, lists and events are answered meanwhile."""
    monkeypatch.setattr(search, "WORK", 1_000_000_000)
    await fill(server, 50_000)
    searches = [
        asyncio.create_task(server.call("GET", f"/events?q={quote('громко')}")) for _ in range(12)
    ]
    await until(server.parts.database._searchers.empty)
    assert (await server.call("GET", "/health")).status == 200
    assert (await server.call("GET", "/events?payload=false")).status == 200
    assert (await server.call("GET", "/webhooks")).status == 200
    assert not any(one.done() for one in searches[4:])
    for one in searches:
        one.cancel()
    await asyncio.gather(*searches, return_exceptions=True)


@pytest.mark.parametrize("path", ["/events?q=loud", "/deliveries?since=2030-01-01T00:00:00Z"])
async def test_a_search_ends_with_its_client(
    server: Server, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The work is stopped, not only its answer thrown away."""
    database = server.parts.database
    running, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(connection: sqlite3.Connection, *_: Any) -> None:
        loop.call_soon_threadsafe(running.set)
        try:
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                " SELECT count(*) FROM n"
            ).fetchall()
        finally:
            loop.call_soon_threadsafe(ended.set)

    name = "events" if path.startswith("/events") else "deliveries"
    monkeypatch.setattr(f"bedolaga_events.store.history.list_{name}", endless)
    asking = asyncio.create_task(server.call("GET", path))
    await running.wait()
    assert database._searchers.qsize() == 1
    asking.cancel()
    await ended.wait()
    await until(lambda: database._searchers.qsize() == 2)
