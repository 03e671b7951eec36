"""What TypeScript users have: the first guide's client in Node, and the types of our modules."""

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ADMIN, Server, until

HERE = Path(__file__).parent / "typescript"
STATIC = Path(__file__).parents[2] / "static" / "js"
TOOLS = ("node", "tsc")
MODULE = ("--module", "es2022", "--moduleResolution", "node")
MODULES = "/usr/share/nodejs"  # where Debian keeps node-ws: Node has a WebSocket only since 22

pytestmark = pytest.mark.skipif(
    not all(shutil.which(one) for one in TOOLS), reason="needs Debian's node-typescript and node-ws"
)


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "NODE_PATH": MODULES},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def test_the_guides_client_in_node(starting: Any, tmp_path: Path) -> None:
    """As printed: token in the URL, its own ping and reconnect, listeners by type."""
    source = str(HERE / "follow.ts")
    options = ("--outDir", str(tmp_path), "--module", "commonjs", "--target", "es2021")
    await run("tsc", source, *options)
    server: Server = await starting()
    following = asyncio.create_task(
        run("node", str(tmp_path / "follow.js"), f"{server.url}/ws".replace("http", "ws"), ADMIN)
    )

    async def until_connected() -> None:
        await until(lambda: following.done() or list(server.parts.hub.sockets()))

    await until_connected()
    await server.event(user_id=1)
    for socket in server.parts.hub.sockets():
        socket.close(1001, "Going away")
    await until(lambda: not list(server.parts.hub.sockets()))
    await until_connected()  # by itself, after a second
    await server.event("ticket.created", ticket_id=1, user_id=1)
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=100)
    await server.event("transaction.created", transaction_id=1, user_id=1)
    heard = [
        line.split(" ", 2) for line in (await following).splitlines() if line.startswith("heard")
    ]
    assert [one[1] for one in heard] == [
        "connection",
        "user.created",
        "disconnected",
        "connection",
        "payment.completed",
    ]
    assert json.loads(heard[1][2])["user_id"] == 1


async def test_our_types_are_right() -> None:
    """`tsc --strict` takes what the guide promises, and refuses what does not exist."""
    await run("tsc", "--noEmit", "--strict", "--target", "es2022", str(HERE / "ours.ts"))


@pytest.mark.parametrize("page", ["admin-page.md", "live.md"])
async def test_the_examples_of_the_documents_are_right(tmp_path: Path, page: str) -> None:
    """As they stand there, under `tsc --strict` (T9)."""
    text = (STATIC.parents[1] / "docs" / page).read_text()
    [example] = [one for one in re.findall(r"```js\n(.*?)```", text, re.DOTALL) if "import" in one]
    file = tmp_path / "example.ts"
    file.write_text(example.replace("https://events.example.com/js", str(STATIC)))
    await run("tsc", *MODULE, "--noEmit", "--strict", "--target", "es2022", str(file))


async def test_the_types_name_what_the_modules_have() -> None:
    """Every object of api.js with its functions, neither more nor less."""
    declared = {
        name: set(re.findall(r"(\w+)\??\(", body))
        for name, body in re.findall(
            r"export const (\w+Api): \{(.*?)\};", (STATIC / "api.d.ts").read_text(), re.DOTALL
        )
    }
    script = f"""import('{STATIC / "api.js"}').then((all) => console.log(JSON.stringify(
      Object.fromEntries(Object.entries(all).filter(([name]) => name.endsWith('Api'))
        .map(([name, one]) => [name, Object.keys(one)])))))"""
    found = json.loads(await run("node", "--input-type=module", "-e", script))
    assert {name: set(keys) for name, keys in found.items()} == declared
