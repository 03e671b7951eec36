"""`bedolaga-events bridge` into a real Redis: in order, each event once, whoever is killed."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.conftest import until
from tests.system.conftest import ROOT, TOKEN, Process
from tests.system.test_tour import free_port

REDIS = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(REDIS is None, reason="needs Debian's redis-server")


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[tuple[Redis, str]]:
    """A Redis of our own, and its URL."""
    port = free_port()
    options = ("--port", str(port), "--dir", str(tmp_path), "--save", "", "--bind", "127.0.0.1")
    running = await asyncio.create_subprocess_exec(
        str(REDIS), *options, stdout=asyncio.subprocess.DEVNULL
    )
    url = f"redis://127.0.0.1:{port}"
    client = Redis.from_url(url, decode_responses=True)

    async def up() -> bool:
        try:
            return bool(await client.ping())
        except RedisError:
            return False

    await until(up)
    yield client, url
    await client.aclose()
    running.terminate()
    await running.wait()


async def bridging(server: str, redis: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bedolaga_events", "bridge", redis, "--url", server),
        cwd=ROOT,
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN},
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_log_arrives_in_order_and_once(
    process: Process, redis: tuple[Redis, str], call: Any, tmp_path: Path
) -> None:
    """The bridge is killed twice, the server once; then another database is refused."""
    client, url = redis
    await process.start()
    sent = 0

    async def post(count: int) -> None:
        nonlocal sent
        users = [{"type": "user.created", "payload": {"user_id": sent + n}} for n in range(count)]
        assert (await call("POST", f"{process.url}/events/batch", {"events": users}))[0] == 202
        sent += count

    async def filled(count: int) -> bool:
        return bool(await client.xlen("bedolaga-events") >= count)

    await post(500)
    for _ in range(2):
        bridge = await bridging(process.url, url)
        goal = sent
        await until(partial(filled, goal - 400))
        bridge.kill()
        await bridge.wait()
        await post(300)
    bridge = await bridging(process.url, url)
    await process.stop(signal.SIGKILL)
    await process.start()
    await post(100)
    await until(lambda: filled(sent))
    entries: Any = await client.xrange("bedolaga-events")
    assert [one for one, _ in entries] == [f"{n}-0" for n in range(1, sent + 1)]
    assert entries[6][1]["type"] == "user.created"
    assert entries[6][1]["payload"] == '{"user_id": 6}'
    bridge.terminate()
    await bridge.wait()

    await process.stop()
    for one in tmp_path.glob("events.db*"):
        one.unlink()
    await process.start()
    refused = await bridging(process.url, url)
    assert refused.stderr is not None
    said = (await refused.stderr.read()).decode()
    assert await refused.wait() == 1
    assert "was filled from another database" in said


async def test_the_consumer_of_the_document_reads_it(
    process: Process, redis: tuple[Redis, str], call: Any
) -> None:
    """docs/scaling.md: a group of Redis' own."""
    _, url = redis
    await process.start()
    for number in range(3):
        event = {"type": "user.created", "payload": {"user_id": number}}
        assert (await call("POST", f"{process.url}/events", event))[0] == 202
    bridge = await bridging(process.url, url)
    text = (ROOT / "docs/scaling.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]
    assert "Redis(" in code
    consumer = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-u",
            "-c",
            code.replace("Redis(", f"Redis(port={url.rpartition(':')[2]}, "),
        ),
        stdout=asyncio.subprocess.PIPE,
    )
    assert consumer.stdout is not None
    async with asyncio.timeout(20):
        lines = [(await consumer.stdout.readline()).decode().strip() for _ in range(3)]
    for one in (consumer, bridge):
        one.terminate()
        await one.wait()
    assert lines == [f'{n + 1}-0 user.created {{"user_id": {n}}}' for n in range(3)]
