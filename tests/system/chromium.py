"""Debian's Chromium, driven by Playwright, and what every test of the page does first."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.conftest import ADMIN, Server

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# The browser logs these by itself; the page shows or mends what is behind them.
EXPECTED = (
    "status of 4",
    "status of 503",
    "WebSocket connection",
    "ERR_CONNECTION_REFUSED",
    "ERR_INTERNET",
)

expect.set_options(timeout=30_000)  # ms: only what fails waits so long, and CI's machine is busy

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


@asynccontextmanager
async def browsing(
    expected: tuple[str, ...] = (), names: Mapping[str, str] | None = None, **options: Any
) -> AsyncIterator[BrowserContext]:
    """A browser, in Russian unless told; what a page throws or logs as an error fails the test.

    So does what the Content Security Policy refuses: the browser logs it as an error. `expected`
    are words of errors that the test is about; `names` are hosts with their addresses: a page at
    http://NAME has no secure context, on loopback either. There is no service worker but with
    `service_workers="allow"`: what one fetches no test could answer in the server's place.
    """
    problems: list[str] = []
    async with async_playwright() as playwright:
        rules = ", ".join(f"MAP {name} {address}" for name, address in (names or {}).items())
        arguments = [*ARGUMENTS, f"--host-resolver-rules={rules}"] if rules else ARGUMENTS
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = await browser.new_context(
            **{"locale": "ru-RU", "service_workers": "block", **options}
        )
        context.on("weberror", lambda one: problems.append(one.error.stack or str(one.error)))
        context.on(
            "console", lambda one: problems.append(one.text) if one.type == "error" else None
        )
        yield context
        await browser.close()
    told = [one for one in problems if not any(what in one for what in (*EXPECTED, *expected))]
    assert not told, told


async def sign_in(server: Server, page: Page, place: str = "") -> None:
    """Open the page with a token, and wait until the live feed is there."""
    await page.goto(f"{server.url}/#token={ADMIN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    await show(page, place)


async def show(page: Page, place: str) -> None:
    """Go to a view by its address."""
    await page.evaluate(f"location.hash = '#/{place}'")
    await expect(page.locator(".skeleton")).to_have_count(0)


async def choose(page: Page, command: str) -> None:
    """A command of the page's menu."""
    await page.locator("[popovertarget=menu]:visible").click()
    await page.locator("#menu").get_by_role("button", name=command).click()
