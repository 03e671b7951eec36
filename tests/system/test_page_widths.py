"""What the demo's pictures showed at five widths: each width is used, nothing is a few pixels."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import needs_chromium, sign_in

pytestmark = needs_chromium
MONTH = re.compile(r"[A-Z][a-z]{2} \d{1,2}, 20\d\d, \d\d:\d\d")

TALL_AS_A_FINGER = """all => Math.min(...all.map((one) => one.getBoundingClientRect().height))"""


async def test_every_step_is_touched_and_its_title_is_one_line(server: Server, page: Page) -> None:
    """On a phone, with each of the first steps open in turn."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(server, page)
    steps = page.get_by_role("region", name="Первые шаги")
    title = await steps.locator("header strong").bounding_box()
    assert title is not None
    assert title["height"] < 30
    for number in range(5):
        step = steps.locator("li > button").nth(number)
        if await step.get_attribute("aria-expanded") != "true":
            await step.click()
        await expect(steps.get_by_role("link", name="Подробнее")).to_be_visible()
        assert await steps.locator("a, button").evaluate_all(TALL_AS_A_FINGER) >= 44


async def test_a_tablet_shows_tokens_as_a_table(server: Server, page: Page) -> None:
    """Under their headings, a token a line; a phone names each field beside it."""
    await page.set_viewport_size({"width": 768, "height": 1024})
    await sign_in(server, page, "tokens")
    await expect(page.get_by_role("columnheader", name="Название")).to_be_visible()
    row = await page.locator("tbody tr").first.bounding_box()
    assert row is not None
    assert row["height"] < 70
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.get_by_role("columnheader", name="Название")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
async def test_each_number_has_room_for_its_week(server: Server, page: Page, width: int) -> None:
    """The line of a card is a picture, not a dash."""
    await page.set_viewport_size({"width": width, "height": 900})
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=4_823_700)
    await sign_in(server, page)
    await expect(page.locator(".week")).to_have_count(4)
    narrowest = "all => Math.min(...all.map((one) => one.getBoundingClientRect().width))"
    assert await page.locator(".week").evaluate_all(narrowest) >= 40


async def test_what_just_happened_is_seen_without_scrolling(server: Server, page: Page) -> None:
    """On a laptop, below the health line, the numbers and the charts."""
    await page.set_viewport_size({"width": 1280, "height": 800})
    await server.webhook(f"{server.url}/sink/in")
    await server.event(user_id=1)
    await sign_in(server, page)
    await expect(page.locator(".charts canvas")).to_have_count(2)
    await expect(page.locator(".event").first).to_be_in_viewport(ratio=1)


async def test_what_is_new_is_counted_within_its_line(server: Server, page: Page) -> None:
    """A count of two digits stands clear of the word and of the edge."""
    await sign_in(server, page, "tokens")
    for number in range(12):
        await server.event(user_id=number)
    badge = page.locator(".side .badge:visible")
    await expect(badge).to_have_text("12")
    line = await page.locator(".side a:has(.badge)").bounding_box()
    count = await badge.bounding_box()
    assert line is not None
    assert count is not None
    assert line["x"] + line["width"] - count["x"] - count["width"] >= 4


@pytest.mark.parametrize("width", [390, 1280])
async def test_requests_in_the_sandbox_lie_evenly(server: Server, page: Page, width: int) -> None:
    """As much space above a line's text as below it."""
    await page.set_viewport_size({"width": width, "height": 800})
    await server.webhook(f"{server.url}/sink/in")
    for number in range(3):
        await server.event(user_id=number)
    await sign_in(server, page, "sandbox")
    rows = page.locator("details.attempt")
    await expect(rows).to_have_count(3)
    first, second = await rows.nth(0).bounding_box(), await rows.nth(1).bounding_box()
    assert first is not None
    assert second is not None
    assert second["y"] == pytest.approx(first["y"] + first["height"], abs=1)


async def test_an_empty_checkbox_is_empty_in_the_dark(server: Server, page: Page) -> None:
    """As its card is: grey would say that nobody may tick it; a ticked one is filled."""
    await page.emulate_media(color_scheme="dark")
    await sign_in(server, page, "settings")
    box = page.get_by_role("checkbox")
    filled = "one => getComputedStyle(one).backgroundColor"
    empty = await box.evaluate(filled)
    assert empty == await page.locator("section.card").first.evaluate(filled)
    await box.check()
    assert await box.evaluate(filled) != empty


@pytest.mark.parametrize("place", ["", "webhooks"])
async def test_a_wide_screens_header_ends_where_its_page_does(
    server: Server, page: Page, place: str
) -> None:
    """What stands at the right of both is one edge; the menu opens below its button."""
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await sign_in(server, page, place)
    right = "one => one.getBoundingClientRect().right"
    edge = await page.locator("main > .card, main > .health").first.evaluate(right)
    assert await page.locator(".top > :last-child").evaluate(right) == pytest.approx(edge, abs=1)
    await page.get_by_role("button", name="Ещё").click()
    assert await page.locator("#menu").evaluate(right) == pytest.approx(edge, abs=1)


async def test_an_english_date_names_its_month(server: Server, page: Page) -> None:
    """Or 11/12 would be two days."""
    await page.add_init_script("localStorage.setItem('bedolaga.language', 'en')")
    event = await server.event(user_id=1)
    await sign_in(server, page, f"events/{event['id']}")
    await expect(page.get_by_role("dialog")).to_contain_text(MONTH)
