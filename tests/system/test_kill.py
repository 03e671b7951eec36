"""kill -9 and SIGTERM in the middle of load: what was answered 202 arrives (invariants 1 and 3)."""

import asyncio
import random
import signal
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import Receiver, until
from tests.system.conftest import TOKEN, Process, checked

PUBLISHERS = 8
SERIES, KILLS = 10, 10
IN_FLIGHT = 24  # requests of one webhook that are out (8) or answered and on their way to the disk


class Load:
    """Publishers that post until they are stopped; `accepted` holds what was answered 202."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.accepted: set[int] = set()
        self.stopped = False
        self._next = 0

    def has(self, count: int) -> bool:
        """Whether so many were accepted."""
        return len(self.accepted) >= count

    async def run(self) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            await asyncio.gather(*(self._publish(session) for _ in range(PUBLISHERS)))

    async def _publish(self, session: aiohttp.ClientSession) -> None:
        while not self.stopped:
            self._next += 1
            number = self._next
            body = {"type": "user.created", "payload": {"user_id": number}}
            try:
                async with session.post(f"{self.process.url}/events", json=body) as answer:
                    if answer.status == 202:
                        await answer.read()
                        self.accepted.add(number)
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)  # the server is away for a moment


def received(receiver: Receiver) -> dict[int, set[str]]:
    """Every user that arrived, with the message ids under which it did."""
    arrived: dict[int, set[str]] = {}
    for one in receiver.requests:
        number = int(one.body.partition(b'"user_id": ')[2].rstrip(b"}"))
        arrived.setdefault(number, set()).add(one.headers["webhook-id"])
    return arrived


@pytest.mark.timeout(600)  # 21 processes one after another: minutes where others use the machine
@pytest.mark.parametrize("series", range(SERIES))
async def test_everything_answered_202_arrives_after_kill_9(
    process: Process, receiver: Receiver, call: Any, tmp_path: Path, series: int
) -> None:
    """A hundred kills at random moments: each 202 arrives, second POSTs have the first webhook-id.

    They are no more than what was in flight or not yet recorded when the process ended.
    """
    await process.start()
    hook = {"name": "x", "url": receiver.url, "event_type": "*", "secret": "s3cret"}
    status, _ = await call("POST", f"{process.url}/webhooks", hook)
    assert status == 201
    load = Load(process)
    publishing = asyncio.create_task(load.run())
    for _ in range(KILLS):
        goal = len(load.accepted) + random.randint(5, 100)
        await until(partial(load.has, goal))
        await asyncio.sleep(random.random() / 50)  # a moment inside a commit, not after an answer
        await process.stop(signal.SIGKILL)
        assert await checked(tmp_path) == "All is well."
        await process.start()
    load.stopped = True
    await publishing

    async def all_sent() -> bool:
        _, stats = await call("GET", f"{process.url}/webhooks/stats")
        return bool(stats["pending_deliveries"] == 0)

    await until(all_sent)
    arrived = received(receiver)
    assert load.accepted <= arrived.keys()
    assert all(len(ids) == 1 for ids in arrived.values())
    assert len(receiver.requests) - len(arrived) <= KILLS * IN_FLIGHT
    assert await process.stop() == 0
    assert await checked(tmp_path) == "All is well."


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_in_the_middle_of_load_ends_well(
    process: Process, receiver: Receiver, call: Any, tmp_path: Path, number: int
) -> None:
    """Exit code 0 within its time, no thread left behind, and nothing is lost."""
    await process.start()
    hook = {"name": "x", "url": receiver.url, "event_type": "*"}
    await call("POST", f"{process.url}/webhooks", hook)
    load = Load(process)
    publishing = asyncio.create_task(load.run())
    await until(lambda: len(load.accepted) >= 200)
    assert await process.stop(number) == 0
    load.stopped = True
    await publishing
    assert await checked(tmp_path) == "All is well."
    assert "Traceback" not in (tmp_path / "server.log").read_text()
    await process.start()
    _, log = await call("GET", f"{process.url}/events?limit=1")
    assert log["total"] >= len(load.accepted)
