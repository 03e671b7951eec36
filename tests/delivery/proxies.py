"""Proxies that people run (tinyproxy, microsocks), each on a port of its own until a test ends."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.conftest import until

USER, PASSWORD = "shop", "passw0rd"
SIGN_IN = "shop:p%61ssw0rd"


@asynccontextmanager
async def http_proxy(folder: Path, *lines: str) -> AsyncIterator[int]:
    """tinyproxy, which wants a password; its port."""
    port = free_port()
    config = folder / "tinyproxy.conf"
    said = [f"Port {port}", "Listen 127.0.0.1", "Allow 127.0.0.1", f"BasicAuth {USER} {PASSWORD}"]
    config.write_text("\n".join([*said, *lines]) + "\n")
    async with _running("tinyproxy", "-d", "-c", str(config), port=port):
        yield port


@asynccontextmanager
async def socks_proxy() -> AsyncIterator[int]:
    """microsocks, which wants a password; its port."""
    port = free_port()
    words = ("-i", "127.0.0.1", "-p", str(port), "-u", USER, "-P", PASSWORD)
    async with _running("microsocks", *words, port=port):
        yield port


def free_port() -> int:
    """A port where nobody listens now."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@asynccontextmanager
async def _running(program: str, *words: str, port: int) -> AsyncIterator[None]:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(program, *words, stdout=quiet, stderr=quiet)

    def listens() -> bool:
        with closing(socket.socket()) as trying:
            return trying.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(listens)
        yield
    finally:
        process.terminate()
        await process.wait()
