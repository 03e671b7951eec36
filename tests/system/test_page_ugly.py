"""Webhooks and deliveries as the world makes them: hundreds, long names, longer addresses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium, show, sign_in
from tests.system.test_page_events import BROKEN

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
CLIMBS = "\u0301" * 50  # combining accents
NONE_SEES = "\u200b\u2060"  # ZERO WIDTH SPACE, WORD JOINER
# Whether the text of each lies within its element, to the last pixel.
WITHIN = """(them) => them.every((one) => {
  const text = document.createRange();
  text.selectNodeContents(one);
  return text.getBoundingClientRect().width <= one.getBoundingClientRect().width + 0.1;
})"""
MIDDLES = """(them) => them.map((one) => {
  const { top, bottom } = one.getBoundingClientRect();
  return (top + bottom) / 2;
})"""
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


async def test_a_name_that_nobody_sees_is_shown(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """It can be read and pressed; of a person with such a name the number is told."""
    await server.webhook(receiver.url, name=NONE_SEES)
    await server.webhook(receiver.url, name=f"C{CLIMBS}RM")
    await server.event(user_id=7, first_name="\u3164", last_name=" ", username=NONE_SEES)
    await sign_in(server, page, "webhooks")
    names = page.locator(".hook strong")
    await expect(names).to_have_text([f"C{CLIMBS[:4]}RM", r"\u200b\u2060"])
    await show(page, "events/1")
    receivers = page.locator(".receivers")
    await expect(receivers).to_contain_text(r"\u200b\u2060")
    await expect(receivers).to_contain_text(f"C{CLIMBS[:4]}RM")
    assert CLIMBS not in await receivers.inner_text()
    await show(page, "events")
    await expect(page.locator(".event .details")).to_have_text("Пользователь 7")


async def test_no_stranger_turns_what_the_page_says(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """A receiver's answer, a message about a webhook, a token's name."""

    async def turned(_: web.Request) -> web.Response:
        return web.Response(status=500, text="до\u202eпосле\x1b")

    receiver.answer = turned
    await server.webhook(receiver.url, name="CRM\u202e")
    await server.call("POST", "/tokens", {"name": "бот\u202e", "scopes": ["read"]})
    await server.event(user_id=1)
    await until(lambda: receiver.has(1))
    await sign_in(server, page, "webhooks/1/deliveries/1")
    answer = page.locator(".attempt pre").first
    await expect(answer).to_contain_text(r"до\u202eпосле\u001b")
    await page.keyboard.press("Escape")
    await show(page, "webhooks/1")
    await page.get_by_role("button", name="Выключить").click()
    await expect(page.locator(".toast")).to_contain_text(r"«CRM\u202e» выключен")
    await show(page, "tokens")
    await expect(page.locator("td bdi").last).to_have_text(r"бот\u202e")


@pytest.mark.parametrize("width", [360, 390, 1280])
async def test_no_number_is_too_large_for_its_card(server: Server, page: Page, width: int) -> None:
    """Billions in few signs, all of them on hover."""
    await page.set_viewport_size({"width": width, "height": 800})
    counts = dict.fromkeys(("total_users", "active_subscriptions", "open_tickets"), 10**12 - 1)
    await server.call("PUT", "/stats", {**counts, "today_revenue": 9_876_543_210.5})
    await sign_in(server, page)
    values = page.locator(".stat strong")
    await expect(values).to_have_count(4)
    assert await values.evaluate_all(WITHIN)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    whole = page.locator(".stat .value").first
    await expect(whole).to_have_attribute("title", re.compile(r"^999\s999\s999\s999$"))


@pytest.mark.parametrize("width", [360, 390])
async def test_a_sum_leaves_its_label_whole(server: Server, page: Page, width: int) -> None:
    """They stand in different lines of a row."""
    await page.set_viewport_size({"width": width, "height": 800})
    paid = {"transaction_id": 1, "user_id": 1, "amount_kopeks": 123_456_789_050}
    await server.event("payment.completed", **paid)
    await sign_in(server, page, "events")
    label = page.locator(".event .label")
    await expect(label).to_have_text("Завершение платежа")
    assert await label.evaluate_all(WITHIN)


async def test_many_and_long_types_fill_no_screen(starting: Any, page: Page) -> None:
    """Fifty of a webhook end with three lines; a type without a break wraps in its drawer."""
    long = f"{'a' * 40}.{'b' * 40}"
    kinds = [{"value": f"shop.event_{number}", "label": LABEL} for number in range(50)]
    server: Server = await starting(event_types=kinds, events__unknown_types="accept")
    await page.set_viewport_size({"width": 390, "height": 844})
    types = [one["value"] for one in kinds]
    fields = [{"field": "a.b", "op": "eq", "value": "й" * 200}] * 20
    await server.webhook(f"{server.url}/sink/in", types[0], event_types=types, filter=fields)
    await server.event(long)
    await sign_in(server, page, "webhooks/1")
    facts = page.locator(".facts dd")
    await expect(facts).to_have_count(5)
    assert max(await facts.evaluate_all(HEIGHTS)) <= 72
    await show(page, "events/1")
    drawer = page.locator("dialog .inside")
    await expect(drawer).to_contain_text(f"Событие {long}")
    assert await drawer.evaluate("one => one.scrollWidth <= one.clientWidth")


async def test_rows_of_deliveries_stand_in_columns(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """On a wide screen, whatever the events are called; labels are whole beside a long name."""
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await server.webhook(receiver.url, name="x" * 255)
    await server.event(user_id=1)
    await server.event("ticket.message_added", ticket_id=1, message_id=1)
    await sign_in(server, page, "deliveries?status=all")
    stories = page.locator(".delivery .came")
    await expect(stories).to_have_count(2)
    lefts = "them => new Set(them.map((one) => one.getBoundingClientRect().left)).size"
    assert await stories.evaluate_all(lefts) == 1
    assert await page.locator(".what > span").evaluate_all(WITHIN)


@pytest.mark.parametrize("width", [768, 1280])
async def test_what_begins_a_token_is_one_word(server: Server, page: Page, width: int) -> None:
    """Beside a name of 255 characters; each of its rights too, and the button is in the middle."""
    await page.set_viewport_size({"width": width, "height": 800})
    await server.call("POST", "/tokens", {"name": "t" * 255, "scopes": ["read", "publish"]})
    await sign_in(server, page, "tokens")
    begins = page.locator("td code")
    await expect(begins).to_have_count(2)
    assert max(await begins.evaluate_all(HEIGHTS)) <= 20
    assert set(await page.evaluate(BROKEN, "publish")) == {1}
    cell, button = page.locator("td.buttons").last, page.locator("td.buttons button").last
    [row], [it] = [await one.evaluate_all(MIDDLES) for one in (cell, button)]
    assert abs(row - it) <= 2
