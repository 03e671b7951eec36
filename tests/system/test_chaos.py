"""Everything at once for a minute (`make soak`: ten): nothing is lost, stuck, or sent for ever."""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import until
from tests.delivery.answers import ANSWERS
from tests.delivery.conftest import Receiver, receiving
from tests.system.conftest import Process, checked

SECONDS = float(os.environ.get("CHAOS_SECONDS", "60"))
EVENTS_A_SECOND = 25
KILL_EVERY = 7.0  # seconds, during the first two thirds
REST = 120.0  # seconds until all is sent, once receivers answer
NOTED = 2.0  # seconds after it was sent that a busy receiver may note a request
OUT = 2.0  # seconds for which a request may be out, and its outcome on its way to the disk
GROWN = 40_000  # KiB that the last third may add
SETTINGS = {
    "BEDOLAGA_EVENTS_DELIVERY__RETRY_SCHEDULE": "[0.2, 0.5, 1, 2, 3]",
    "BEDOLAGA_EVENTS_DELIVERY__TOTAL_TIMEOUT": "1",
    "BEDOLAGA_EVENTS_DELIVERY__CONNECT_TIMEOUT": "1",
    "BEDOLAGA_EVENTS_LOG__LEVEL": "warning",
}
MOODS = [*ANSWERS.values()]


