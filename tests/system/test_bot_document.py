"""docs/bot.md walked line by line: the bot's own emitter, aiogram, FastAPI, scripts, nginx."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bedolaga_events_client import BOT_EVENT_TYPES, EventPublisher
from tests.conftest import ADMIN, Server, until
from tests.system.conftest import TOKEN, Process, command
from tests.system.documents import SERVER, instead, logged, program, run, serving, shown
from tests.system.test_tour import free_port

LISTENER, REPLACEMENT, _, _, SCRIPT, MOUNTED = shown("bot.md", "python")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class BotsEmitter:
    """The shape of a bot's emitter: exact types, errors of listeners logged, sockets, webhooks."""

    def __init__(self) -> None:
        self.listeners: dict[str, list[Any]] = {}
        self.sockets: set[Any] = set()
        self.webhooks: list[str] = []

    def on(self, event_type: str, callback: Any) -> None:
        self.listeners.setdefault(event_type, []).append(callback)

    def off(self, event_type: str, callback: Any) -> None:
        self.listeners.get(event_type, []).remove(callback)

    def register_websocket(self, websocket: Any) -> None:
        self.sockets.add(websocket)

    def unregister_websocket(self, websocket: Any) -> None:
        self.sockets.discard(websocket)

    async def emit(self, event_type: str, payload: dict[str, Any], db: Any = None) -> None:
        event = {
            "type": event_type,
            "payload": payload,
            "timestamp": "2026-01-15 10:30:00.123456+00:00",
        }
        for callback in self.listeners.get(event_type, []):
            if asyncio.iscoroutinefunction(callback):
                await callback(event)
            else:
                callback(event)
        for websocket in self.sockets:
            await websocket.send_text(str(event))
        if db:
            self.webhooks.append(event_type)


