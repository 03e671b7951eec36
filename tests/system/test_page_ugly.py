"""Webhooks and deliveries as the world makes them: hundreds, long names, longer addresses."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium

NAME = "Н" * 255
BEYOND = 2**60 + 1  # what no double holds
FAR = f"https://crm.example-company.com/{'hooks/' * 300}"
LABEL = "Событие с названием, которое кто-то написал длиннее, чем помещается в одну строку"
PLACES = ["webhooks", "webhooks/1", "webhooks/1/deliveries", "webhooks/1/settings", "deliveries"]
# px left beside the words of a select and its arrow (20 px in Chromium)
SPARE = """(one) => {
  const { font, paddingLeft, paddingRight } = getComputedStyle(one);
  const text = Object.assign(document.createElement('canvas').getContext('2d'), { font });
  const { width } = text.measureText(one.selectedOptions[0].text);
  return one.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - 20 - width;
}"""
HEIGHTS = "them => them.map((one) => Math.round(one.getBoundingClientRect().height))"


@pytest.fixture
async def ugly(starting: Any, receiver: Receiver) -> Server:
    """A webhook with everything too long, whose deliveries fail, and 299 that get nothing."""
    kind = {"value": "shop.event", "label": LABEL}
    server: Server = await starting(now=None, event_types=[kind])
    await server.webhook(FAR, "shop.event", name=NAME, is_active=False)
    for number in range(298):
        await server.webhook(receiver.url, "ticket.created", name=f"Партнёр {number}")
    receiver.status = 503
    await server.webhook(receiver.url, "shop.event", name=f"{NAME[1:]}!")
    for number in range(3):
        await server.event("shop.event", number=number)

    async def all_tried() -> bool:
        return bool((await server.call("GET", "/webhooks/300")).json["undelivered"] == 3)

    await until(all_tried)
    return server


@pytest.mark.parametrize("width", [360, 390, 1280])
async def test_long_things_keep_their_place(ugly: Server, page: Page, width: int) -> None:
    """Nothing is wider than the window; a row is a row, with the whole on hover (P22, P24)."""
    await page.set_viewport_size({"width": width, "height": 800})
    await sign_in(ugly, page)
    for place in PLACES:
        await show(page, place)
        await page.wait_for_timeout(100)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, place
    await expect(page.locator(".delivery")).to_have_count(3)
    heights = await page.locator(".delivery").evaluate_all(HEIGHTS)
    assert max(heights) <= 64  # two lines at most
    await expect(page.locator(".delivery").first.locator("span[title]")).to_have_attribute(
        "title", LABEL
    )
    await show(page, "webhooks")
    await expect(page.locator(".hook")).to_have_count(50)
    assert max(await page.locator(".hook").evaluate_all(HEIGHTS)) <= 112
    first = page.locator(".hook").first
    await expect(first.locator("strong")).to_have_attribute("title", f"{NAME[1:]}!")
    await show(page, "webhooks/1")
    title = await page.locator("h2").bounding_box()
    assert title is not None
    assert title["height"] <= 96


async def test_three_hundred_are_found(ugly: Server, page: Page) -> None:
    """The one in trouble first, the rest by a search, in steps."""
    await sign_in(ugly, page, "webhooks")
    names = page.locator(".hook strong")
    await expect(names.first).to_have_text(f"{NAME[1:]}!")
    await page.get_by_role("button", name="Показать ещё").click()
    await expect(names).to_have_count(100)
    await page.get_by_label("Поиск").fill("партнёр 29")
    await expect(names).to_have_count(9)


async def test_what_turns_the_reading_direction_is_shown(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """In a webhook's name, wherever it stands (P25)."""
    await server.webhook(receiver.url, name="CRM \u202e txet")
    await server.event(user_id=1)
    await sign_in(server, page, "webhooks")
    await expect(page.locator(".hook strong")).to_have_text("CRM \\u202e txet")
    await show(page, "deliveries?status=success")
    await expect(page.locator(".delivery strong")).to_have_text("CRM \\u202e txet")
    await show(page, "webhooks/1")
    await expect(page.locator("h2")).to_contain_text("CRM \\u202e txet")


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("locale", ["ru-RU", "en-US"])
async def test_what_narrows_the_webhooks_is_read_whole(
    server: Server, width: int, locale: str
) -> None:
    """Each choice of state and of order, whichever is taken: none is cut by its own arrow."""
    await server.webhook("https://receiver.example.com", is_active=False)
    phone: Any = {"viewport": {"width": width, "height": 780}, "is_mobile": True}
    async with browsing(locale=locale, **phone) as context:
        page = await context.new_page()
        await sign_in(server, page, "webhooks")
        narrowing = page.locator(".narrowing select")
        await expect(narrowing).to_have_count(2)
        for one in range(2):
            select = narrowing.nth(one)
            for value in await select.evaluate("(one) => [...one.options].map((o) => o.value)"):
                await select.select_option(value)
                assert await select.evaluate(SPARE) >= 0, value
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_an_integer_beyond_a_double_stays_what_it_is(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Shown, exported, compared with and saved again: to the last digit (RFC 8259, section 6)."""
    beyond = [{"field": "order", "op": "in", "value": [1, BEYOND]}]
    await server.webhook(receiver.url, filter=beyond)
    await server.event(user_id=BEYOND, order=BEYOND, far=1e300, near=0.5)
    await until(lambda: receiver.has(1))
    await sign_in(server, page, "webhooks/1/settings")
    form = page.locator("form.fields")
    await expect(form.locator("[name='filter.value']")).to_have_value(f"1, {BEYOND}")
    await expect(form.locator(".preview pre")).to_contain_text(str(BEYOND))
    await form.get_by_role("button", name="Сохранить").click()
    await expect(form.get_by_role("status").filter(has_text="Сохранено.")).to_be_visible()
    assert (await server.call("GET", "/webhooks/1")).json["filter"] == beyond
    for place in ("events/1", "webhooks/1/deliveries/1"):
        await show(page, place)
        told = page.get_by_label("Данные события")
        await expect(told).to_contain_text(str(BEYOND))
        payload = json.loads(await told.text_content() or "")
        assert payload == {"user_id": BEYOND, "order": BEYOND, "far": 1e300, "near": 0.5}
        await page.keyboard.press("Escape")
    await show(page, "events")
    await expect(page.locator(".event")).to_contain_text(f"Пользователь {BEYOND}")
    for kind in ("CSV", "JSON"):
        async with page.expect_download() as saved:
            await page.get_by_role("button", name=kind, exact=True).click()
        file = Path(await (await saved.value).path())
        assert str(BEYOND) in file.read_text(encoding="utf-8-sig")
