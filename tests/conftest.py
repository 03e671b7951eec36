"""Four fixtures: a clock that is moved by hand, a store, a server, a receiver."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import settings

from bedolaga_events.api.doorway import Doorway
from bedolaga_events.api.state import PARTS, Parts
from bedolaga_events.app import create_app
from bedolaga_events.config import load

IN_CI = os.environ.get("CI") == "true"
settings.register_profile("long", max_examples=1_000)  # make soak
settings.register_profile("thorough", max_examples=100)
settings.register_profile("quick", max_examples=20)
settings.load_profile("thorough" if IN_CI else "quick")

START = 1_768_473_000_000_000  # 2026-01-15T10:30:00Z
PATIENCE = 30.0  # seconds until a condition that should hold is given up
ADMIN = "test-admin-token-0123456789"


class Clock:
    """Microseconds since the epoch, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1  # two things never happen at the same microsecond
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1_000_000)


@dataclass
class Reply:
    """An answer as a test looks at it."""

    status: int
    headers: Any
    json: Any


class Server:
    """A running server and an admin who talks to it."""

    def __init__(self, runner: web.AppRunner, url: str, session: aiohttp.ClientSession) -> None:
        self.runner = runner
        self.app: web.Application = runner.app
        self.url = url
        self.session = session

    @property
    def parts(self) -> Parts:
        return self.app[PARTS]

    async def call(
        self, method: str, path: str, body: Any = None, token: str | None = ADMIN, **options: Any
    ) -> Reply:
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            options["json"] = body
        async with self.session.request(
            method, self.url + path, headers=headers, **options
        ) as answer:
            is_json = "json" in answer.headers.get("Content-Type", "")
            content = await answer.json() if is_json else await answer.text()
            return Reply(answer.status, answer.headers, content)

    async def event(self, event_type: str = "user.created", **payload: Any) -> dict[str, Any]:
        reply = await self.call("POST", "/events", {"type": event_type, "payload": payload})
        assert reply.status == 202, reply.json
        return dict(reply.json)

    async def webhook(self, url: str, event_type: str = "*", **fields: Any) -> dict[str, Any]:
        body = {"name": "hook", "url": url, "event_type": event_type, **fields}
        reply = await self.call("POST", "/webhooks", body)
        assert reply.status == 201, reply.json
        return dict(reply.json)

    async def code(self) -> str:
        """A one-time sign-in code."""
        reply = await self.call("POST", "/login/links")
        assert reply.status == 201, reply.json
        return str(reply.json["url"]).partition("#login=")[2]

    def socket(self, query: str = f"?token={ADMIN}", **options: Any) -> Any:
        return self.session.ws_connect(f"{self.url}/ws{query}", **options)


@dataclass
class Received:
    """A request that reached the receiver."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An outside system on loopback; `answer` decides what it replies."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    status: int = 200

    def has(self, count: int) -> bool:
        """Whether it got exactly so many requests."""
        return len(self.requests) == count


async def until(condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until `condition` (which may be a coroutine function) holds, and return its value."""
    async with asyncio.timeout(patience):
        while True:
            value = condition()
            if asyncio.iscoroutine(value):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.005)


async def ticks(seconds: float, count: int = 5) -> None:
    """Let so many timers go by, one after another, for what is to happen at none of them.

    Whatever else the loop sets timers for, as short and one after another, has woken as often by
    then, less one, however slow the machine is.
    """
    for _ in range(count):
        await asyncio.sleep(seconds)


def legible(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every tool is there: what would be skipped elsewhere fails."""
    report = yield
    # xdist carries UTF-8 only, and some tests log halves of characters.
    report.sections = [(name, legible(text)) for name, text in report.sections]
    if report.skipped and IN_CI:
        report.outcome = "failed"
        report.longrepr = f"skipped, in CI: {report.longrepr}"
    return report


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start_server(tmp_path: Path, clock: Clock) -> Any:
    """Start a server on port 0; keyword arguments are settings as dotted keys with __ for dots."""
    running: list[tuple[web.AppRunner, aiohttp.ClientSession]] = []

    async def start(
        now: Callable[[], int] | None = clock,
        passed: Callable[[], int] | None = None,
        **settings: Any,
    ) -> Server:
        flags = {key.replace("__", "."): value for key, value in settings.items()}
        flags = {"database.path": tmp_path / "events.db", **flags}
        loaded = load(flags, None, {"BEDOLAGA_EVENTS_TOKEN": ADMIN})
        clocks: dict[str, Any] = {} if now is None else {"now": now, "passed": passed}
        app = create_app(loaded.settings, **clocks)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await Doorway(runner, ["127.0.0.1"], 0).start()
        port = runner.addresses[0][1]
        session = aiohttp.ClientSession()
        running.append((runner, session))
        return Server(runner, f"http://127.0.0.1:{port}", session)

    async def stop() -> None:
        while running:
            runner, session = running.pop()
            await session.close()
            await runner.cleanup()

    start.stop = stop  # type: ignore[attr-defined]
    return start


@pytest.fixture
async def starting(start_server: Any) -> AsyncIterator[Any]:
    """`start_server`, with everything stopped at the end."""
    yield start_server
    await start_server.stop()


@pytest.fixture
async def server(starting: Any, request: pytest.FixtureRequest) -> Server:
    """A server with the defaults, or with the settings that a test gives it indirectly."""
    started: Server = await starting(**getattr(request, "param", {}))
    return started


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that answers 200 until it is told otherwise."""
    one = Receiver()

    async def take(request: web.Request) -> web.StreamResponse:
        one.requests.append(Received(dict(request.headers), await request.read()))
        if one.answer is not None:
            return await one.answer(request)
        return web.Response(status=one.status, text="thanks")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield one
    await runner.cleanup()