class Socket:
    """What the bot's web API registers."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def send_text(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def bot(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BotsEmitter:
    """A bot's program: its emitter at the place where the recipes import it from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTS_URL", server.url)
    monkeypatch.setenv("EVENTS_TOKEN", ADMIN)
    emitter = BotsEmitter()
    for name in ("app", "app.services", "app.services.event_emitter"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["app.services.event_emitter"].event_emitter = emitter  # type: ignore[attr-defined]
    return emitter


async def test_a_listener_forwards_and_nothing_of_the_bot_changes(
    server: Server, bot: BotsEmitter
) -> None:
    """The recommended recipe: all six types arrive; the bot's socket and webhooks go on."""
    names: dict[str, Any] = {}
    await run(LISTENER, names)
    examples = {
        known["value"]: known["example"]
        for known in (await server.call("GET", "/event-types")).json
        if known["value"] in BOT_EVENT_TYPES
    }
    socket = Socket()
    bot.register_websocket(socket)
    for event_type in BOT_EVENT_TYPES:
        await bot.emit(event_type, examples[event_type], db=object())
    assert await logged(server, 6) == [(name, examples[name]) for name in BOT_EVENT_TYPES]
    assert (len(socket.texts), bot.webhooks) == (6, list(BOT_EVENT_TYPES))
    await names["publisher"].close()


async def test_the_publisher_stands_in_the_emitters_place(server: Server, bot: BotsEmitter) -> None:
    """The other recipe: it has every public method of the emitter, and they do the same."""
    names: dict[str, Any] = {}
    await run(REPLACEMENT, names)
    emitter = names["event_emitter"]
    methods = {name for name in vars(BotsEmitter) if not name.startswith("_")}
    assert methods == {"emit", "off", "on", "register_websocket", "unregister_websocket"}
    assert all(callable(getattr(emitter, name)) for name in methods)
    heard: list[Any] = []
    socket = Socket()
    emitter.on("user.created", heard.append)
    emitter.register_websocket(socket)
    await emitter.emit("user.created", {"user_id": 1}, db=object())
    emitter.off("user.created", heard.append)
    emitter.unregister_websocket(socket)
    await emitter.emit("user.created", {"user_id": 2}, db=object())
    assert [event["payload"] for event in heard] == [{"user_id": 1}]
    assert len(socket.texts) == 1
    assert len(await logged(server, 2)) == 2
    await emitter.close()


async def test_the_commands_of_the_page(process: Process, call: Any) -> None:
    """A token that may publish and nothing else; starting numbers by hand."""
    await process.start()
    _, token, numbers = shown("bot.md", "sh")
    code, value, _ = await command(*token.split()[1:], "--db", str(process.folder / "events.db"))
    assert code == 0
    environment = {"BEDOLAGA_EVENTS_TOKEN": value.strip()}
    sent = await command("send", "user.created", "--example", "--url", process.url, **environment)
    assert sent[0] == 0
    refused = await command("export", "--url", process.url, **environment)
    assert refused[0] == 1
    bash = await asyncio.create_subprocess_exec(
        *("bash", "-c", instead(numbers, **{SERVER: process.url})),
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await bash.wait() == 0
    assert (await call("GET", f"{process.url}/stats"))[1]["total_users"] == 1500


async def test_where_to_look(server: Server, bot: BotsEmitter, tmp_path: Path) -> None:
    """The table: `outbox FILE` tells what was refused, `--resend` sends it once more."""
    publisher = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    await publisher.emit("no.such.type", {"name": "Вася"})
    await until(publisher.refused)
    file = str(tmp_path / "outbox.db")
    _, said, _ = await command("outbox", file)
    assert "0 wait for the server, 1 were refused." in said
    assert "HTTP 422: events.0: Unknown event type" in said
    assert "Вася" in said
    _, said, _ = await command("outbox", file, "--resend")
    assert "1 refused events wait again" in said
    await publisher.emit("user.created", {"user_id": 1})  # the bot lives: both are sent
    await until(lambda: publisher.pending() == 0)
    assert len(await logged(server, 1)) == 1
    await publisher.close()
    (tmp_path / "no-outbox").write_text("a diary " * 1000)
    code, _, sentence = await command("outbox", str(tmp_path / "no-outbox"))
    assert (code, "is it a bot's outbox?" in sentence) == (1, True)


async def test_a_script(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asyncio."""
    monkeypatch.chdir(tmp_path)
    await asyncio.to_thread(exec, instead(SCRIPT, **{SERVER: server.url}), {"TOKEN": ADMIN})
    paid = {"transaction_id": 7, "user_id": 1, "amount_kopeks": 50000}
    assert await logged(server, 1) == [("payment.completed", paid)]


async def test_the_server_within_a_bot(tmp_path: Path) -> None:
    """A sub-application; publishing in process."""
    bot_app = web.Application()
    names: dict[str, Any] = {"bot_app": bot_app}
    code = instead(MOUNTED, **{"data/events.db": str(tmp_path / "events.db")})
    mounting, publish, rest = code.partition("\nawait ")
    await run(mounting, names)
    runner = web.AppRunner(bot_app, access_log=None)
    await runner.setup()  # the server starts with the bot
    await run(publish + rest, names)
    await runner.cleanup()
    assert (tmp_path / "events.db").exists()


@pytest.mark.skipif(not NGINX, reason="needs nginx")
async def test_one_base_url_for_the_bots_api_and_this_server(
    server: Server, tmp_path: Path
) -> None:
    """nginx splits the paths: events and webhooks here, everything else is the bot's."""

    async def bots_api(request: web.Request) -> web.Response:
        return web.Response(text=f"the bot's {request.path}")

    port = free_port()
    async with serving(bots_api) as bots_url:
        lines = instead(
            shown("bot.md", "nginx")[0],
            **{"http://127.0.0.1:8090": server.url, "http://127.0.0.1:8080": bots_url},
        )
        folders = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log stderr;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{folders}"
            f"server {{\nlisten 127.0.0.1:{port};\n{lines}}}\n}}\n"
        )
        words = ("-c", str(tmp_path / "nginx.conf"))
        async with program(str(NGINX), *words, cwd=tmp_path), aiohttp.ClientSession() as session:

            async def ask(path: str) -> tuple[int, str]:
                headers = {"Authorization": f"Bearer {ADMIN}"}
                async with session.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer:
                    return answer.status, await answer.text()

            async def up() -> Any:
                try:
                    return await ask("/users")
                except aiohttp.ClientConnectionError:
                    return None

            assert await until(up) == (200, "the bot's /users")
            for path in ("/events", "/event-types", "/webhooks", "/webhooks/stats", "/stats"):
                status, text = await ask(path)
                assert (status, text[:1] in "[{") == (200, True), path
            assert (await ask("/eventsfoo"))[1] == "the bot's /eventsfoo"
