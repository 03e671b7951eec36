"""When a delivery goes out again, and when the server gives a webhook up (contract §4)."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bedolaga_events import wire
from tests.api.shown import attempted, delivery, numbers
from tests.conftest import Clock, Receiver, Server, until


async def test_a_retry_by_hand_begins_the_schedule_anew(starting: Any, receiver: Receiver) -> None:
    """D15: one that was given up is tried as often as a new one; attempts go on counting."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.01])
    receiver.status = 503
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    assert (await attempted(server, 1, 2))["status"] == "failed"
    await server.call("POST", "/webhooks/1/deliveries/1/retry")
    assert (await attempted(server, 1, 4))["status"] == "failed"
    assert len(receiver.requests) == 4


async def test_a_receiver_that_asks_for_a_pause_gets_it(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """D16: forty wait, one is answered 429 with `Retry-After: 60`; the others wait that long."""
    gate = asyncio.Event()

    async def busy(_: web.Request) -> web.Response:
        await gate.wait()
        return web.Response(status=429, headers={"Retry-After": "60"})

    receiver.answer = busy
    await server.webhook(receiver.url)
    for number in range(40):
        await server.event(user_id=number)
    gate.set()
    await attempted(server, 1)
    clock.advance(59)
    await server.event(user_id=40)  # makes the worker look around
    await attempted(server, 1)
    assert len(receiver.requests) == 1
    receiver.answer = None
    clock.advance(2)
    await server.event(user_id=41)
    await until(lambda: len(set(numbers(receiver))) >= 41)


async def test_a_pause_outlasts_a_restart(starting: Any, receiver: Receiver, clock: Clock) -> None:
    """It holds for all that waits, until it is over."""

    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "60"})

    receiver.answer = busy
    server: Server = await starting()
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await attempted(server, 1)
    await server.event(user_id=2)
    await starting.stop()
    server = await starting()
    clock.advance(50)
    await server.event(user_id=3)  # makes the worker look around
    await attempted(server, 1)
    await starting.stop()
    assert len(receiver.requests) == 1
    server = await starting()
    receiver.answer = None
    clock.advance(20)
    await server.event(user_id=4)
    await until(lambda: {2, 3, 4} <= set(numbers(receiver)))


async def test_max_per_minute_spaces_a_webhook(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """Twenty a minute are one every three seconds."""
    await server.webhook(receiver.url, max_per_minute=20)
    for number in range(3):
        await server.event(user_id=number)
    for sent in range(1, 4):
        await attempted(server, sent)
        assert numbers(receiver) == list(range(1, sent + 1))
        clock.advance(3)
        await server.call("PATCH", "/webhooks/1", {"description": f"{sent}"})


@pytest.mark.parametrize("by", ["410", "time"])
async def test_a_webhook_that_the_server_deactivates_skips_what_comes(
    starting: Any, receiver: Receiver, clock: Clock, by: str
) -> None:
    """D23: the store forgets who subscribed also when it is a record that deactivates."""
    server: Server = await starting(delivery__retry_schedule=[], delivery__disable_after_hours=1)
    receiver.status = 410 if by == "410" else 500
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await attempted(server, 1)
    if by == "time":
        clock.advance(3601)
        await server.event(user_id=2)
        await attempted(server, 2)
    for number in (7, 8):
        await server.event(user_id=number)
    page = (await server.call("GET", "/webhooks/1/deliveries?limit=2")).json
    assert [one["status"] for one in page["items"]] == ["skipped", "skipped"]


async def test_one_blip_after_days_of_silence_disables_nothing(
    starting: Any, receiver: Receiver, clock: Clock
) -> None:
    """D11, C3: one failure, cancelled; six silent days, asleep or not; then one 503."""
    server: Server = await starting()
    receiver.status = 503
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await attempted(server, 1)
    await server.call("POST", "/webhooks/1/deliveries/1/cancel")
    clock.advance(6 * 86_400)
    await server.event(user_id=2)
    assert (await attempted(server, 2))["status"] == "pending"
    assert (await server.call("GET", "/webhooks/1")).json["is_active"]


@pytest.mark.parametrize("change", ["url", "secret", "headers"])
async def test_a_mended_webhook_is_given_its_time_again(
    starting: Any, receiver: Receiver, clock: Clock, change: str
) -> None:
    """D11: failing for a hundred hours, then changed: the next failures count from there."""
    server: Server = await starting(delivery__retry_schedule=[])
    receiver.status = 503
    await server.webhook(receiver.url)
    for number, hours in enumerate((0, 30, 30, 30, 30), 1):
        if number == 5:
            value = {"url": receiver.url + "new", "secret": "new", "headers": {"X-A": "b"}}[change]
            await server.call("PATCH", "/webhooks/1", {change: value})
        clock.advance(hours * 3600)
        await server.event(user_id=number)
        await attempted(server, number)
    assert (await server.call("GET", "/webhooks/1")).json["is_active"]


async def test_a_clock_set_back_by_an_hour_delays_no_retry(
    starting: Any, receiver: Receiver, clock: Clock
) -> None:
    """C14: elapsed time counts, though nothing else happens meanwhile; what is shown follows."""
    ahead = 3600 * 1_000_000
    server: Server = await starting(
        now=lambda: clock() + ahead, passed=clock, delivery__retry_schedule=[0.4, 1800]
    )
    receiver.status = 503
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await attempted(server, 1)
    ahead = 0
    clock.advance(1)
    again = await attempted(server, 1, 2)
    due = wire.microseconds(again["next_retry_at"])
    assert 1800 <= (due - clock()) / 1_000_000 <= 1800 * 1.2


async def test_a_clock_set_forward_fires_no_retry(
    starting: Any, receiver: Receiver, clock: Clock
) -> None:
    """C14: by ten hours; one that is due in five minutes is made after five minutes."""
    ahead = 0
    server: Server = await starting(
        now=lambda: clock() + ahead, passed=clock, delivery__retry_schedule=[300]
    )
    receiver.status = 503
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await attempted(server, 1)
    ahead = 10 * 3600 * 1_000_000
    await server.event(user_id=2)
    await attempted(server, 2)
    assert numbers(receiver) == [1, 2]
    due = (await delivery(server, 1))["next_retry_at"]
    wait = wire.microseconds(due) - clock() - ahead
    assert 290 <= wait / 1_000_000 <= 360
    clock.advance(361)
    await server.event(user_id=3)
    await until(lambda: len(receiver.requests) == 5)
