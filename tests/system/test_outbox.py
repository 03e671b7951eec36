"""The bot's outbox when the bot and the server are killed: every event once, and in order."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from bedolaga_events.client import EventPublisher
from tests.conftest import until
from tests.system.conftest import TOKEN, Process, checked

BOT = """
import asyncio, sys
from bedolaga_events.client import EventPublisher

async def main():
    url, token, outbox, first = sys.argv[1:]
    publisher = EventPublisher(url, token, outbox=outbox)
    for number in range(int(first), 1_000_000):
        await publisher.emit("user.created", {"user_id": number})
        print(number, flush=True)
        await asyncio.sleep(0.0005)

asyncio.run(main())
"""


async def bot(url: str, outbox: Path, first: int, events: int) -> int:
    """Run a bot that is killed after some events; the number of the last that it emitted."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", BOT, url, TOKEN, str(outbox), str(first)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    for _ in range(events):
        await process.stdout.readline()
    process.kill()
    rest = (await process.communicate())[0].split()
    return int(rest[-1]) if rest else first + events - 1


async def test_a_killed_bot_and_a_killed_server_lose_nothing(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """Five bots one after another, each killed in the middle; the server with every other."""
    await process.start()
    outbox, emitted, first = tmp_path / "outbox.db", list[int](), 0
    for round_ in range(5):
        running = asyncio.create_task(bot(process.url, outbox, first, 200))
        if round_ % 2:
            await process.stop(signal.SIGKILL)
            await process.start()
        last = await running
        emitted += range(first, last + 1)
        first = last + 1000  # one may be in the outbox whose number was not printed any more
    publisher = EventPublisher(process.url, TOKEN, outbox)
    await until(lambda: publisher.pending() == 0)
    await publisher.close()
    numbers, since = list[int](), 0
    while items := (await call("GET", f"{process.url}/events?since_id={since}&limit=200"))[1][
        "items"
    ]:
        numbers += [one["payload"]["user_id"] for one in items]
        since = items[-1]["id"]
    assert numbers == sorted(set(numbers))
    assert set(emitted) <= set(numbers)
    await process.stop()
    assert await checked(process.folder) == "All is well."
