"""Events in, and events through: POST /events, and on to a signed webhook."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from bench.run import (
    EVENT,
    OURS,
    ROUNDS,
    SECONDS,
    TOKEN,
    TWIN,
    Ours,
    bare_client,
    median,
    ours,
    peer,
)
from bench.wire import Load

FILTERED = 50  # webhooks
Row = tuple[str, str, float, float]


async def ingest() -> AsyncIterator[Row]:
    """Durable ingest against a bare handler that parses the JSON and answers."""
    ratios = []
    async with ours() as server, peer("server") as (port, _):
        mine = Load(server.port, "/events", EVENT, TOKEN)
        bare = Load(port, "/events", EVENT)
        for _ in range(ROUNDS):
            ratios.append(await mine.run(SECONDS) / await bare.run(SECONDS))
    yield "durable ingest, 32 connections", "bare aiohttp handler", median(ratios), 0.80


async def filtered() -> AsyncIterator[Row]:
    """Ingest beside 50 webhooks whose filters hold everything back, and 50 of another type."""
    ratios = []
    async with ours() as plain, ours() as server:
        for number in range(FILTERED):
            other = {"event_types": ["ticket.*"]}
            condition = {"field": "amount_kopeks", "op": "gt", "value": 50_000 + number}
            wanted = {"event_types": ["payment.*"], "filter": [condition]}
            for one, fields in (plain, other), (server, wanted):
                body = {"name": "b", "url": "http://127.0.0.1:9/", **fields}
                await one.call("POST", "/webhooks", body)
        mine = Load(server.port, "/events", EVENT, TOKEN)
        bare = Load(plain.port, "/events", EVENT, TOKEN)
        for _ in range(ROUNDS):
            ratios.append(await mine.run(SECONDS) / await bare.run(SECONDS))
    yield "ingest beside 50 filters that hold back", "50 of other types", median(ratios), 0.80


async def batch() -> AsyncIterator[Row]:
    """A hundred events a call against one."""
    ratios = []
    body = b'{"events": [' + b", ".join([EVENT] * 100) + b"]}"
    async with ours() as server:
        single = Load(server.port, "/events", EVENT, TOKEN)
        hundred = Load(server.port, "/events/batch", body, TOKEN)
        for _ in range(ROUNDS):
            rate = 100 * await hundred.run(SECONDS, connections=8)
            ratios.append(rate / await single.run(SECONDS))
    yield "batch ingest, events per second", "single ingest", median(ratios), 5.0


async def end_to_end() -> AsyncIterator[Row]:
    """Event in → signed POST → recorded, against bare server and bare client in series."""
    bare_ratios, twin_ratios, spent = [], [], []
    async with peer("server") as (port, _), peer("sink") as (sink, _):
        bare = Load(port, "/events", EVENT)
        for _ in range(ROUNDS):
            a, b = await bare.run(SECONDS), await bare_client(sink)
            (mine, cpu), (twins, _) = await _through(sink, 1, OURS), await _through(sink, 1, TWIN)
            bare_ratios.append(mine / (1 / (1 / a + 1 / b)))
            twin_ratios.append(mine / twins)
            spent.append(cpu)
    what = "end to end, one webhook"
    yield what, "bare server and client in series", median(bare_ratios), 0.9
    yield what, "itself with aiohttp's client", median(twin_ratios), 1.3
    yield "CPU of a delivery, one webhook, ms", "–", median(spent), 0.3


async def ten_webhooks() -> AsyncIterator[Row]:
    """Ten deliveries an event, against the bare client."""
    bare_ratios, twin_ratios, spent = [], [], []
    async with peer("sink") as (sink, _):
        for _ in range(ROUNDS):
            bare = await bare_client(sink)
            (mine, cpu), (twins, _) = await _through(sink, 10, OURS), await _through(sink, 10, TWIN)
            bare_ratios.append(mine / bare)
            twin_ratios.append(mine / twins)
            spent.append(cpu)
    what = "end to end, ten webhooks, POSTs per second"
    yield what, "bare client", median(bare_ratios), 0.9
    yield what, "itself with aiohttp's client", median(twin_ratios), 1.3
    yield "CPU of a delivery, ten webhooks, ms", "–", median(spent), 0.2


async def _through(sink: int, webhooks: int, program: tuple[str, ...]) -> tuple[float, float]:
    """Deliveries per second, to as many webhooks, and the CPU of each in milliseconds."""
    async with ours(program=program) as server:
        for _ in range(webhooks):
            await server.webhook(sink)
        before = server.cpu_seconds()
        rate = webhooks * await delivered_rate(server)
        spent = server.cpu_seconds() - before
        made = (await server.call("GET", "/webhooks/stats"))["successful_deliveries"]
        return rate, 1000 * spent / made


async def fairness() -> AsyncIterator[Row]:
    """A healthy webhook beside fifty dead ones with a backlog each, against itself alone."""
    alone, beside = [], []
    async with peer("sink") as (sink, _):
        for _ in range(ROUNDS):
            async with ours() as server:
                await server.webhook(sink)
                alone.append(await _latency(server))
            async with ours() as server:
                for _ in range(50):
                    await server.webhook(1, "payment.completed")
                body = b'{"events": [' + b", ".join([EVENT] * 100) + b"]}"
                for _ in range(100):  # ten thousand pending for each of the fifty
                    await server.call("POST", "/events/batch", json.loads(body))
                await server.webhook(sink, "ticket.created")
                beside.append(await _latency(server))
    ratio = median(beside) / median(alone)
    yield "delivery latency beside 50 dead webhooks", "itself alone", ratio, 2.0


async def _latency(server: Ours) -> float:
    """Median seconds from POST to recorded, one event after another."""
    times = []
    for number in range(1, 41):
        payload = {"ticket_id": number, "user_id": 1}
        started = time.perf_counter()
        made = await server.call("POST", "/events", {"type": "ticket.created", "payload": payload})
        done = False
        while not done:
            shown = await server.call("GET", f"/events/{made['id']}")
            done = any(one["status"] == "success" for one in shown["deliveries"])
        times.append(time.perf_counter() - started)
    return median(times)


async def delivered_rate(server: Ours) -> float:
    """Events per second from the first POST until the last delivery is recorded."""
    load = Load(server.port, "/events", EVENT, TOKEN)
    started = time.perf_counter()
    await load.run(SECONDS)
    while await server.pending():
        await asyncio.sleep(0.02)
    return len(load.times) / (time.perf_counter() - started)
