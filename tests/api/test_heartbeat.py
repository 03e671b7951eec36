"""`alerts.heartbeat_url`: fetched as long as all is well, and only then (contract §5)."""

from typing import Any

import pytest
from aiohttp import web

from bedolaga_events import alerts
from tests.conftest import Receiver, Server, ticks, until

BEAT = 0.01  # seconds between two


async def test_the_heart_beats_while_all_is_well(
    starting: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deactivated webhook stops it until a person looked after that."""
    monkeypatch.setattr(alerts, "EVERY", BEAT)
    monkeypatch.setattr(alerts, "FIRST_BEAT", 0.0)
    beats: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/beat":
            beats.append(f"{request.method} {request.path_qs} {await request.text()}")
        return web.Response(status=200 if request.path == "/beat" else 410)

    receiver.answer = answer
    server: Server = await starting(alerts__heartbeat_url=f"{receiver.url}beat?status=up")
    await until(lambda: len(beats) > 2)
    assert set(beats) == {"GET /beat?status=up "}
    hook = await server.webhook(receiver.url + "hook")
    await server.event(user_id=1)
    await until(lambda: not server.parts.alerts.is_calm)
    reply = await server.call("POST", "/alerts/test")
    assert [one["ok"] for one in reply.json["items"]] == [False]
    assert "while an alert is open" in reply.json["items"][0]["sentence"]
    before = len(beats)
    await ticks(BEAT)
    assert len(beats) <= before + 1  # one may have been on its way
    metrics = (await server.call("GET", "/metrics")).json
    assert "bedolaga_events_alerts_open 1.0" in metrics
    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    await until(lambda: len(beats) > before + 2)
    metrics = (await server.call("GET", "/metrics")).json
    assert 'bedolaga_events_heartbeats_total{outcome="success"}' in metrics


async def test_the_heart_stops_when_the_server_is_not_well(
    starting: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As /health has it."""
    monkeypatch.setattr(alerts, "EVERY", BEAT)
    monkeypatch.setattr(alerts, "FIRST_BEAT", 0.0)
    server: Server = await starting(alerts__heartbeat_url=f"{receiver.url}beat")
    await until(lambda: receiver.requests)
    server.parts.broken = "for this test"
    before = len(receiver.requests)
    await ticks(BEAT)
    assert len(receiver.requests) <= before + 1  # one may have been on its way
    assert (await server.call("GET", "/health")).status == 503


async def test_what_the_watcher_repeats_of_its_url_is_hidden(
    starting: Any, receiver: Receiver, capfd: Any
) -> None:
    """Its key stands in the URL, and an error page likes to name that."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=404, reason=f"no {request.path}")

    receiver.answer = answer
    server: Server = await starting(alerts__heartbeat_url=f"{receiver.url}ping/0f5e-watchers-key")
    said = (await server.call("POST", "/alerts/test")).json["items"]
    assert (said[0]["ok"], said[0]["sentence"]) == (
        False,
        "the receiver answered HTTP 404 no /ping/••••••",
    )
    assert "watchers-key" not in "".join(capfd.readouterr())
