"""The real program as a process of its own."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page

from tests.conftest import Server
from tests.system.chromium import browsing
from tests.system.gate import Gate, gate_before

ROOT = Path(__file__).parents[2]
TOKEN = "system-test-token-0123456789"
needs_mounts = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount file systems")


class Process:
    """`python server.py` on a free port; `lines` is what it printed before it was ready."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.lines: list[str] = []
        self.running: asyncio.subprocess.Process | None = None

    async def start(self, **environment: str) -> "Process":
        values = {**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN, **environment}
        values = {name: value for name, value in values.items() if value}
        port = self.url.rpartition(":")[2] if self.url else "0"
        with (self.folder / "server.log").open("ab") as log:
            self.running = await self._spawn(port, values, log)

        assert self.running.stdout is not None
        async with asyncio.timeout(20):
            line = (await self.running.stdout.readline()).decode()
            self.lines.append(line)
            if "BEDOLAGA_EVENTS_TOKEN" in environment:
                self.lines.append((await self.running.stdout.readline()).decode())
        found = re.search(r"https?://[\d.]+:\d+", line)
        assert found, (self.folder / "server.log").read_text()
        self.url = found.group(0)
        return self

    async def _spawn(self, port: str, environment: dict[str, str], log: Any) -> Any:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("server.py", "--port", port, "--db", str(self.folder / "events.db")),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the exit code."""
        assert self.running is not None
        if self.running.returncode is None:
            self.running.send_signal(number)
        async with asyncio.timeout(30):
            return await self.running.wait()

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid


async def command(
    *words: str, stdin: str | None = None, stdout: str | None = None, **environment: str
) -> tuple[int, str, str]:
    """Run `bedolaga-events WORDS`: exit code, stdout (unless it goes into a file), stderr."""
    into = asyncio.subprocess.PIPE if stdout is None else os.open(stdout, os.O_WRONLY)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bedolaga_events", *words),
        cwd=environment.pop("cwd", str(ROOT)),
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=into,
        stderr=asyncio.subprocess.PIPE,
    )
    if stdout is not None:
        os.close(into)
    async with asyncio.timeout(30):
        out, err = await process.communicate((stdin or "").encode())
    assert process.returncode is not None
    return process.returncode, (out or b"").decode(), err.decode()


async def checked(folder: Path) -> str:
    """What `bedolaga-events check` says of a database."""
    _, out, err = await command("check", "--db", str(folder / "events.db"))
    return (out + err).strip()


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    """A process that is not started yet."""
    one = Process(tmp_path)
    yield one
    if one.running is not None:
        await one.stop(signal.SIGKILL)


@pytest.fixture
async def call() -> AsyncIterator[Callable[..., Any]]:
    """Call a server as an admin: (method, URL, body) → (status, content)."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:

        async def one(method: str, url: str, body: Any = None) -> tuple[int, Any]:
            async with session.request(method, url, json=body) as answer:
                return answer.status, json.loads(await answer.text() or "null")

        yield one


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """One page of a browser in Russian."""
    async with browsing() as context:
        yield await context.new_page()


@pytest.fixture
async def gate(starting: Any) -> AsyncIterator[Gate]:
    """A proxy in front of a server."""
    server: Server = await starting(server__trusted_proxies=["127.0.0.1/32"])
    async with gate_before(server.url) as one:
        yield one
