"""Coming in and being sent away, at the real program (contract §1)."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.api.websockets import Raw, handshake
from tests.system.conftest import ROOT, TOKEN, Process, command

KNOCK_EVERY = 0.02  # seconds
STRANGERS = 10_000
AT_ONCE = 100  # of them


@asynccontextmanager
async def knocking(url: str) -> AsyncIterator[None]:
    """Somebody who comes with a wrong token all the time."""

    async def knock() -> None:
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer wrong"}) as session:
            while True:
                async with session.get(f"{url}/stats") as answer:
                    assert answer.status in (401, 429)
                await asyncio.sleep(KNOCK_EVERY)

    task = asyncio.create_task(knock())
    yield
    assert not task.done()
    task.cancel()


async def revoke(way: str, process: Process, call: Any, token_id: str, file: Path) -> None:
    match way:
        case "command":
            code, _, err = await command("token", "revoke", token_id, "--db", str(file))
            assert code == 0, err
        case "http":
            assert (await call("DELETE", f"{process.url}/tokens/{token_id}"))[0] == 204
        case "file":  # another program: it tells nobody
            with sqlite3.connect(file) as connection:
                connection.execute("DELETE FROM tokens WHERE id = ?", (token_id,))
            connection.close()


@pytest.mark.parametrize("way", ["command", "http", "file", "expiry"])
async def test_a_token_that_is_gone_closes_its_sockets_and_streams(
    process: Process, tmp_path: Path, call: Any, way: str
) -> None:
    """Whoever else knocks meanwhile (L5): what looks a stranger up must not swallow the news."""
    await process.start()
    file = tmp_path / "events.db"
    days = ("--days", str(4 / 86_400)) if way == "expiry" else ()
    _, made, _ = await command("token", "create", "x", "--scope", "read", *days, "--db", str(file))
    token = made.strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        knocking(process.url),
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{process.url}/ws") as socket,
        session.get(f"{process.url}/events/stream") as stream,
    ):
        await socket.receive_json()
        await stream.content.readuntil(b"\n\n")
        _, listed, _ = await command("token", "list", "--db", str(file))
        token_id = next(line.split("\t")[0] for line in listed.splitlines() if "\tx\t" in line)
        await revoke(way, process, call, token_id, file)
        async with asyncio.timeout(10):
            assert (await socket.receive()).data == 1008
            assert await stream.content.read() == b""
        async with session.get(f"{process.url}/stats") as answer:
            assert answer.status in (401, 429)


async def test_a_flood_of_handshakes_without_tokens_is_unnoticed(process: Process) -> None:
    """Ten thousand strangers; whoever has a token comes in at once, and hears at once (L6)."""
    await process.start()
    left = STRANGERS

    async def stranger() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            async with Raw(process.url) as raw:
                raw.writer.write(handshake(""))
                await raw.reader.readuntil(b"\r\n\r\n")
                assert await raw.next() == ("close", 1008)

    flood = [asyncio.create_task(stranger()) for _ in range(AT_ONCE)]
    waited: list[float] = []
    while left > 0:
        started = asyncio.get_running_loop().time()
        async with Raw(process.url) as raw:
            await raw.open(f"?token={TOKEN}")
        waited.append(asyncio.get_running_loop().time() - started)
        await asyncio.sleep(0.2)
    await asyncio.gather(*flood)
    assert len(waited) >= 5
    assert max(waited) < 3  # seconds; it stood behind them for nine, once


async def login(*words: str, **environment: str) -> tuple[int, list[str], str]:
    code, out, err = await command("login", *words, **environment)
    return code, out.splitlines(), err


async def test_a_link_from_the_command_line_signs_in(process: Process, tmp_path: Path) -> None:
    """By the database alone, beside a running server; never with a file that is not there."""
    file = str(tmp_path / "events.db")
    code, lines, err = await login("--db", file)
    assert (code, lines) == (1, [])
    assert "there is no database here" in err
    assert not (tmp_path / "events.db").exists()
    await process.start()
    port = process.url.rpartition(":")[2]
    _, [link], _ = await login("--db", file, "--port", port)
    address, _, secret = link.partition("#login=")
    assert address == f"{process.url}/"
    async with aiohttp.ClientSession() as session:
        for status in (201, 401):
            async with session.post(f"{process.url}/login", json={"code": secret}) as answer:
                assert answer.status == status


async def test_a_command_beside_a_locked_file_is_one_sentence(
    process: Process, tmp_path: Path
) -> None:
    """Somebody's sqlite3 shell is in the middle of something."""
    await process.start()
    other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    code, lines, err = await login("--db", str(tmp_path / "events.db"))
    assert (code, lines, len(err.strip().splitlines())) == (1, [], 1)
    assert "another program holds the database" in err
    other.execute("ROLLBACK")
    other.close()


async def test_a_link_over_ssh_says_how_to_get_there(process: Process, tmp_path: Path) -> None:
    """Loopback is on the other end: the tunnel's command stands below; not with a public URL."""
    await process.start()
    file = str(tmp_path / "events.db")
    ssh = {"SSH_CONNECTION": "203.0.113.7 50000 198.51.100.1 22", "USER": "shop"}
    _, [_, line], _ = await login("--db", file, "--port", "8080", **ssh)
    assert line.endswith("ssh -N -L 8080:127.0.0.1:8080 shop@198.51.100.1")
    other = ssh | {"SSH_CONNECTION": "203.0.113.7 50000 198.51.100.1 2222"}
    _, [_, line], _ = await login("--db", file, "--host", "::1", **other)
    assert line.endswith("ssh -N -L 8080:[::1]:8080 -p 2222 shop@198.51.100.1")
    public = {"BEDOLAGA_EVENTS_SERVER__PUBLIC_URL": "https://events.example.com/shop/"}
    _, [link], _ = await login("--db", file, **ssh, **public)
    assert link.startswith("https://events.example.com/shop/#login=")
    _, [_], _ = await login("--db", file, "--host", "192.0.2.1", **ssh)


async def test_a_first_start_over_ssh_prints_both(tmp_path: Path) -> None:
    """The link with the public URL where there is one, otherwise the tunnel's line below it."""
    base = {name: text for name, text in os.environ.items() if not name.startswith("BEDOLAGA")}
    ssh = {"SSH_CONNECTION": "203.0.113.7 50000 198.51.100.1 22", "USER": "shop"}
    for name, more, count in (
        ("a", {}, 3),
        ("b", {"BEDOLAGA_EVENTS_SERVER__PUBLIC_URL": "https://events.example.com/"}, 2),
    ):
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "server.py", "--port", "0", "--db", str(tmp_path / name / "x.db")),
            cwd=ROOT,
            env=base | ssh | more,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert running.stdout is not None
        async with asyncio.timeout(20):
            lines = [(await running.stdout.readline()).decode() for _ in range(count)]
            running.terminate()
            assert await running.stdout.read() == b""
            await running.wait()
        assert "/#login=" in lines[1]
        assert ("https://events.example.com/#login=" in lines[1]) == bool(more)
        assert ("ssh -N -L " in lines[-1]) != bool(more)
