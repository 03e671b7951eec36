"""Processes under measurement, and what all parts share."""

import asyncio
import os
import re
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[1]
TOKEN = "bench-token-0123456789abcdef"
SECONDS = 3.0  # of one measurement
ROUNDS = 3  # ours and the peer by turns; the table shows the median of the ratios
OURS = ("server.py",)
TWIN = ("-m", "bench.twin")  # ours with aiohttp's client
EVENT = (
    b'{"type": "payment.completed", "payload": '
    b'{"transaction_id": 1, "user_id": 1, "amount_kopeks": 50000}}'
)


class Ours:
    """A running server and an admin who talks to it."""

    def __init__(self, port: int, pid: int, folder: Path, session: aiohttp.ClientSession) -> None:
        self.port = port
        self.pid = pid
        self.folder = folder
        self.session = session

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, json=body) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)

    async def webhook(self, port: int, kind: str = "*") -> int:
        body = {"name": "b", "url": f"http://127.0.0.1:{port}/", "event_type": kind, "secret": "s"}
        return int((await self.call("POST", "/webhooks", body))["id"])

    async def pending(self) -> int:
        return int((await self.call("GET", "/webhooks/stats"))["pending_deliveries"])

    def cpu_seconds(self) -> float:
        """What all its threads have used, in user mode and in the kernel."""
        values = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0])


@asynccontextmanager
async def ours(
    folder: Path | None = None,
    program: tuple[str, ...] = OURS,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Ours]:
    """Our server on a free port, with an empty database unless `folder` holds one."""
    with tempfile.TemporaryDirectory() as fresh:
        where = folder or Path(fresh)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *program, "--port", "0", "--db", str(where / "events.db")),
            cwd=ROOT,
            env={
                **os.environ,
                "BEDOLAGA_EVENTS_TOKEN": TOKEN,
                "BEDOLAGA_EVENTS_LOG__LEVEL": "warning",
                **environment,
            },
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        found = re.search(r":(\d+)/", line)
        assert found, line
        try:
            async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as it:
                yield Ours(int(found.group(1)), process.pid, where, it)
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def peer(name: str, *args: str) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """A peer of `bench.peers`: the number that it prints first, its port, and its process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.peers", name, *args),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline()), process
    finally:
        process.terminate()
        await process.wait()


async def bare_client(port: int, seconds: float = SECONDS) -> float:
    """Requests per second of a bare aiohttp client in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.peers", "client", str(port), str(round(seconds))),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return float(out)


def median(values: list[float]) -> float:
    """The middle of several rounds."""
    return statistics.median(values)
