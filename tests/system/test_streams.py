"""Server-sent events at the real program: restarts, and hundreds of readers that do not read."""

import asyncio
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from playwright.async_api import Page

from tests.conftest import Server
from tests.system.conftest import TOKEN, Process

SIGNED_IN = {"Authorization": f"Bearer {TOKEN}"}
READERS = 240
MANY = 300
EVENTS = 1_000  # of 5 KB
MEGABYTE = 1_000_000
TYPES = (
    *("user.created", "payment.completed", "transaction.created", "ticket.created"),
    *("ticket.status_changed", "ticket.message_added", "ticket.*", "user.*", "payment.*"),
)


async def last_id(stream: Any) -> int:
    """The id of the next block that has one."""
    async for line in stream.content:
        if line.startswith(b"id: "):
            return int(line[4:])
    raise AssertionError("the stream ended")


async def test_a_quiet_shop_a_restart_an_event_and_nothing_is_lost(
    process: Process, call: Any
) -> None:
    """The client saw no event before; the hello's id is what it comes back with (L30)."""
    await process.start()
    event = {"type": "user.created", "payload": {"user_id": 1}}
    await call("POST", f"{process.url}/events", event)
    async with aiohttp.ClientSession(headers=SIGNED_IN) as session:
        async with session.get(f"{process.url}/events/stream") as stream:
            seen = await last_id(stream)
            assert seen == 1
            assert await process.stop() == 0
        await process.start()
        await call("POST", f"{process.url}/events", event)
        headers = {"Last-Event-ID": str(seen)}
        async with session.get(f"{process.url}/events/stream", headers=headers) as stream:
            assert [await last_id(stream), await last_id(stream)] == [1, 2]


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("VmRSS")) * 1024


async def crowd(url: str) -> int:
    """Readers that all want something else and read nothing, and one that reads everything."""
    wants = [one for n in range(len(TYPES)) for one in combinations(TYPES[1:], n)]
    address = urlsplit(url)
    connections = []
    for chosen in wants[:READERS]:
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
        writer.write(
            f"GET /events/stream?since=0&events={','.join((TYPES[0], *chosen))} HTTP/1.1\r\n"
            f"Host: x\r\nX-API-Key: {TOKEN}\r\n\r\n".encode()
        )
        await reader.readuntil(b"event: connection")
        connections.append(writer)
    async with (
        aiohttp.ClientSession(headers=SIGNED_IN) as session,
        session.get(f"{url}/events/stream?since=0&events=user.created,ticket.*") as stream,
    ):
        while await last_id(stream) < EVENTS:
            pass
    for writer in connections:
        writer.close()
    return len(connections)


async def test_readers_that_all_want_something_else_cost_bounded_memory(
    process: Process, call: Any
) -> None:
    """Five megabytes of log, 240 wants, none of them read: it was 1.4 GB, kept for good (L7)."""
    await process.start(BEDOLAGA_EVENTS_LIVE__MAX_PER_ADDRESS=str(MANY))
    payload = {"user_id": 1, "first_name": "x" * 5_000}
    for _ in range(5):
        events = [{"type": "user.created", "payload": payload}] * (EVENTS // 5)
        assert (await call("POST", f"{process.url}/events/batch", {"events": events}))[0] == 202
    before = resident(process.pid)
    assert await crowd(process.url) == READERS
    once = resident(process.pid)
    assert once - before < 100 * MEGABYTE
    await crowd(process.url)  # what the first ones had is there for the next
    assert resident(process.pid) - once < 20 * MEGABYTE


async def test_a_browsers_event_source_is_live(server: Server, page: Page) -> None:
    """By a ticket, since it sends no headers; it knows its last id before the first event (L18)."""
    ticket = (await server.call("POST", "/ws/ticket")).json["ticket"]
    await server.event(user_id=1)
    await page.goto(server.url)
    hello = await page.evaluate(
        """(ticket) => new Promise((resolve, reject) => {
            window.seen = [];
            const source = new EventSource(`events/stream?ticket=${ticket}`);
            source.onmessage = (message) => window.seen.push(JSON.parse(message.data).id);
            source.onerror = reject;
            source.addEventListener("connection", (message) =>
                resolve([message.lastEventId, JSON.parse(message.data).epoch]));
        })""",
        ticket,
    )
    assert hello == ["1", server.parts.database.uid]
    await server.event(user_id=2)
    await page.wait_for_function("window.seen.includes(2)")
