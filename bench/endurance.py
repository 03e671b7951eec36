"""What piles up: a backlog of a million, disk per event, ten minutes of load."""

import asyncio
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bench.history import MANY, fill
from bench.ingest import Row
from bench.run import EVENT, TOKEN, Ours, median, ours, peer
from bench.sockets import connect
from bench.wire import Load

SOAK_SECONDS = 600
SOAK_RATE, SOAK_SOCKETS = 1_000, 100  # events a second, in batches of 100
PAYLOAD = 300  # bytes


async def backlog() -> AsyncIterator[Row]:
    """A million pending for a dead receiver: memory, and the rate of a healthy webhook."""
    grown, alone, beside = [], [], []
    with tempfile.TemporaryDirectory() as many:
        await fill(Path(many), MANY)
        _make_pending(Path(many))
        async with peer("sink") as (sink, _):
            for _ in range(3):
                async with ours() as server:  # a dead receiver here too, but nothing pending for it
                    await server.webhook(9)
                    alone.append(await _healthy_rate(server, await server.webhook(sink)))
                    memory = server.memory_kib()
                async with ours(Path(many)) as server:
                    await server.call("PATCH", "/webhooks/1", {"is_active": True})
                    hook = await server.webhook(sink)
                    beside.append(await _healthy_rate(server, hook))
                    grown.append((server.memory_kib() - memory) / 1000)
                    await server.call("DELETE", f"/webhooks/{hook}")
    yield "memory with a million pending, MB more", "–", median(grown), 50
    ratio = median(beside) / median(alone)
    yield "delivery beside a million pending", "itself without the backlog", ratio, 0.9


async def _healthy_rate(server: Ours, hook: int) -> float:
    """Deliveries a second of one webhook while 32 publishers post for three seconds."""
    load = Load(server.port, "/events", EVENT, TOKEN)
    started = time.perf_counter()
    await load.run(3.0)
    done = 0
    while done < len(load.times):
        done = (await server.call("GET", f"/webhooks/{hook}"))["success_count"]
        await asyncio.sleep(0.02)
    return done / (time.perf_counter() - started)


def _make_pending(folder: Path) -> None:
    """What a receiver that never answered leaves behind: first attempts not even made."""
    connection = sqlite3.connect(folder / "events.db", isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("DELETE FROM attempts")
    connection.execute(
        "UPDATE deliveries SET status = 'pending', attempt_number = 0, delivered_at = NULL,"
        " next_retry_at = created_at"
    )
    connection.execute("DELETE FROM delivery_counts")
    connection.execute(
        "INSERT INTO delivery_counts (webhook_id, status, value) VALUES (1, 'pending', ?)", (MANY,)
    )
    connection.execute("COMMIT")
    connection.close()


async def disk() -> AsyncIterator[Row]:
    """Bytes of file per delivered event of 300 bytes: event, delivery, attempt, indexes."""
    payload = {"transaction_id": 1, "user_id": 1, "amount_kopeks": 50_000, "description": ""}
    payload["description"] = "x" * (PAYLOAD - len(json.dumps(payload)))
    event = json.dumps({"type": "payment.completed", "payload": payload}).encode()
    async with peer("sink") as (sink, _), ours() as server:
        await server.webhook(sink)
        load = Load(server.port, "/events", event, TOKEN)
        await load.run(5.0)
        while await server.pending():
            await asyncio.sleep(0.05)
        connection = sqlite3.connect(server.folder / "events.db")
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.close()
    per_event = (pages - free) * size / len(load.times)
    yield "disk per delivered event", "its payload of 300 bytes", per_event / PAYLOAD, 4.0


async def soak() -> AsyncIterator[Row]:
    """A thousand events a second to one webhook and a hundred sockets, for ten minutes."""
    retention = {"BEDOLAGA_EVENTS_RETENTION__RETENTION_MB": "200"}
    async with peer("sink") as (sink, _), ours(environment=retention) as server:
        await server.webhook(sink)
        await connect(server.port, f"/ws?token={TOKEN}", SOAK_SOCKETS)
        body = {"events": [json.loads(EVENT)] * 100}
        seen, end = [], time.monotonic() + SOAK_SECONDS
        while time.monotonic() < end:
            await asyncio.gather(
                server.call("POST", "/events/batch", body), asyncio.sleep(100 / SOAK_RATE)
            )
            seen.append((server.memory_kib(), *_counted(server)))
        tenth = len(seen) // 10
        early, late = seen[tenth : 2 * tenth], seen[-tenth:]
        for index, what in enumerate(("memory", "descriptors", "threads")):
            ratio = median([one[index] for one in late]) / median([one[index] for one in early])
            yield f"{what} in the last of ten minutes", "in the second", ratio, 1.05


def _counted(server: Ours) -> tuple[int, int]:
    folder = f"/proc/{server.pid}"
    return len(os.listdir(f"{folder}/fd")), len(os.listdir(f"{folder}/task"))