@dataclass
class Chaos:
    """What goes on, and what came of it."""

    call: Callable[..., Any]
    process: Process
    urls: list[str] = field(default_factory=list)
    posts: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    users: set[int] = field(default_factory=set)  # that arrived at the steady receiver
    accepted: set[int] = field(default_factory=set)
    kills: list[float] = field(default_factory=list)
    hooks: list[int] = field(default_factory=list)
    calm: bool = False

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Call the server, which may be away; None when it refuses or is."""
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(10):
                status, content = await self.call(method, self.process.url + path, body)
            return content if status < 400 else None

    async def talk(
        self, receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A receiver that answers each request by another line of the corpus."""
        while True:
            self._note(await receiver.request(reader))
            case = random.choice(MOODS)
            sent, then = (case.sent, case.then) if not self.calm else (OK, "stay")
            writer.write(sent)
            await writer.drain()
            if then == "reset":
                writer.transport.abort()
            if then == "hang":
                await asyncio.sleep(2)
            if then != "stay":
                return

    async def steady(
        self, receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A receiver that takes everything."""
        while True:
            request = await receiver.request(reader)
            self._note(request)
            self.users.add(int(request.rpartition(b'"user_id": ')[2].rstrip(b"}")))
            writer.write(OK)

    def _note(self, request: bytes) -> None:
        number = request.partition(b"X-Webhook-Delivery: ")[2].partition(b"\r\n")[0]
        self.posts[int(number)].append(time.monotonic())

    async def publish(self) -> None:
        number = 0
        while True:
            number += 1
            body = {"type": "user.created", "payload": {"user_id": number}}
            if await self.ask("POST", "/events", body):
                self.accepted.add(number)
            await asyncio.sleep(1 / EVENTS_A_SECOND)

    async def operate(self) -> None:
        """A person who clicks on everything."""
        while True:
            if len(self.hooks) < len(self.urls):
                await self.subscribe()
            await self._click(random.choice(self.hooks or [0]))
            await asyncio.sleep(random.random() / 5)

    async def subscribe(self) -> None:
        hook = {"name": "x", "url": random.choice(self.urls), "event_type": "*", "secret": "s"}
        if made := await self.ask("POST", "/webhooks", hook):
            self.hooks.append(made["id"])

    async def _click(self, hook: int) -> None:
        path = f"/webhooks/{hook}"
        number = random.choice(list(self.posts) or [1])
        since = {"since": "2020-01-01T00:00:00Z"}
        match random.choice(["toggle", "rotate", "move", "replay", "cancel", "retry", "delete"]):
            case "toggle":
                await self.ask("PATCH", path, {"is_active": random.random() < 0.6})
            case "rotate":
                await self.ask("POST", f"{path}/rotate-secret", {"overlap_hours": 0})
            case "move":
                await self.ask("PATCH", path, {"url": random.choice(self.urls)})
            case "replay" if random.random() < 0.2:
                status = random.choice(["failed", "skipped", "success"])
                await self.ask("POST", f"{path}/replay", since | {"status": status})
            case "cancel":
                one = random.choice([f"/deliveries/{number}", ""])
                await self.ask("POST", f"{path}{one}/cancel")
            case "retry":
                await self.ask("POST", f"{path}/deliveries/{number}/retry")
            case "delete" if random.random() < 0.2:
                self.hooks.remove(hook) if hook in self.hooks else None
                await self.ask("DELETE", path)

    async def kill(self) -> None:
        while True:
            await asyncio.sleep(KILL_EVERY * (0.5 + random.random()))
            self.kills.append(time.monotonic())
            await self.process.stop(signal.SIGKILL)
            await self.process.start(**SETTINGS)

    async def come_to_rest(self) -> None:
        """Receivers answer, webhooks are switched on, and everything that waits is sent."""
        self.calm = True
        for hook in (await self.ask("GET", "/webhooks?limit=200"))["items"]:
            await self.ask("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})

        async def nothing_waits() -> bool:
            stats = await self.ask("GET", "/webhooks/stats")
            return bool(stats and stats["pending_deliveries"] == 0)

        await until(nothing_waits, REST)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def memory_kib(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0])


def sent_too_often(folder: Path, chaos: Chaos) -> list[tuple[int, list[float], int]]:
    """Deliveries that were POSTed more than twice an attempt.

    A kill loses one that was out, be it the last: what is cancelled then has it in no row.
    """
    connection = sqlite3.connect(folder / "events.db")
    made = dict(connection.execute("SELECT id, attempt_number FROM deliveries"))
    connection.close()
    found = []
    for number in made.keys() & chaos.posts.keys():
        times = chaos.posts[number]
        lost = sum(times[0] - NOTED <= kill <= times[-1] + OUT for kill in chaos.kills)
        if len(times) > 2 * (made[number] + lost):
            found.append((number, times, made[number]))
    return found


@pytest.mark.timeout(SECONDS + 2 * REST + 60)
async def test_chaos_ends_well(process: Process, call: Any, tmp_path: Path) -> None:
    """Events, replays, toggles, rotations, deletes and kill -9 against a corpus of bad answers."""
    await process.start(**SETTINGS)
    chaos = Chaos(call, process)
    async with AsyncExitStack() as stack:
        for _ in range(4):
            chaos.urls.append((await stack.enter_async_context(receiving(chaos.talk))).url)
        steady = await stack.enter_async_context(receiving(chaos.steady))
        hook = {"name": "steady", "url": steady.url, "event_type": "*"}
        assert await chaos.ask("POST", "/webhooks", hook)
        actors = [asyncio.create_task(one()) for one in (chaos.publish, chaos.operate)]
        killer = asyncio.create_task(chaos.kill())
        await asyncio.sleep(SECONDS * 2 / 3)
        killer.cancel()
        await asyncio.gather(killer, return_exceptions=True)
        if process.running is None or process.running.returncode is not None:
            await process.start(**SETTINGS)
        await asyncio.sleep(SECONDS / 9)
        before = memory_kib(process.pid)
        await asyncio.sleep(SECONDS * 2 / 9)
        assert memory_kib(process.pid) - before < GROWN
        assert all(not one.done() for one in actors)
        for one in actors:
            one.cancel()
        await asyncio.gather(*actors, return_exceptions=True)
        await chaos.come_to_rest()
    assert await checked(tmp_path) == "All is well."
    assert await process.stop() == 0
    assert "Traceback" not in (tmp_path / "server.log").read_text()
    assert chaos.accepted <= chaos.users
    assert sent_too_often(tmp_path, chaos) == []
