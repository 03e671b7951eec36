"""What tests of the documents share: their code as it stands there, with the test's own values."""

import ast
import asyncio
import inspect
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.conftest import ADMIN, PATIENCE, Server, until
from tests.system.conftest import ROOT

SERVER = "http://127.0.0.1:8080"


def shown(document: str, language: str) -> list[str]:
    """The blocks of a language in a document of docs/."""
    text = (ROOT / "docs" / document).read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def instead(text: str, **others: str) -> str:
    """`text` with the test's own values; what it replaces must be there."""
    for old, new in others.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


async def run(code: str, names: dict[str, Any]) -> None:
    """Run Python with `await` at its top, as in a notebook."""
    compiled = compile(code, "document", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(compiled, names)
    if inspect.iscoroutine(waiting):
        await waiting


@asynccontextmanager
async def serving(handler: Any) -> AsyncIterator[str]:
    """The address of a small site whose every path `handler` answers."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def logged(server: Server, count: int, patience: float = PATIENCE) -> list[tuple[str, Any]]:
    """Type and payload of the log's events, when there are so many."""

    async def events() -> Any:
        found = (await server.call("GET", "/events")).json["items"]
        return found if len(found) >= count else None

    return [(one["type"], one["payload"]) for one in reversed(await until(events, patience))]


@asynccontextmanager
async def program(name: str, *words: str, cwd: Path, **environment: str) -> AsyncIterator[None]:
    """A program that runs as long as the block."""
    running = await asyncio.create_subprocess_exec(
        *(name, *words),
        cwd=cwd,
        env={**os.environ, "EVENTS_TOKEN": ADMIN, **environment},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.terminate()
        await running.wait()
