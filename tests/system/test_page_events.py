"""The log of events: rows that read, where one stands in it, one event."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Clock, Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium

TURNS = "\u202e"  # RIGHT-TO-LEFT OVERRIDE
SHOWN_DIRECTIONS = """() => [...document.querySelectorAll('.event')].map((one) => ({
  text: one.textContent,
  isolated: getComputedStyle(one.querySelector('.details')).unicodeBidi,
}))"""
BROKEN = """(word) => {
  const walker = document.createTreeWalker(document.querySelector('#app'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(word);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + word.length);
    found.push(range.getClientRects().length);
  }
  return found;
}"""
LONG_LABEL = "Сервер в самом далёком дата-центре перезапущен после обновления ядра и всех служб"


async def test_rows_read_as_sentences_do(starting: Any, clock: Clock, page: Page) -> None:
    """Label, who, how much; the raw type and id beside; a heading for each day."""
    server: Server = await starting(events__packs=["cabinet"], events__unknown_types="accept")
    yesterday = "2026-01-14T09:00:00Z"
    body = {"type": "user.created", "payload": {"user_id": 1, "username": "vasya"}}
    await server.call("POST", "/events", {**body, "timestamp": yesterday})
    paid = {"transaction_id": 1, "user_id": 12, "amount_kopeks": 50_000}
    await server.event("payment.completed", **paid, payment_method="yookassa")
    await server.event("ticket.message_added", ticket_id=3, message_id=1)
    await server.event("autopay.insufficient_funds", user_id=7, required_kopeks=30_000)
    await server.event("server.restarted", why="kernel", seconds=12)
    async with browsing() as context:
        page = await context.new_page()
        await page.clock.set_fixed_time("2026-01-15T12:00:00Z")
        await sign_in(server, page, "events")
        days = page.locator(".day")
        await expect(days.locator("h3")).to_have_text(["Сегодня", "Вчера"])
        rows = days.first.locator("li")
        await expect(rows.nth(0)).to_contain_text("seconds: 12 · why: kernel")
        await expect(rows.nth(1)).to_contain_text("Не хватает на автоплатёж")
        await expect(rows.nth(1)).to_contain_text("Пользователю 7 не хватает на автоплатёж")
        await expect(rows.nth(2)).to_contain_text("Новое сообщение в тикете")
        await expect(rows.nth(2)).to_contain_text("Тикет 3")
        await expect(rows.nth(3)).to_contain_text("Завершение платежа")
        await expect(rows.nth(3)).to_contain_text("Пользователь 12 · ЮKassa")
        await expect(rows.nth(3).locator(".amount")).to_have_text("+500 ₽")
        await expect(rows.nth(3).locator(".raw")).to_have_text("payment.completed #2")
        await expect(days.nth(1).locator("li")).to_contain_text("@vasya")


async def test_a_type_may_be_called_as_a_part_of_javascript_is(starting: Any, page: Page) -> None:
    """Its row reads as any other without a description; so does every row after it."""
    server: Server = await starting(events__unknown_types="accept")
    for name in ("constructor.made", "value_of.called"):
        await server.event(name, why="test")
    await sign_in(server, page, "events")
    rows = page.locator(".day li")
    await expect(rows).to_have_count(2)
    for row in await rows.all():
        await expect(row).to_contain_text("why: test")
    await expect(page.locator(".day li svg use")).to_have_count(2)


async def test_labels_are_in_the_pages_language(server: Server, page: Page) -> None:
    """Whatever the browser's is (P13)."""
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=50_000)
    await page.add_init_script("localStorage.setItem('bedolaga.language', 'en')")
    await sign_in(server, page)
    for place in ("", "events"):
        await show(page, place)
        row = page.locator(".stream li")
        await expect(row).to_contain_text("Payment completed")
        await expect(row).to_contain_text("User 1")
        await expect(row).to_contain_text("+500 ₽")
        options = page.get_by_label("Event type").locator("option")
        await expect(options.nth(1)).to_have_text("User created")


async def test_filters_stand_in_the_address_and_closing_goes_back(
    server: Server, page: Page
) -> None:
    """A list that was narrowed is the same after a drawer, Back and a reload (P20)."""
    await server.event(user_id=1)
    await server.event("ticket.created", ticket_id=1, user_id=1, title="Первый")
    await server.event("ticket.created", ticket_id=2, user_id=1, title="Второй")
    await sign_in(server, page, "events")
    await page.get_by_label("Тип события").select_option("ticket.created")
    await page.get_by_label("Поиск").fill("перв")
    rows = page.locator(".stream li")
    await expect(rows).to_have_count(1)
    await rows.locator("a").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Новый тикет 1: Первый")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert "type=ticket.created" in page.url
    await expect(rows).to_have_count(1)
    await page.reload()
    await expect(rows).to_have_count(1)
    await expect(page.get_by_label("Поиск")).to_have_value("перв")
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_drawer_over_the_dashboard_leaves_it_there(server: Server, page: Page) -> None:
    """What was opened from the stream closes to the stream (P20)."""
    await server.event(user_id=1, username="vasya")
    await sign_in(server, page)
    await page.locator(".stream a").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Кому доставлено")
    await page.keyboard.press("Escape")
    await expect(page.locator(".stats")).to_be_visible()
    assert page.url.endswith("#/")


