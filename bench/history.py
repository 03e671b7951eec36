"""What a long history costs: a million deliveries in the file against a thousand."""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

from bench.ingest import Row, delivered_rate
from bench.run import EVENT, SECONDS, TOKEN, Ours, median, ours, peer
from bench.wire import Load

FEW, MANY = 1_000, 1_000_000
CALLS = 30
LISTS = (
    "/events",
    "/webhooks",
    "/deliveries",
    "/deliveries?status=failed",
    "/webhooks/1/deliveries",
    "/stats",
    "/webhooks/stats",
    "/metrics",
)


async def history() -> AsyncIterator[Row]:
    """Ingest, delivery and the first page of each list with a million rows, against a thousand."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        await fill(Path(few), FEW)
        await fill(Path(many), MANY)
        ingest, delivery, lists = [], [], []
        async with peer("sink") as (sink, _):
            for _ in range(3):
                for folder, into in ((many, 1), (few, 0)):
                    async with ours(Path(folder)) as server:
                        load = Load(server.port, "/events", EVENT, TOKEN)
                        ingest.append((into, await load.run(SECONDS)))
                        lists.append((into, 1 / await _seconds(server)))
                        hook = await server.webhook(sink)
                        delivery.append((into, await delivered_rate(server)))
                        await server.call("DELETE", f"/webhooks/{hook}")
        for what, values in (("ingest", ingest), ("delivery", delivery), ("lists", lists)):
            large = median([value for into, value in values if into])
            small = median([value for into, value in values if not into])
            yield f"{what} with a million deliveries", "itself with a thousand", large / small, 0.9


async def start() -> AsyncIterator[Row]:
    """From the start of the process to the first 200, against importing aiohttp."""
    with tempfile.TemporaryDirectory() as many:
        await fill(Path(many), MANY)
        for what, folder in (("empty file", None), ("a million rows", Path(many))):
            ratios = []
            for _ in range(5):
                mine = await _timed(partial(_started, folder))
                ratios.append(mine / await _timed(_import_aiohttp))
            yield f"start to first 200, {what}", "python -c 'import aiohttp'", median(ratios), 3.0


async def _started(folder: Path | None) -> None:
    async with ours(folder) as server:
        await server.call("GET", "/health")


async def _import_aiohttp() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import aiohttp")
    await process.wait()


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _seconds(server: Ours) -> float:
    started = time.perf_counter()
    for _ in range(CALLS):
        for path in LISTS:
            async with server.session.get(f"http://127.0.0.1:{server.port}{path}") as answer:
                await answer.read()
    return time.perf_counter() - started


async def fill(folder: Path, count: int) -> None:
    """A database with one webhook and `count` delivered events, one in ten of them failed."""
    async with ours(folder) as server:
        await server.webhook(9)
        await server.call("PATCH", "/webhooks/1", {"is_active": False})
    connection = sqlite3.connect(folder / "events.db", isolation_level=None)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    now = time.time_ns() // 1000 - 3_600_000_000
    payload = '{"amount_kopeks": 50000, "transaction_id": 1, "user_id": 1}'
    failed = "CASE i % 10 WHEN 0 THEN 'failed' ELSE 'success' END"
    connection.execute("BEGIN")
    connection.execute(
        f"{numbers} INSERT INTO events (id, type, payload, timestamp, created_at, deliveries)"
        " SELECT i, 'payment.completed', ?, ? + i, ? + i, 1 FROM n",
        (count, payload, now, now),
    )
    connection.execute(
        f"{numbers} INSERT INTO deliveries (id, webhook_id, event_id, event_type, status,"
        " attempt_number, created_at, delivered_at)"
        f" SELECT i, 1, i, 'payment.completed', {failed}, 1, ? + i, ? + i FROM n",
        (count, now, now),
    )
    connection.execute(
        f"{numbers} INSERT INTO attempts (delivery_id, number, started_at, duration_ms,"
        " response_status, response_headers, response_body, request_headers)"
        " SELECT i, 1, ? + i, 5, 200, '[]', '', '[]' FROM n",
        (count, now),
    )
    connection.execute(
        "INSERT INTO event_counts (type, value) VALUES ('payment.completed', ?)", (count,)
    )
    connection.execute(
        "INSERT INTO delivery_counts (webhook_id, status, value)"
        " SELECT webhook_id, status, count(*) FROM deliveries"
        " GROUP BY 1, 2"
    )
    connection.execute("COMMIT")
    connection.close()
