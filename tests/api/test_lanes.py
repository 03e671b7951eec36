"""What the table says and what is heard agree: nothing goes out twice, nothing is forgotten."""

import asyncio
from typing import Any

from aiohttp import web

from bedolaga_events.delivery.worker import Worker
from bedolaga_events.model import Committed
from tests.conftest import Receiver, Server, until


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
