"""The first seconds: the frame before any script, slow networks, what comes over the wire."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.conftest import ADMIN, Server
from tests.system.chromium import browsing, needs_chromium, sign_in

pytestmark = needs_chromium

SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
BOX = """(selector) => {
  const { x, y, width } = document.querySelector(selector).getBoundingClientRect();
  return [x, y, width];
}"""
ROW = "main .stream li"


async def test_the_frame_is_there_before_any_script(server: Server) -> None:
    """In the reader's language and theme, for who is signed in; strangers see none of it."""
    for locale, word, other in (("ru-RU", "Доставки", "Deliveries"), ("en", "Deliveries", "Дост")):
        async with browsing(expected=("Failed to load",), locale=locale) as context:
            page = await context.new_page()
            await page.route("**/js/app.js", lambda route: route.abort())
            await page.goto(server.url)
            await expect(page.locator("nav")).to_be_hidden()
            await page.evaluate(f"localStorage.setItem('bedolaga.token', '{ADMIN}')")
            await page.evaluate("localStorage.setItem('bedolaga.theme', 'dark')")
            await page.reload()
            await expect(page.locator("nav").get_by_role("link", name=word)).to_be_visible()
            await expect(page.locator("nav").get_by_text(other)).to_be_hidden()
            await expect(page.locator(".skeleton").first).to_be_visible()
            theme = "getComputedStyle(document.documentElement).colorScheme"
            assert await page.evaluate(theme) == "dark"


async def test_the_frame_stays_where_it_was(server: Server) -> None:
    """What the scripts put in its place has the same shape: nothing jumps."""
    async with browsing(expected=("Failed to load",)) as context:
        page = await context.new_page()
        await sign_in(server, page)
        boxes: list[Any] = []
        for held in (True, False):
            if held:
                await page.route("**/js/app.js", lambda route: route.abort())
            await page.reload()
            link = page.locator("nav").get_by_role("link", name="Доставки")
            await expect(link).to_be_visible()
            await expect(page.locator(".stats .stat")).to_have_count(4)
            boxes.append(
                [await page.evaluate(BOX, one) for one in ("nav a:nth-of-type(5)", "main")]
            )
            await page.unroute_all()
    assert boxes[0] == boxes[1]


async def test_a_slow_network(server: Server, page: Page) -> None:
    """50 KB/s and 400 ms: readable in three seconds, with data in eight (P29)."""
    events = [
        {
            "type": "ticket.created",
            "payload": {"ticket_id": n, "user_id": n, "text": "слово " * 2000},
        }
        for n in range(50)
    ]
    for first in range(0, 50, 10):
        await server.call("POST", "/events/batch", {"events": events[first : first + 10]})
    await sign_in(server, page)
    client = await page.context.new_cdp_session(page)
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await client.send("Network.emulateNetworkConditions", SLOW)
    await page.reload(wait_until="commit")
    await expect(page.locator(ROW).first).to_be_visible(timeout=30_000)
    data, painted = await page.evaluate(f"[performance.now(), {PAINTED}]")
    assert (painted < 3_000, data < 8_000) == (True, True), (painted, data)


TWENTY = {"events": [{"type": "user.created", "payload": {"user_id": 1}}] * 20}


async def test_charts_wait_for_who_scrolls_to_them(server: Server, page: Page) -> None:
    """On a phone they are below the stream: a fifth of a first view's bytes, seldom looked at."""
    await page.set_viewport_size({"width": 390, "height": 700})
    await server.call("POST", "/events/batch", TWENTY)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    await sign_in(server, page)
    await expect(page.locator(ROW)).to_have_count(12)
    assert [one for one in asked if "uplot" in one or "/deliveries/series" in one] == []
    await page.locator(".charts").scroll_into_view_if_needed()
    await expect(page.locator(".charts canvas")).to_have_count(1)


@pytest.mark.parametrize(("width", "most"), [(390, 104_000), (1280, 134_000)])
async def test_the_first_view_over_the_wire(server: Server, width: int, most: int) -> None:
    """Everything that HTTP adds, and the charts where they are seen at once; then only questions
    whether anything changed."""
    await server.call("POST", "/events/batch", TWENTY)
    rows = 12 if width < 960 else 20
    sizes: list[float] = []
    async with browsing(viewport={"width": width, "height": 700}) as context:  # with nothing kept
        page = await context.new_page()
        client = await context.new_cdp_session(page)
        await client.send("Network.enable")
        client.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
        await sign_in(server, page)
        await expect(page.locator(ROW)).to_have_count(rows)
        await expect(page.locator(".charts canvas")).to_have_count(int(rows == 20))  # the last
        first = sum(sizes)
        assert first < most, (first, len(sizes))
        await page.reload()
        await expect(page.locator(ROW)).to_have_count(rows)
        sizes.clear()
        await page.reload()
        await expect(page.locator(ROW)).to_have_count(rows)
        assert sum(sizes) < first / 3
