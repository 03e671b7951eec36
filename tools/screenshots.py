"""`make screenshots`: every view, in both themes and languages, on five widths.

They go to screenshots/DATA/VIEW-LANGUAGE-THEME-WIDTH.png, which git ignores; those of `BEST` into
docs/screenshots too, made small where pngquant is. `O="--data ugly --width 390"` takes some only.
"""

import asyncio
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tools.ugly import fill

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "screenshots"
DOCS = ROOT / "docs" / "screenshots"
VIEWS = {
    "dashboard": "",
    "events": "events",
    "event": "events/3",
    "webhooks": "webhooks",
    "webhook": "webhooks/1",
    "webhook-deliveries": "webhooks/1/deliveries",
    "delivery": None,  # the first of the list before it
    "edit": "webhooks/1/settings",
    "verify": "webhooks/1/verify",
    "form": "webhooks/new",
    "deliveries": "deliveries",
    "notifications": "notifications",
    "tokens": "tokens",
    "settings": "settings",
    "sandbox": "sandbox",
    "doctor": "doctor",
}
HEIGHTS = {360: 780, 390: 844, 768: 1024, 1280: 800, 1920: 1080}
LOCALES = {"ru": "ru-RU", "en": "en-GB"}
THEMES = ("light", "dark")
DATA = ("demo", "empty", "ugly")
BEST = {  # of the demo, by the name that the documents show it under
    "dashboard": "dashboard-ru-light-1280",
    "dashboard-en": "dashboard-en-dark-1280",
    "dashboard-phone": "dashboard-ru-dark-390",
    "events": "events-ru-light-1280",
    "event-phone": "event-ru-light-390",
    "webhooks": "webhooks-ru-light-1280",
    "delivery": "delivery-en-dark-1280",
    "deliveries-phone": "deliveries-ru-light-390",
}
Words = tuple[str, ...]
CONNECTED = ".connection.connected"
TOKEN = "token-of-the-pictures-0123456789"  # noqa: S105 - of a server that lives as long as they
PORT = "18080"
FIRST = """document.querySelector('main a[href*="/deliveries/"]')?.hash ?? location.hash"""
QUIET = """localStorage.setItem('bedolaga.notifications', '{"toasts": false}')"""
LET_IT_RUN = 6.0  # seconds of believable events before the first picture
SETTLED = 700  # ms for charts to draw and rows to slide in


@asynccontextmanager
async def serving(data: str) -> AsyncIterator[str]:
    """A server with such data; gives the link that it printed, or its address."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["demo"] if data == "demo" else ["serve", "--db", f"{folder}/events.db"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-m", "bedolaga_events", *words, "--port", PORT),
            env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(30):
                found = re.search(r"http\S+", (await process.stdout.readline()).decode())
            assert found, "the server printed no address"
            yield found[0]
        finally:
            process.terminate()
            await process.wait()


async def signed_in(browser: Browser, link: str, data: str) -> str:
    """A link that works as often as it is opened."""
    if data != "demo":
        return f"{link}#token={TOKEN}"
    page = await browser.new_page()
    await page.goto(link)
    await page.locator(CONNECTED).wait_for()
    token = await page.evaluate("localStorage.getItem('bedolaga.token')")
    await asyncio.sleep(LET_IT_RUN)
    await page.close()
    return f"{link.partition('#')[0]}#token={token}"


async def walk(page: Page, folder: Path, kind: str) -> None:
    """A picture of each view."""
    for name, place in VIEWS.items():
        address = FIRST if place is None else json.dumps(f"#/{place}")
        await page.evaluate(f"location.hash = {address}")
        await page.wait_for_timeout(SETTLED)
        await page.screenshot(path=folder / f"{name}-{kind}.png")


async def take(context: BrowserContext, link: str, data: str, widths: tuple[int, ...]) -> None:
    """All pictures of one language."""
    page = await context.new_page()
    await page.add_init_script(QUIET)
    await page.goto(link)
    await page.locator(CONNECTED).wait_for()
    language = await page.evaluate("document.documentElement.lang")
    folder = FOLDER / data
    folder.mkdir(parents=True, exist_ok=True)
    for theme, width in itertools.product(THEMES, widths):
        await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        await walk(page, folder, f"{language}-{theme}-{width}")
    await page.close()


async def pictures(data: Words, widths: tuple[int, ...], languages: Words) -> None:
    """Take them."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("apt-get install chromium")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        for one in data:
            async with serving(one) as address:
                if one == "ugly":
                    await fill(address, TOKEN)
                link = await signed_in(browser, address, one)
                for language in languages:
                    options = {"locale": LOCALES[language], "service_workers": "block"}
                    context = await browser.new_context(**options)  # type: ignore[arg-type]  # a dict
                    await take(context, link, one, widths)
                    await context.close()
        await browser.close()


def publish() -> None:
    """The best into docs/screenshots."""
    for name, picture in BEST.items():
        taken, shown = FOLDER / "demo" / f"{picture}.png", DOCS / f"{name}.png"
        if not taken.exists():
            continue
        shutil.copy(taken, shown)
        if small := shutil.which("pngquant"):
            command = [small, "--force", "--skip-if-larger", "--output", str(shown), str(shown)]
            subprocess.run(command, check=False)  # noqa: S603 - 98 says it would be larger


@click.command()
@click.option("--data", multiple=True, type=click.Choice(DATA), default=DATA)
@click.option("--width", multiple=True, type=int, default=tuple(HEIGHTS))
@click.option(
    "--language", multiple=True, type=click.Choice(tuple(LOCALES)), default=tuple(LOCALES)
)
def main(data: Words, width: tuple[int, ...], language: Words) -> None:
    """Pictures of the page, for looking at."""
    asyncio.run(pictures(data, width, language))
    publish()


if __name__ == "__main__":
    main()
