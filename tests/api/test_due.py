"""What is due and does not go out is told apart from what waits for its time (T28)."""

import asyncio
import re

from aiohttp import web

from tests.conftest import Clock, Receiver, Server, until

HOUR = 3_600.0  # seconds


async def measured(server: Server) -> dict[str, float]:
    """The gauges of what waits."""
    text = (await server.call("GET", "/metrics")).json
    found = re.findall(r"^bedolaga_events_deliveries_(\w+) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


async def test_a_planned_retry_is_pending_and_not_due(server: Server, receiver: Receiver) -> None:
    """An alert on what is overdue does not ring for it."""
    receiver.status = 500
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await until(lambda: receiver.has(1))

    async def is_planned() -> bool:
        [delivery] = (await server.call("GET", "/deliveries")).json["items"]
        return bool(delivery["attempt_number"] == 1)

    await until(is_planned)
    now = await measured(server)
    assert (now["pending"], now["due"], now["oldest_due_seconds"]) == (1, 0, 0)


async def test_what_does_not_go_out_grows_old_until_its_webhook_rests(
    server: Server, clock: Clock, receiver: Receiver
) -> None:
    """A receiver that hangs is behind; one that a person switched off has nothing that is due."""
    released = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    receiver.answer = hang
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)
    await until(lambda: receiver.has(1))
    clock.advance(HOUR)
    now = await measured(server)
    assert now["due"] == 1
    assert HOUR <= now["oldest_due_seconds"] < HOUR + 1

    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": False})
    now = await measured(server)
    assert (now["pending"], now["due"], now["oldest_due_seconds"]) == (1, 0, 0)
    released.set()
