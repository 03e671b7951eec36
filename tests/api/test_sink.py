"""The receiver to play with, and events published in process."""

import asyncio
from typing import Any

import pytest

from bedolaga_events.app import EVENTS
from bedolaga_events.errors import Unprocessable
from tests.conftest import Server, until


async def test_the_sink_shows_what_arrives_and_checks_it(starting: Any) -> None:
    """Signed, unsigned and forged; a secret's header is not shown."""
    server: Server = await starting(now=None, delivery__retry_schedule=[])
    url = f"{server.url}/sink/in"
    signed = await server.webhook(url, "user.*", secret="s3cret", headers={"Authorization": "x"})
    await server.webhook(url, "ticket.*")
    await server.event(user_id=1)
    await server.event("ticket.created", ticket_id=1, user_id=1)
    forged = {"X-Webhook-Id": str(signed["id"]), "webhook-signature": "v1,AAAA"}
    forged |= {"webhook-id": "x", "webhook-timestamp": "1"}
    await server.call("POST", "/sink/in", {}, token=None, headers=forged)

    async def three() -> Any:
        items = (await server.call("GET", "/sink")).json["items"]
        return items if len(items) == 3 else None

    items = await until(three)
    assert sorted(one["signature"] for one in items) == ["none", "ok", "wrong"]
    assert "authorization" not in str(items).lower()
    await server.call("PUT", "/sink", {"mode": "error"})
    await server.event(user_id=2)

    async def failed() -> bool:
        stats = (await server.call("GET", "/webhooks/stats")).json
        return bool(stats["failed_deliveries"] == 1)

    await until(failed)
    assert (await server.call("PUT", "/sink", {"mode": "dance"})).status == 422
    assert (await server.call("DELETE", "/sink")).status == 204
    assert (await server.call("GET", "/sink")).json["items"] == []
    assert (await server.call("GET", "/sink", token=None)).status == 401


async def test_the_sink_can_be_turned_off(starting: Any) -> None:
    """It is on by itself only on loopback."""
    server: Server = await starting(server__sink="off")
    assert (await server.call("POST", "/sink/in", {}, token=None)).status == 404
    assert (await server.call("GET", "/sink")).status == 404


async def test_events_are_published_in_process(server: Server) -> None:
    """By the door that POST /events uses, with its checks."""
    publish = server.app[EVENTS].publish
    first = await publish("user.created", {"user_id": 1}, idempotency_key="k")
    again = await publish("user.created", {"user_id": 1}, idempotency_key="k")
    assert (first.event.id, again.event.id, again.duplicate) == (1, 1, True)
    with pytest.raises(Unprocessable):
        await publish("user.created", {})
    await asyncio.gather(*(publish("user.created", {"user_id": n}) for n in range(10)))
    assert (await server.call("GET", "/events")).json["total"] == 11
