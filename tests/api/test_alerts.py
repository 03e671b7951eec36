"""Alerts: told through apprise to a local receiver, once an hour each (issue: delivery)."""

import asyncio
import json
from typing import Any

import pytest

from bedolaga_events.alerts import Alerts
from bedolaga_events.errors import ConfigError
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
    alerts = Alerts(server.parts.settings.alerts, clock)
    running = asyncio.create_task(alerts.run(server.parts.database))
    await alerts.look(server.parts.database)
    await until(lambda: len(told(receiver)) == 2)
    running.cancel()
    assert any("100 % of the last 3 attempts" in one for one in told(receiver))
    assert any("overdue by" in one for one in told(receiver))


async def test_a_wrong_url_stops_the_start(starting: Any) -> None:
    """Without repeating it: it may hold a secret."""
    with pytest.raises(ConfigError, match="URL number 1"):
        await starting(alerts__urls=["nonsense://secret"])
    with pytest.raises(ConfigError, match=r"10\.0\.0\.5"):
        await starting(alerts__urls=["json://10.0.0.5/"])
