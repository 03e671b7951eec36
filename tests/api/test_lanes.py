"""What the table says and what is heard agree: nothing goes out twice, nothing is forgotten."""

import asyncio
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from bedolaga_events.committed import Committed
from bedolaga_events.delivery.worker import Worker
from tests.api.shown import attempted, delivery, numbers, pending
from tests.conftest import Clock, Receiver, Server, until


async def test_what_is_read_before_it_is_heard_is_sent_once(
    starting: Any, receiver: Receiver
) -> None:
    """A commit is in the table before the worker is told of it; a lane may be read in between."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.05])
    gate = asyncio.Event()

    async def fail_once_then_wait(_: web.Request) -> web.Response:
        if len(receiver.requests) == 1:
            return web.Response(status=500)
        await gate.wait()
        return web.Response()

    receiver.answer = fail_once_then_wait
    await server.webhook(receiver.url)
    listeners = server.parts.writer.listeners
    place = next(n for n, one in enumerate(listeners) if isinstance(_owner(one), Worker))
    hear, late = listeners[place], list[Committed]()
    await server.event(user_id=1)
    await until(lambda: len(receiver.requests) == 1)
    listeners[place] = lambda one: late.append(one) if one.events else hear(one)
    for number in (2, 3, 4):
        await server.event(user_id=number)
    await until(lambda: len(receiver.requests) == 2)  # the lane was read for the retry, one is out
    for committed in late:
        hear(committed)
    gate.set()
    await until(lambda: len(receiver.requests) >= 5)
    listeners[place] = hear
    await server.event(user_id=5)
    await until(lambda: receiver.requests[-1].headers["X-Webhook-Delivery"] == "5")
    numbers = sorted(one.headers["X-Webhook-Delivery"] for one in receiver.requests)
    assert numbers == ["1", "1", "2", "3", "4", "5"]


async def test_a_retry_that_is_due_before_its_record_is_written_is_not_forgotten(
    starting: Any, receiver: Receiver
) -> None:
    """A disk slower than the schedule: when the record is there, the time has come."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.000_001] * 5)
    receiver.status = 500
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await until(lambda: len(receiver.requests) == 6)


def _owner(listener: Any) -> Any:
    return getattr(listener, "__self__", None)


async def test_a_replay_that_is_clicked_twice_is_sent_whole(
    starting: Any, receiver: Receiver
) -> None:
    """D1: rows that become pending in the commit of their outcomes do not wait for a restart."""
    server: Server = await starting(now=None)
    hook = await server.webhook(receiver.url)
    for number in range(23):
        await server.event(user_id=number)
    await until(lambda: len(receiver.requests) == 23)
    again = {"since": "2020-01-01T00:00:00Z", "status": "success"}
    for _ in range(8):
        for _ in range(2):
            await server.call("POST", f"/webhooks/{hook['id']}/replay", again)

        async def all_sent() -> bool:
            return await pending(server) == 0

        await until(all_sent)


async def test_of_two_changes_in_one_commit_the_url_counts(
    starting: Any, receiver: Receiver
) -> None:
    """D2: a description and a URL at the same moment; what comes next goes to the new one."""
    server: Server = await starting(now=None)
    paths: list[str] = []

    async def note(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response()

    def reached(count: int) -> bool:
        return len(paths) == count

    receiver.answer = note
    hook = await server.webhook(receiver.url)
    path = f"/webhooks/{hook['id']}"
    for number in range(12):
        await asyncio.gather(
            server.call("PATCH", path, {"description": f"{number}"}),
            server.call("PATCH", path, {"url": f"{receiver.url}{number}"}),
        )
        await server.event(user_id=number)
        await until(partial(reached, number + 1))
    assert paths == [f"/{number}" for number in range(12)]


@pytest.mark.parametrize(
    ("paths", "cancelled"),
    [
        (["/deliveries/2/cancel"], {2}),
        (["/deliveries/4/retry", "/deliveries/4/cancel"], {4}),
        (["/deliveries/4/retry", "/cancel"], {2, 3, 4}),
    ],
)
async def test_what_is_cancelled_while_it_waits_is_not_sent(
    server: Server, receiver: Receiver, paths: list[str], cancelled: set[int]
) -> None:
    """D13: behind a slow receiver, asked for by hand or not; what is out is recorded as it ends."""
    gate = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await gate.wait()
        return web.Response()

    receiver.answer = slow
    await server.webhook(receiver.url)
    for number in range(4):
        await server.event(user_id=number)
    await until(lambda: receiver.requests)
    for path in paths:
        assert (await server.call("POST", f"/webhooks/1{path}")).status in (200, 202)
    gate.set()
    await server.event(user_id=9)
    await attempted(server, 5)
    assert sorted(numbers(receiver)) == sorted({1, 2, 3, 4, 5} - cancelled)
    assert (await delivery(server, 1))["status"] == "success"
    assert {(await delivery(server, one))["error_code"] for one in cancelled} == {"cancelled"}


async def test_a_410_of_a_replaced_url_says_nothing_of_the_new_one(
    starting: Any, receiver: Receiver
) -> None:
    """The URL is mended while a request to the old one is out: its delivery goes to the new one."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.05])
    gate = asyncio.Event()

    async def gone_in_the_end(request: web.Request) -> web.Response:
        if request.path == "/old":
            await gate.wait()
        return web.Response(status=410 if request.path == "/old" else 200)

    receiver.answer = gone_in_the_end
    await server.webhook(f"{receiver.url}old")
    await server.event(user_id=1)
    await until(lambda: receiver.requests)
    await server.call("PATCH", "/webhooks/1", {"url": f"{receiver.url}new"})
    gate.set()
    assert (await attempted(server, 1, 2))["status"] == "success"
    assert (await server.call("GET", "/webhooks/1")).json["is_active"]


async def test_a_test_takes_no_warning_with_it(
    starting: Any, receiver: Receiver, clock: Clock
) -> None:
    """Half of the time until deactivation passes; a test is tried just before the next attempt."""
    server: Server = await starting(delivery__retry_schedule=[])
    warned = list[int]()
    server.parts.writer.listeners.append(
        lambda committed: warned.extend(one.percent for one in committed.failing)
    )
    receiver.status = 500
    await server.webhook(receiver.url)

    async def failures() -> int:
        return int((await server.call("GET", "/webhooks/1")).json["failure_count"])

    async def failed(count: int) -> bool:
        return await failures() == count

    for count, hours in enumerate([0, 30, 29, 2, 1], 1):
        clock.advance(hours * 3600)
        if hours == 2:
            await server.call("POST", "/webhooks/1/test")
        else:
            await server.event(user_id=count)
        await until(partial(failed, count))
    assert warned == [50]
