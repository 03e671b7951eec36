"""What the documents show is run as it stands there; only addresses and names are the test's."""

import ast
import asyncio
import inspect
import json
import os
import re
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, needs_chromium
from tests.system.conftest import ROOT, Process

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


async def logged(server: Server, count: int) -> list[tuple[str, Any]]:
    """Type and payload of the log's events, when there are so many."""

    async def events() -> Any:
        found = (await server.call("GET", "/events")).json["items"]
        return found if len(found) >= count else None

    return [(one["type"], one["payload"]) for one in reversed(await until(events))]


async def test_the_bot_emits(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bot.md: the emitter of a bot, and that of a script."""
    monkeypatch.chdir(tmp_path)
    emitting, script, _, _ = shown("bot.md", "python")
    names: dict[str, Any] = {"TOKEN": ADMIN}
    await run(instead(emitting, **{SERVER: server.url}), names)
    await logged(server, 1)
    await names["event_emitter"].close()
    await asyncio.to_thread(exec, instead(script, **{SERVER: server.url}), {"TOKEN": ADMIN})
    assert await logged(server, 2) == [
        ("user.created", {"user_id": 1, "telegram_id": 456789}),
        ("payment.completed", {"transaction_id": 7, "user_id": 1, "amount_kopeks": 50000}),
    ]


async def test_the_bot_of_aiogram(server: Server, tmp_path: Path) -> None:
    """bot.md: the real library, in an environment of its own, against a Telegram on loopback."""
    said: list[str] = []
    person = {"id": 456789, "is_bot": False, "first_name": "Вася", "username": "vasya"}
    message = {
        "message_id": 1,
        "date": 1_768_473_000,
        "chat": {"id": 456789, "type": "private"},
        "from": person,
        "text": "/start",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    }
    updates = [{"update_id": 1, "message": message}]

    async def telegram(request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        if method == "getMe":
            result: Any = person | {"is_bot": True}
        elif method == "getUpdates":
            result = [updates.pop()] if updates else []
            await asyncio.sleep(0.05)  # a long poll
        elif method == "sendMessage":
            said.append(str((await request.post())["text"]))
            result = message
        else:
            result = True
        return web.json_response({"ok": True, "result": result})

    environment = tmp_path / "environment"
    python = str(environment / "bin/python")
    for words in (
        (sys.executable, "-m", "venv", str(environment)),
        (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "aiogram>=3,<4"),
    ):
        assert await (await asyncio.create_subprocess_exec(*words)).wait() == 0
    async with serving(telegram) as url:
        bot = instead(
            shown("bot.md", "python")[2],
            **{
                SERVER: server.url,
                'Bot(os.environ["BOT_TOKEN"])': 'Bot(os.environ["BOT_TOKEN"], session=SESSION)',
                "from bedolaga": textwrap.dedent(
                    f"""\
                    from aiogram.client.session.aiohttp import AiohttpSession
                    from aiogram.client.telegram import TelegramAPIServer
                    SESSION = AiohttpSession(api=TelegramAPIServer.from_base({url!r}))
                    from bedolaga"""
                ),
            },
        )
        (tmp_path / "bot.py").write_text(bot)
        running = await asyncio.create_subprocess_exec(
            python,
            "bot.py",
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "EVENTS_TOKEN": ADMIN,
                "BOT_TOKEN": "42:example",
            },
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            assert await logged(server, 1) == [
                ("user.created", {"user_id": 456789, "telegram_id": 456789, "username": "vasya"})
            ]
            await until(lambda: said == ["Привет!"])
        finally:
            running.terminate()
            await running.wait()


async def test_the_server_within_a_bot(tmp_path: Path) -> None:
    """bot.md: a sub-application; publishing in process."""
    bot_app = web.Application()
    names: dict[str, Any] = {"bot_app": bot_app}
    code = instead(shown("bot.md", "python")[3], **{"data/events.db": str(tmp_path / "events.db")})
    mounting, publish, rest = code.partition("\nawait ")
    await run(mounting, names)
    runner = web.AppRunner(bot_app, access_log=None)
    await runner.setup()  # the server starts with the bot
    await run(publish + rest, names)
    await runner.cleanup()
    assert (tmp_path / "events.db").exists()


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
            f"<!doctype html><title>Shop</title><script>const token = {json.dumps(ADMIN)}</script>"
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
    """operations.md: the filter matches the line that is logged, which looks as it is shown."""
    log, filter_ = shown("operations.md", "")
    await process.start()
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer wrong"}) as session:
        await session.get(f"{process.url}/stats")
    found = re.search(r"^failregex = (.*)$", filter_, re.MULTILINE)
    assert found
    pattern = found.group(1).replace("<HOST>", r"(?P<host>[\d.]+)")
    lines = (process.folder / "server.log").read_text().splitlines()
    matching = [one for one in lines if re.search(pattern, one)]
    assert [json.loads(one).keys() for one in matching] == [json.loads(log).keys()]
