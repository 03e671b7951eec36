"""Alerts: told through apprise to a local receiver, once an hour each (contract §5)."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from bedolaga_events import alerts, messengers
from bedolaga_events.errors import ConfigError
from bedolaga_events.troubles import Texts
from tests.conftest import Clock, Receiver, Server, until


def told(receiver: Receiver) -> list[str]:
    """The texts that came in by apprise's json:// scheme."""
    return [
        json.loads(one.body)["message"] for one in receiver.requests if b'"message"' in one.body
    ]


async def test_a_deactivated_webhook_is_told_once(starting: Any, receiver: Receiver) -> None:
    """The same webhook and kind again within the hour: silence."""
    url = receiver.url.replace("http://", "json://") + "alerts"
    server: Server = await starting(alerts__urls=[url])
    receiver.status = 410
    hook = await server.webhook(receiver.url + "hook", name="CRM")
    await server.event(user_id=1)
    await until(lambda: told(receiver))
    assert "CRM" in told(receiver)[0]
    assert "410" in told(receiver)[0]
    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    await server.event(user_id=2)

    async def disabled_again() -> bool:
        return not (await server.call("GET", f"/webhooks/{hook['id']}")).json["is_active"]

    await until(disabled_again)
    assert len(told(receiver)) == 1


async def test_rates_and_backlog_are_looked_at(
    starting: Any, receiver: Receiver, clock: Clock
) -> None:
    """A webhook that fails most of the time, and one that is behind."""
    url = receiver.url.replace("http://", "json://") + "alerts"
    server: Server = await starting(
        alerts__urls=[url], alerts__failure_rate_attempts=3, delivery__per_webhook_concurrency=1
    )
    receiver.status = 500
    hook = await server.webhook(receiver.url + "hook", name="CRM")
    for number in range(3):
        await server.event(user_id=number)

    async def failed() -> bool:
        shown = (await server.call("GET", f"/webhooks/{hook['id']}")).json
        return bool(shown["failure_count"] == 3)

    await until(failed)
    clock.advance(20 * 60)
    await server.parts.alerts.look(server.parts.database)
    await until(lambda: len(told(receiver)) == 2)
    assert any("100 % of the last 3 attempts" in one for one in told(receiver))
    assert any("overdue by" in one for one in told(receiver))


async def test_a_wrong_url_stops_the_start(starting: Any) -> None:
    """Without repeating it: it may hold a secret."""
    with pytest.raises(ConfigError, match="URL number 1"):
        await starting(alerts__urls=["nonsense://secret"])
    with pytest.raises(ConfigError, match=r"10\.0\.0\.5"):
        await starting(alerts__urls=["json://10.0.0.5/"])
    with pytest.raises(ConfigError, match=r"alerts\.heartbeat_url: .*10\.0\.0\.5"):
        await starting(alerts__heartbeat_url="http://10.0.0.5/push/secret")
    with pytest.raises(ConfigError, match=r"alerts\.heartbeat_url: ") as raised:
        await starting(alerts__heartbeat_url="hc-ping.example/secret")
    assert "secret" not in raised.value.detail


async def test_every_way_is_tried_and_says_what_happened(starting: Any, receiver: Receiver) -> None:
    """One that is fine, one that is refused, and the heartbeat; no secret in any sentence."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=500 if "broken" in request.path else 200)

    receiver.answer = answer
    at = receiver.url.replace("http://", "json://")
    server: Server = await starting(
        alerts__urls=[f"{at}fine-secret", f"{at}broken-secret"],
        alerts__heartbeat_url=f"{receiver.url}broken-secret",
    )
    reply = await server.call("POST", "/alerts/test")
    assert reply.status == 200
    shown = [(one["name"], one["ok"], one["sentence"]) for one in reply.json["items"]]
    assert shown == [
        ("alerts.urls 1 (json)", True, "apprise sent it"),
        ("alerts.urls 2 (json)", False, "apprise could not send it; the log has more"),
        (
            "alerts.heartbeat_url",
            False,
            "the receiver answered HTTP 500 Internal Server Error",
        ),
    ]
    assert "secret" not in str(shown)
    assert (await server.call("POST", "/alerts/test", token=None)).status == 401


async def test_without_any_way_the_test_is_empty(server: Server) -> None:
    """Nothing is set, so nothing is told."""
    assert (await server.call("POST", "/alerts/test")).json == {"items": []}


class Raising:
    """A way that raises what nobody expects."""

    name = "raising"
    pauses = ()
    webhook_id = None

    async def say(self, _: Texts) -> messengers.Said:
        raise RuntimeError("a plugin's mistake")


class Hanging:
    """A way that never answers."""

    name = "hanging"
    pauses = ()
    webhook_id = None

    async def say(self, _: Texts) -> messengers.Said:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_way_that_raises_or_hangs_holds_up_nothing(
    starting: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the other ways, nor the next alert, nor an event."""
    monkeypatch.setattr(alerts, "PATIENCE", 0.05)
    url = receiver.url.replace("http://", "json://") + "alerts"
    bad = {1: Raising(), 2: Hanging()}
    real = messengers.Apprise
    monkeypatch.setattr(
        "bedolaga_events.messengers.Apprise",
        lambda number, one: bad.get(number) or real(number, one),
    )
    server: Server = await starting(alerts__urls=["never used", "nor this", url])
    said = (await server.call("POST", "/alerts/test")).json["items"]
    assert [(one["ok"], one["sentence"]) for one in said[:2]] == [
        (False, "it failed; the log has more"),
        (False, "no answer within 0 s"),
    ]

    async def gone(request: web.Request) -> web.Response:
        return web.Response(status=410 if request.path == "/hook" else 200)

    receiver.answer = gone
    for name in ("first", "second"):
        await server.webhook(receiver.url + "hook", name=name)
        await server.event(user_id=1)
    await until(lambda: any("second" in one for one in told(receiver)))
    assert server.parts.is_well
    assert (await server.call("GET", "/health")).status == 200
