"""Debian's nginx and Caddy in front of a server, with the shipped files."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.conftest import Server, until
from tests.system.conftest import ROOT
from tests.system.test_tour import free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CADDY = shutil.which("caddy")


@asynccontextmanager
async def behind(server: Server, folder: Path, *without: str) -> AsyncIterator[str]:
    """The address of a server behind nginx: the shipped file, `without` some of its lines."""
    port = free_port()
    site = (ROOT / "deploy/nginx.conf").read_text()
    changes = [
        ("http://127.0.0.1:8080", server.url),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        *((line, "") for line in without),
    ]
    for old, new in changes:
        assert old in site
        site = site.replace(old, new)
    temporary = "".join(
        f"{one}_temp_path {folder}/{one};\n"
        for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}\n}}\n"
    )
    command = [str(NGINX), "-c", str(file)]
    async with running(server, command, f"http://127.0.0.1:{port}/shop") as url:
        yield url


@asynccontextmanager
async def behind_caddy(server: Server, folder: Path) -> AsyncIterator[str]:
    """The address of a server behind Caddy: the shipped file, without TLS."""
    url = f"http://127.0.0.1:{free_port()}"
    site = (ROOT / "deploy/Caddyfile").read_text()
    for old, new in (("http://127.0.0.1:8080", server.url), ("events.example.com", url)):
        assert old in site
        site = site.replace(old, new)
    file = folder / "Caddyfile"
    file.write_text(f"{{\n\tadmin off\n}}\n{site}")
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(file)]
    async with running(server, command, url, HOME=str(folder)):
        yield url


@asynccontextmanager
async def running(
    server: Server, command: list[str], url: str, **environment: str
) -> AsyncIterator[str]:
    """A proxy, from when it lets `url` through."""
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.DEVNULL, env={**os.environ, **environment}
    )

    async def up() -> bool:
        try:
            async with server.session.get(f"{url}/health") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    await until(up)
    try:
        yield url
    finally:
        process.terminate()
        await process.wait()
