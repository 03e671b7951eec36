"""docs/bot.md beside the bot's own pinned packages: the client's installation, aiogram, FastAPI."""

import asyncio
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import Server, until
from tests.system.conftest import ROOT
from tests.system.documents import SERVER, instead, logged, program, serving, shown
from tests.system.test_tour import free_port

_, _, AIOGRAM, FASTAPI, _, _ = shown("bot.md", "python")
PINNED = ("aiohttp==3.12.15", "pydantic==2.11.9")  # the bot's own requirements
START = 60.0  # seconds: the libraries are imported for the first time


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment as the bot has it, with the client by the document's own command: its Python.

    B7: beside the bot's pinned aiohttp and pydantic, the package could not be installed.
    """
    folder = tmp_path_factory.mktemp("bot")
    python = str(folder / "bin/python")
    [install] = re.findall(r"# or: (pip install \./client)", shown("bot.md", "sh")[0])
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    for words in (
        (sys.executable, "-m", "venv", str(folder)),
        (*pip, *PINNED, "aiogram>=3.22,<4", "fastapi>=0.115,<1", "uvicorn>=0.30,<1"),
        (*pip, *install.split()[2:]),
    ):
        subprocess.run(words, cwd=ROOT, check=True, timeout=300)
    freeze = subprocess.run(
        (python, "-m", "pip", "freeze"), capture_output=True, text=True, check=True
    ).stdout
    assert all(pin in freeze for pin in PINNED)
    return python


def repository() -> str:
    """The repository's address, as the one place that names it has it."""
    project = tomllib.loads((ROOT / "client/pyproject.toml").read_text())
    return str(project["project"]["urls"]["Repository"])


def test_every_document_names_the_same_repository() -> None:
    """Who knows its address replaces one placeholder."""
    for document in ("docs/bot.md", "client/README.md", "client/README.ru.md"):
        found = re.findall(r"git\+(https://\S+?)#", (ROOT / document).read_text())
        assert found == [repository()], document


@pytest.mark.parametrize("way", ["path", "git", "wheel"])
def test_it_is_installed_from_a_path_a_git_url_and_a_wheel(way: str, tmp_path: Path) -> None:
    """Nothing else comes with it, whichever way."""
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    source = str(ROOT / "client")
    if way == "git":
        [line] = re.findall(r'"(git\+\S+)"', shown("bot.md", "sh")[0])
        source = line.replace(repository(), f"file://{ROOT}")
    if way == "wheel":
        folder = str(tmp_path / "wheel")
        subprocess.run((*pip, "wheel", "--no-deps", "-w", folder, source), check=True, timeout=100)
        [built] = Path(folder).glob("bedolaga_events_client-*.whl")
        source = str(built)
    target = tmp_path / "target"
    subprocess.run((*pip, "install", "--target", str(target), source), check=True, timeout=100)
    assert sorted(one.name.partition("-")[0] for one in target.iterdir()) == [
        "bedolaga_events_client",
        "bedolaga_events_client",
    ]
    assert (target / "bedolaga_events_client/py.typed").exists()


@pytest.mark.timeout(400)  # the environment is made in the first of them
async def test_the_bot_of_aiogram(server: Server, environment: str, tmp_path: Path) -> None:
    """The real library, beside the bot's pinned packages, against a Telegram on loopback."""
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

    async with serving(telegram) as url:
        code = instead(
            AIOGRAM,
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
        (tmp_path / "bot.py").write_text(code)
        async with program(environment, "bot.py", cwd=tmp_path, BOT_TOKEN="42:example"):
            assert await logged(server, 1, START) == [
                ("user.created", {"user_id": 456789, "telegram_id": 456789, "username": "vasya"})
            ]
            await until(lambda: said == ["Привет!"])


@pytest.mark.timeout(400)
async def test_the_application_of_fastapi(server: Server, environment: str, tmp_path: Path) -> None:
    """Two worker processes on one outbox."""
    (tmp_path / "shop.py").write_text(instead(FASTAPI, **{SERVER: server.url}))
    port = str(free_port())
    words = ("-m", "uvicorn", "shop:app", "--port", port, "--workers", "2")
    async with program(environment, *words, cwd=tmp_path), aiohttp.ClientSession() as session:

        async def registers() -> bool:
            try:
                async with session.post(f"http://127.0.0.1:{port}/users", json={"id": 7}) as answer:
                    return answer.status == 200
            except aiohttp.ClientConnectionError:
                return False

        await until(registers, START)
        assert (await logged(server, 1))[0] == ("user.created", {"user_id": 7})
