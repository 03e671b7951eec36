"""From nothing to a signed event and a message in a chat, by the Russian pages alone (issue 23)."""

import asyncio
import os
import re
import sys
from pathlib import Path

from playwright.async_api import expect

from tests.api import chats
from tests.system.chromium import browsing, needs_chromium
from tests.system.conftest import ROOT, Process
from tests.system.documents import instead, shown
from tests.system.test_tour import free_port, tour

PROGRAMS = Path(sys.executable).parent  # .venv/bin


@needs_chromium
async def test_the_russian_pages_lead_to_an_event_in_the_chat(process: Process) -> None:
    """README.ru.md's commands, then those of docs/ru/channels.md, with the test's addresses."""
    await process.start(BEDOLAGA_EVENTS_TOKEN="")
    found = re.search(r"http://\S+/#login=\S+", "".join(process.lines))
    assert found  # «печатает ссылку для входа в админку»
    async with chats.running() as telegram, browsing() as context:
        page = await context.new_page()
        await page.goto(found.group(0))
        await expect(page.get_by_text("Подключено")).to_be_visible()
        said = await pasted(process, first_steps(process.url) + channel(process.url, telegram.url))
        assert "payment.completed: signature ok" in said
        await expect(page.get_by_text("Вася").first).to_be_visible()
        async with asyncio.timeout(20):
            while not telegram.messages:
                await asyncio.sleep(0.01)
    [message] = telegram.messages
    assert "500" in message["shown"]  # rubles, in words
    assert message["message_thread_id"] == 7


def first_steps(url: str) -> str:
    """The README's tokens, first event, receiver and signed webhook."""
    until_the_receiver_stops = tour("README.ru.md").partition("kill ")[0]
    return instead(
        until_the_receiver_stops,
        **{
            "http://127.0.0.1:8080": url,
            "9000": str(free_port()),
            ".venv/bin": str(PROGRAMS),
            '"$SECRET" &\n': '"$SECRET" &\nRECEIVER=$!\nsleep 0.5\n',
        },
    )


def channel(url: str, telegram: str) -> str:
    """The chat's webhook, with the stand-in's token and address, and an event."""
    return instead(
        "".join(shown("ru/channels.md", "sh")),
        **{
            "http://127.0.0.1:8080": url,
            "123456:AAF…": chats.TOKEN,
            '"format": "telegram",': f'"format": "telegram", "url": "{telegram}",',
        },
    )


async def pasted(process: Process, lines: str) -> str:
    """What a shell prints into which these lines are pasted, in the folder of the project."""
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-m"),
        cwd=ROOT,
        env={
            **os.environ,
            "BEDOLAGA_EVENTS_DATABASE__PATH": str(process.folder / "events.db"),
            "BEDOLAGA_EVENTS_URL": process.url,
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        out, _ = await shell.communicate((lines + "sleep 1\nkill $RECEIVER\n").encode())
    return out.decode()
