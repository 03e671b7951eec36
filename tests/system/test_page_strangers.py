"""What strangers write stays in its place: unseen names, answers that turn the text, billions."""

import re
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import needs_chromium, show, sign_in
from tests.system.test_page_events import BROKEN
from tests.system.test_page_ugly import HEIGHTS, LABEL

pytestmark = needs_chromium

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


async def test_a_name_from_right_to_left_is_cut_at_its_end(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """How it begins tells whose it is; it stands at the left, as the others do."""
    await page.set_viewport_size({"width": 360, "height": 780})
    await server.webhook(receiver.url, name="متجر الشبكة الخاصة " * 5)
    await server.event(user_id=1)
    for place, kind in (("webhooks", ".hook"), ("deliveries?status=all", ".delivery")):
        await sign_in(server, page, place)
        name = page.locator(f"{kind} strong")
        await expect(name).to_have_css("direction", "rtl")
        await expect(name).to_have_css("unicode-bidi", "isolate")
