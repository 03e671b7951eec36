"""Behind Debian's nginx, under a path prefix: page, API, /ws and SSE (deploy/nginx.conf)."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import ADMIN, Server, until
from tests.system.conftest import ROOT
from tests.system.test_tour import free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx")


@pytest.fixture
async def proxied(starting: Any, tmp_path: Path) -> AsyncIterator[tuple[Server, str]]:
    """A server and its address behind nginx; the shipped file with two ports replaced."""
    server: Server = await starting(now=None, server__trusted_proxies=["127.0.0.1/32"])
    port = free_port()
    site = (ROOT / "deploy/nginx.conf").read_text()
    for old, new in (
        ("http://127.0.0.1:8080", server.url),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
    ):
        assert old in site
        site = site.replace(old, new)
    temporary = "".join(
        f"{one}_temp_path {tmp_path}/{one};\n"
        for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = tmp_path / "nginx.conf"
    file.write_text(
        f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}\n}}\n"
    )
    process = await asyncio.create_subprocess_exec(
        str(NGINX), "-c", str(file), stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}/shop"

    async def up() -> bool:
        try:
            async with server.session.get(f"{url}/health") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    await until(up)
    yield server, url
    process.terminate()
    await process.wait()


async def test_everything_works_under_a_prefix(proxied: tuple[Server, str]) -> None:
    """Live both ways, and the page's files by relative URLs."""
    server, url = proxied
    for path in ("/", "/js/app.js", "/css/base.css", "/openapi.json", "/docs"):
        async with server.session.get(url + path) as answer:
            assert answer.status == 200, path
    headers = {"Authorization": f"Bearer {ADMIN}"}
    host = url.removesuffix("/shop")
    async with (
        server.session.ws_connect(f"{url}/ws?token={ADMIN}", origin=host) as socket,
        server.session.get(f"{url}/events/stream", headers=headers) as stream,
    ):
        assert (await socket.receive_json())["type"] == "connection"
        assert await stream.content.readline() == b": connected\n"
        await server.event(user_id=1)
        assert (await socket.receive_json())["id"] == 1
        async with asyncio.timeout(5):
            while (line := await stream.content.readline()) != b"id: 1\n":
                assert line


async def test_the_guesser_is_the_client_and_not_the_proxy(proxied: tuple[Server, str]) -> None:
    """The forwarded address counts, since the proxy is trusted."""
    server, url = proxied
    statuses = []
    for number in range(12):
        headers = {"Authorization": "Bearer wrong", "X-Forwarded-For": f"203.0.113.{number}"}
        async with server.session.get(f"{url}/stats", headers=headers) as answer:
            statuses.append(answer.status)
    # nginx adds 127.0.0.1, which is trusted here too: what is left of it is each a new guesser.
    assert set(statuses) == {401}
