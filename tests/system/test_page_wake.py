"""Nothing waits for ever: what hangs, a phone that wakes up, a tab that is suspended."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, expect

from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, needs_chromium
from tests.system.gate import Gate, gate_before

pytestmark = needs_chromium

CONNECTED = ".connection.connected"
A_TIMEOUT = 15_000  # ms: ten seconds for an opening, and the wait before the next


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser of one person."""
    async with browsing(expected=("Failed to load resource",)) as one:
        yield one


# A tab in which nothing runs, neither timers nor messages, as in one that a phone suspended
# (the DevTools' "frozen" state lets messages through). It goes on when the call is answered.
SUSPEND = """() => {
  const call = new XMLHttpRequest();
  call.open('GET', '/suspended', false);
  call.send();
}"""


@pytest.mark.parametrize("path", ["/ws/ticket", "/ws"])
async def test_an_opening_that_hangs_has_a_time_limit(
    gate: Gate, context: BrowserContext, path: str
) -> None:
    """The ticket, or the handshake, never answers once: the page begins anew by itself (P5)."""
    page = await context.new_page()
    gate.answer(path, gate.hang, times=1)
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await until(lambda: gate.asked(path))
    await expect(page.locator(CONNECTED)).to_be_visible(timeout=A_TIMEOUT)
    assert gate.asked(path) == (2 if path == "/ws/ticket" else gate.asked("/ws/ticket"))


@pytest.mark.parametrize(
    "wake",
    [
        "dispatchEvent(new Event('online'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
        "dispatchEvent(new Event('focus'))",
    ],
    ids=["online", "visibilitychange", "pageshow", "focus"],
)
async def test_a_wake_up_begins_anew(gate: Gate, context: BrowserContext, wake: str) -> None:
    """What hangs is given up long before its time limit (P5)."""
    page = await context.new_page()
    gate.answer("/ws/ticket", gate.hang, times=1)
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await until(lambda: gate.asked("/ws/ticket"))
    begun = await page.evaluate("performance.now()")  # one that has just begun is left alone
    await until(lambda: page.evaluate(f"performance.now() > {begun + 1_100}"))
    await page.evaluate(wake)
    await expect(page.locator(CONNECTED)).to_be_visible(timeout=3_000)


async def test_a_wake_up_finds_a_dead_socket(gate: Gate, context: BrowserContext) -> None:
    """The line went dead without a word: the ping is not answered, and five seconds are enough."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    gate.freeze_sockets()
    await page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(page.locator(".connection.connecting")).to_be_visible(timeout=7_000)
    await expect(page.locator(CONNECTED)).to_be_visible()
    assert gate.asked("/ws") == 2


async def test_a_list_that_hangs_is_asked_for_again(gate: Gate, context: BrowserContext) -> None:
    """After half a minute, here of the page's clock, what never came is loaded."""
    page = await context.new_page()
    await page.clock.install()
    gate.answer("/webhooks", gate.hang, times=1)
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await until(lambda: gate.asked("/webhooks"))
    await page.clock.fast_forward(31_000)
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()
    assert gate.asked("/webhooks") == 2


async def test_a_suspended_leader_is_replaced(server: Server, context: BrowserContext) -> None:
    """The others hear events again; the one that wakes up misses none and repeats none (P6)."""
    goes_on = asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        await goes_on.wait()
        return web.Response()

    async with gate_before(server.url) as gate:
        gate.answer("/suspended", wait)
        leader, first, second = [await context.new_page() for _ in range(3)]
        for page in (leader, first, second):
            await page.goto(f"{gate.url}/#token={ADMIN}")
            await expect(page.locator(CONNECTED)).to_be_visible()
        await server.event(user_id=1)
        for page in (leader, first, second):
            await expect(page.locator(".stream li")).to_have_count(1)
        assert len(list(server.parts.hub.sockets())) == 1

        suspended = asyncio.create_task(leader.evaluate(SUSPEND))
        await until(lambda: gate.asked("/suspended"))
        await server.event(user_id=2)
        for page in (first, second):
            await expect(page.locator(".stream li")).to_have_count(2, timeout=15_000)
        await server.event(user_id=3)
        goes_on.set()
        await suspended
        await server.event(user_id=4)
        for page in (leader, first, second):
            rows = page.locator(".stream li .raw")
            await expect(rows).to_contain_text(["#4", "#3", "#2", "#1"])
        await until(lambda: len(list(server.parts.hub.sockets())) == 1)


async def test_without_locks_each_tab_has_its_own_socket(starting: Any) -> None:
    """http://NAME is no secure context: no Web Locks there, and nothing is shared."""
    server: Server = await starting()
    async with browsing(names={"shop.test": "127.0.0.1"}) as context:
        url = server.url.replace("127.0.0.1", "shop.test")
        pages = [await context.new_page() for _ in range(2)]
        for page in pages:
            await page.goto(f"{url}/#token={ADMIN}")
            await expect(page.locator(CONNECTED)).to_be_visible()
            assert await page.evaluate("isSecureContext || 'locks' in navigator") is False
        assert len(list(server.parts.hub.sockets())) == 2
        await server.event(user_id=1)
        for page in pages:
            await expect(page.locator(".stream li")).to_have_count(1)
