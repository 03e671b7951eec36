"""What the recipes of docs/receivers.md need: a program beside the server, what it was sent."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.conftest import Server, until
from tests.system.conftest import ROOT

EXAMPLES = ROOT / "docs" / "examples"
PAYMENT = {"transaction_id": 5, "user_id": 1, "amount_rubles": 150.5, "payment_method": "=card"}


@asynccontextmanager
async def running(program: str, *words: str, **environment: str) -> AsyncIterator[Any]:
    """A program beside the server, until the end of the test; skipped where it is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    process = await asyncio.create_subprocess_exec(
        program,
        *words,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def answers(url: str) -> None:
    """Wait until somebody does."""

    async def does() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(url):
                return True
        except aiohttp.ClientConnectionError:
            return False

    await until(does, 60)


async def delivered(server: Server, webhook_id: int, count: int) -> list[Any]:
    """The webhook's deliveries, once so many have succeeded."""

    async def found() -> Any:
        page = await server.call("GET", f"/webhooks/{webhook_id}/deliveries?status=success")
        return page.json["items"] if page.json["total"] == count else None

    return list(await until(found))


async def again(server: Server, delivery: Any) -> None:
    """Send a delivery once more, and wait for what comes of it."""
    path = f"/webhooks/{delivery['webhook_id']}/deliveries/{delivery['id']}"
    assert (await server.call("POST", f"{path}/retry")).status == 202

    async def sent() -> bool:
        shown = (await server.call("GET", path)).json
        return len(shown["attempts"]) == 2 and shown["status"] == "success"

    await until(sent)