async def test_of_three_hundred_webhooks_the_two_that_matter_come_first(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """The failed one before the delivered one; those that do not subscribe are folded (P24)."""
    receiver.status = 503
    await server.webhook(receiver.url, name="Сбоит", event_type="user.created")
    for number in range(60):
        hook = {"name": f"Магазин {number}", "event_type": "ticket.created"}
        await server.call("POST", "/webhooks", {**hook, "url": receiver.url})
    await server.event(user_id=1)
    await until(lambda: receiver.has(1))
    await sign_in(server, page, "events/1")
    receivers = page.locator(".receivers li")
    await expect(receivers).to_have_count(1)
    await expect(receivers).to_contain_text("Сбоит")
    await expect(receivers).to_contain_text("HTTP 503")
    folded = page.get_by_text("60 вебхуков не подписаны на такие события")
    await expect(folded).to_be_visible()
    await expect(page.get_by_text("Магазин 7", exact=True).first).to_be_hidden()
    await folded.click()
    await expect(page.locator(".names").get_by_text("Магазин 7", exact=True)).to_be_visible()


async def test_an_event_is_sent_again_with_the_answer_in_place(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """«Отправляем…», then what the receiver said, beside the button."""
    await server.webhook(receiver.url, name="CRM", event_type="ticket.created")
    await server.event(user_id=1)
    await sign_in(server, page, "events/1")
    form = page.get_by_role("dialog").locator(".toolbar")
    await form.get_by_role("button").click()
    await expect(form.get_by_role("status")).to_contain_text("200 за")
    assert receiver.has(1)
    await expect(page.locator(".receivers li")).to_contain_text("CRM")


@pytest.mark.parametrize("width", [390, 1280])
async def test_ugly_events_break_nothing(
    starting: Any, receiver: Receiver, tmp_path: Path, width: int
) -> None:
    """A label of 80 characters is cut in its middle, the whole on hover; long names too (P24)."""
    server: Server = await starting(
        event_types=[{"value": "server.restarted", "label": LONG_LABEL}],
    )
    await server.webhook(f"{receiver.url}{'x' * 1_900}", name="Ж" * 255)
    await server.event("server.restarted", why="x" * 5_000)
    await server.event(user_id=1, first_name="x" * 255, username="y" * 255)
    await server.event("ticket.created", ticket_id=1, user_id=1, title="مرحبا بالعالم 🎉" * 20)
    await until(lambda: receiver.has(3))
    async with browsing(viewport={"width": width, "height": 800}) as context:
        page = await context.new_page()
        await sign_in(server, page)
        for place in ("", "events", "notifications", "events/1", "events/2", "events/3"):
            await show(page, place)
            await expect(page.locator("main .card").first).to_be_visible()
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, place
        await page.keyboard.press("Escape")
        await show(page, "events")
        label = page.locator(".event .label").last
        await expect(label).to_have_attribute("title", LONG_LABEL)
        text = await label.text_content() or ""
        assert len(text) < 40
        assert text.startswith("Сервер")
        assert text.endswith("служб")
        rows = await page.evaluate(
            "[...document.querySelectorAll('.event')].map((one) => one.offsetHeight)"
        )
        assert max(rows) < 110


async def test_signs_that_turn_the_text_around_are_shown(server: Server, page: Page) -> None:
    """Escaped, in rows and in JSON; a summary has its own direction (P25)."""
    title = f"до{TURNS}после"
    await server.event("ticket.created", ticket_id=1, user_id=1, title=title)
    await sign_in(server, page, "events")
    [row] = await page.evaluate(SHOWN_DIRECTIONS)
    assert TURNS not in row["text"]
    assert "до\\u202eпосле" in row["text"]
    assert row["isolated"] == "isolate"
    await page.locator(".stream a").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("pre")).to_contain_text("до\\u202eпосле")
    assert TURNS not in (await dialog.text_content() or "")
    assert json.loads(await dialog.locator("pre").text_content() or "")["title"] == title


async def test_a_word_is_not_broken_where_there_is_room(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """«Бухгалтерия» at 1280 (P23)."""
    await server.webhook(receiver.url, name="Бухгалтерия")
    await server.event(user_id=1)
    await until(lambda: receiver.has(1))
    await page.set_viewport_size({"width": 1280, "height": 800})
    await sign_in(server, page)
    for place in ("webhooks", "webhooks/1", "webhooks/1/deliveries", "events/1"):
        await show(page, place)
        await expect(page.get_by_text("Бухгалтерия").first).to_be_attached()
        lines = await page.evaluate(BROKEN, "Бухгалтерия")
        assert set(lines) <= {0, 1}, place  # none where it is hidden
