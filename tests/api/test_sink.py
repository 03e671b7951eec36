"""The receiver to play with, and events published in process."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bedolaga_events.app import EVENTS, create_app
from bedolaga_events.config import load
from bedolaga_events.errors import Unprocessable
from tests.conftest import ADMIN, Server, until


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


async def test_a_bot_s_own_application_can_carry_the_server(tmp_path: Any) -> None:
    """As a sub-application under a prefix: page, API, live feed and events in process."""
    settings = load({"database.path": tmp_path / "e.db"}, None, {"BEDOLAGA_EVENTS_TOKEN": ADMIN})
    inner = create_app(settings.settings)
    bot = web.Application()
    bot.add_subapp("/events-admin/", inner)
    runner = web.AppRunner(bot)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/events-admin"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/ws?token={ADMIN}") as socket,
    ):
        await socket.receive_json()
        await inner[EVENTS].publish("user.created", {"user_id": 1})
        assert (await socket.receive_json())["id"] == 1
        for path in ("/", "/js/app.js", "/health"):
            async with session.get(url + path) as answer:
                assert answer.status == 200
    await runner.cleanup()
