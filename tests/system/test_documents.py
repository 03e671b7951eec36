"""What the documents show is run as it stands there; only addresses and names are the test's."""

import asyncio
import json
import os
import re
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, needs_chromium
from tests.system.conftest import ROOT, Process
from tests.system.documents import instead, serving, shown

SERVER = "http://127.0.0.1:8080"


@needs_chromium
@pytest.mark.parametrize(("document", "wanted"), [("admin-page.md", "1 50000"), ("live.md", "1 {")])
async def test_another_admin_page(starting: Any, document: str, wanted: str) -> None:
    """The modules of this server, imported by a page of another origin that follows the feed."""
    said: list[str] = []
    page_of: list[str] = []

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=page_of[0], content_type="text/html")

    async with serving(show) as site, browsing() as context:
        server: Server = await starting(security__allowed_origins=[site])
        code = instead(
            shown(document, "js")[0],
            **{
                "https://events.example.com": server.url,
                "wss://events.example.com": server.url.replace("http", "ws"),
            },
        )
        page_of.append(
            "<!doctype html><title>Shop</title>"
            f"<script>localStorage.setItem('token', '{ADMIN}')</script>"
            f"<script type='module'>{code}</script>"
        )
        page = await context.new_page()
        page.on("console", lambda one: said.append(one.text))
        await page.goto(site)
        await until(lambda: list(server.parts.hub.sockets()))
        await server.event("payment.completed", transaction_id=7, user_id=1, amount_kopeks=50_000)
        await until(lambda: [one for one in said if one.startswith(wanted)])
        if document == "admin-page.md":
            listed = (await server.call("GET", "/webhooks")).json["items"]
            assert [one["name"] for one in listed] == ["CRM"]


async def test_curl_follows_the_feed(server: Server) -> None:
    """live.md: server-sent events."""
    command = instead(shown("live.md", "sh")[0], **{SERVER: server.url})
    shell = await asyncio.create_subprocess_shell(
        command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": ADMIN},
        start_new_session=True,
    )
    assert shell.stdout is not None
    async with asyncio.timeout(10):
        while b"connected" not in await shell.stdout.readline():
            pass
        await server.event(user_id=7)
        while b'"user_id": 7' not in await shell.stdout.readline():
            pass
    os.killpg(shell.pid, 15)
    await shell.wait()


async def test_fail2ban_finds_the_guesser(process: Process) -> None:
    """log.md: the shipped filter matches the line that is logged, which looks as it is shown."""
    [log] = shown("log.md", "json")
    filter_ = (ROOT / "deploy/fail2ban/filter.conf").read_text()
    await process.start()
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer wrong"}) as session:
        await session.get(f"{process.url}/stats")
    found = re.search(r"^failregex = (.*)$", filter_, re.MULTILINE)
    assert found
    pattern = found.group(1).replace("<HOST>", r"(?P<host>[\d.]+)")
    lines = (process.folder / "server.log").read_text().splitlines()
    matching = [one for one in lines if re.search(pattern, one)]
    assert [json.loads(one).keys() for one in matching] == [json.loads(log).keys()]
