"""The bot's outbox when bot and server end without a goodbye: every event once, in order."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events_client import EventPublisher
from tests.conftest import until
from tests.system.conftest import ROOT, TOKEN, Process, checked

CRASHES = int(os.environ.get("OUTBOX_CRASHES", "50"))  # `make soak`: a thousand
EVENTS = 12  # of one bot's life
STATEMENTS = 60  # on the outbox, about as many as they need
BOT = ROOT / "tests/system/crashing_bot.py"


async def live_and_die(url: str, outbox: Path, first: int, crash_at: int) -> list[int]:
    """One bot's life; the numbers whose emit returned."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(BOT), url, TOKEN, str(outbox), str(first), str(EVENTS)),
        str(crash_at),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    assert process.returncode in (0, 9)
    return [int(number) for number in out.split()]


async def stored(call: Any, url: str) -> list[int]:
    """The numbers of all events that the server has, oldest first."""
    numbers, since = list[int](), 0
    while True:
        _, page = await call("GET", f"{url}/events?since_id={since}&limit=200")
        if not page["items"]:
            return numbers
        numbers += [event["payload"]["user_id"] for event in page["items"]]
        since = page["items"][-1]["id"]


@pytest.mark.timeout(600 + 10 * CRASHES)  # seconds: processes one after another, beside others
async def test_crashes_of_bot_and_server_lose_and_double_nothing(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """The bot ends at any of its writes; at every fifth the server is killed meanwhile."""
    await process.start()
    outbox, emitted, chance = tmp_path / "outbox.db", list[int](), random.Random(0)
    for life in range(CRASHES):
        crash_at = chance.randint(1, STATEMENTS)
        living = asyncio.create_task(live_and_die(process.url, outbox, life * EVENTS, crash_at))
        if life % 5 == 4:
            await process.stop(signal.SIGKILL)
            await process.start()
        emitted += await living
    publisher = EventPublisher(process.url, TOKEN, outbox)
    await until(lambda: publisher.pending() == 0)
    assert publisher.refused() == []
    await publisher.close()
    numbers = await stored(call, process.url)
    assert numbers == sorted(set(numbers))
    assert set(emitted) <= set(numbers)
    await process.stop()
    assert await checked(process.folder) == "All is well."
