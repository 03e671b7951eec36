"""`alerts.silence_minutes`: no event has come for too long, and they come again (contract §5)."""

from typing import Any

import pytest

from bedolaga_events import silence
from tests.api.test_alerts import told
from tests.conftest import START, Clock, Receiver, Server, ticks, until

LOOK = 0.01  # seconds between looks
SILENT = {"alerts__silence_minutes": 30, "dashboard__timezone": "UTC"}


async def test_silence_is_told_and_that_events_come_again(
    starting: Any, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, with the time of day since when."""
    monkeypatch.setattr(silence, "EVERY", LOOK)
    url = receiver.url.replace("http://", "json://") + "alerts"
    server: Server = await starting(alerts__urls=[url], **SILENT)
    await server.event(user_id=1)
    clock.advance(31 * 60)
    await until(lambda: told(receiver))
    clock.advance(31 * 60)
    await server.event(user_id=2)
    await server.event(user_id=3)
    await until(lambda: len(told(receiver)) == 2)
    assert told(receiver) == [
        "The bot is silent since 10:30: no event for 31 min.",
        "Events come again; the bot was silent since 10:30.",
    ]


async def test_a_silence_outlives_a_restart(
    starting: Any, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is judged by the log's last event; the bot gets a minute to send what it kept."""
    monkeypatch.setattr(silence, "EVERY", LOOK)
    url = receiver.url.replace("http://", "json://") + "alerts"
    server: Server = await starting(**SILENT)
    await server.event(user_id=1)
    await starting.stop()
    clock.advance(20 * 3600)
    server = await starting(alerts__urls=[url], **SILENT)
    clock.advance(59)
    await ticks(LOOK)
    assert not told(receiver)
    clock.advance(2)
    await until(lambda: told(receiver))
    assert told(receiver)[0].startswith("The bot is silent since 10:30: no event for 120")
    await starting.stop()
    server = await starting(alerts__urls=[url], **SILENT)
    await server.event(user_id=2)
    await until(lambda: len(told(receiver)) == 2)
    assert told(receiver)[1].startswith("Events come again")


async def test_a_clock_that_leaps_is_no_silence(
    starting: Any, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forward by a year, and back again: what counts is the time that passes."""
    monkeypatch.setattr(silence, "EVERY", LOOK)
    url = receiver.url.replace("http://", "json://") + "alerts"
    passing = Clock()
    server: Server = await starting(now=clock, passed=passing, alerts__urls=[url], **SILENT)
    await server.event(user_id=1)
    clock.advance(365 * 86_400)
    passing.advance(60)
    await ticks(LOOK)
    clock.now = START - 10**12
    await ticks(LOOK)
    await server.event(user_id=2)
    await server.call("POST", "/alerts/test")  # what was told before it has arrived by then
    assert [one for one in told(receiver) if "test" not in one] == []
    passing.advance(31 * 60)
    await until(lambda: "silent since" in told(receiver)[-1])


async def test_a_clock_that_leapt_between_two_starts_is_no_silence(
    starting: Any, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By more than a day: it may be the clock, so the silence begins with the start."""
    monkeypatch.setattr(silence, "EVERY", LOOK)
    url = receiver.url.replace("http://", "json://") + "alerts"
    server: Server = await starting(**SILENT)
    await server.event(user_id=1)
    await starting.stop()
    clock.advance(40 * 86_400)
    server = await starting(alerts__urls=[url], **SILENT)
    clock.advance(29 * 60)
    await ticks(LOOK)
    assert not told(receiver)
    clock.advance(2 * 60)
    await until(lambda: told(receiver))
    assert "no event for 31 min" in told(receiver)[0]
