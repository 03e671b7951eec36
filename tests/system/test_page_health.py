"""The dashboard: is all well, the numbers, the charts; and that trouble is told."""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import Clock, Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium

PHONE = {"width": 390, "height": 844}
HOUR = 3_600  # seconds
DAY = 24 * HOUR
FIRST = "document.querySelector('main').firstElementChild.className"
FIRST_COLUMN_IS_PAINTED = """(card) => {
  const canvas = card.querySelector('canvas');
  const column = canvas.getContext('2d').getImageData(0, 0, 1, canvas.height).data;
  return column.some((value, at) => at % 4 === 3 && value > 0);
}"""
COLOURS = """() => [...document.querySelectorAll('.charts .swatch')]
  .map((one) => [one.parentElement.textContent.trim(), getComputedStyle(one).backgroundColor])"""


async def undelivered(server: Server, receiver: Receiver, count: int = 3) -> dict[str, Any]:
    """A webhook named CRM whose receiver answers 503 to `count` events."""
    receiver.status = 503
    hook = await server.webhook(receiver.url, name="CRM")
    for number in range(count):
        await server.event(user_id=number)

    async def all_failed() -> bool:
        reply = await server.call("GET", f"/webhooks/{hook['id']}")
        return bool(reply.json["undelivered"] == count)

    await until(all_failed)
    return hook


async def test_the_first_thing_said_is_what_is_not_delivered(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """How many, which webhook, since when and why, with the way there; or all is well (P1)."""
    hook = await undelivered(server, receiver)
    await sign_in(server, page)
    health = page.locator("main > .health")
    await expect(health).to_contain_text("Не доставлено 3")
    await expect(health).to_contain_text(re.compile(r"CRM.* сбоит \d+ .*\(HTTP 503\)"))
    assert "health failure" in await page.evaluate(FIRST)
    link = page.get_by_role("link", name="Не доставлено 3")
    where = f"#/webhooks/{hook['id']}/deliveries?status=undelivered"
    await expect(link).to_have_attribute("href", where)
    receiver.status = 200
    await server.call(
        "POST",
        f"/webhooks/{hook['id']}/replay",
        {"since": "2020-01-01T00:00:00Z", "status": "undelivered"},
    )
    await expect(health).to_contain_text("Всё доставлено")
    assert "health success" in await page.evaluate(FIRST)


async def test_the_rate_is_of_the_attempts_in_the_window(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """«—» without any, and never 100 % beside failures (P1)."""
    await server.event(user_id=0)
    await sign_in(server, page)
    rate = page.locator(".charts .card").filter(has_text="Доставки")
    await expect(rate).to_contain_text("— попыток")
    await undelivered(server, receiver)
    await page.reload()
    await expect(rate).to_contain_text("0 % попыток")
    await expect(rate).to_contain_text("p95 ≈")


async def test_a_webhook_that_fails_or_was_disabled_is_told(
    starting: Any, receiver: Receiver, clock: Clock, page: Page
) -> None:
    """In a toast that stays, and in the notifications, which lead to the webhook (P1)."""
    server: Server = await starting(delivery__retry_schedule=[])
    receiver.status = 503
    hook = await server.webhook(receiver.url, name="CRM")
    await sign_in(server, page, "events")

    async def fail(number: int) -> None:
        await server.event(user_id=number)
        await until(lambda: receiver.has(number))
        clock.advance(30 * HOUR)

    for number in (1, 2, 3):  # 60 of 120 hours
        await fail(number)
    toast = page.locator(".toast")
    await expect(toast).to_contain_text(re.compile("CRM.* сбоит уже 50 %"))
    for number in (4, 5):
        await fail(number)
    await expect(toast.last).to_contain_text("отключён сервером")
    await show(page, "notifications")
    row = page.locator(".stream li").filter(has_text="Вебхук отключён сервером")
    await expect(row.locator("a")).to_have_attribute("href", f"#/webhooks/{hook['id']}")
    await expect(page.get_by_text("Вебхук сбоит").first).to_be_visible()
    await show(page, "")
    await expect(page.locator(".health")).to_contain_text(re.compile("CRM.* отключён сервером"))


async def test_the_numbers_tell_of_yesterday(starting: Any, clock: Clock, page: Page) -> None:
    """How each moved since the day began, and its week as a line."""
    server: Server = await starting(dashboard__timezone="Europe/Moscow")
    await server.call("PUT", "/stats", {"total_users": 100, "open_tickets": 4})
    clock.advance(DAY)  # of the day on which a server begins it does not know the whole
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=100_000)
    clock.advance(DAY)
    await server.event(user_id=1)
    await server.event("ticket.status_changed", ticket_id=9, user_id=1, new_status="closed")
    await server.event("payment.completed", transaction_id=2, user_id=1, amount_kopeks=112_000)
    await sign_in(server, page)
    cards = page.locator(".stat")
    await expect(cards.nth(0)).to_contain_text("101 +1")
    await expect(cards.nth(2)).to_contain_text("3 −1")
    await expect(cards.nth(3)).to_contain_text("1 120 ₽ +12 %")
    await expect(cards.nth(0).locator("polyline")).to_have_count(1)


async def test_large_sums_fit_on_a_phone_and_on_an_axis(server: Server) -> None:
    """145 600,50 ₽ without kopeks in a headline; labels of an axis are whole (P15)."""
    async with browsing(viewport=PHONE) as context:
        page = await context.new_page()
        paid = {"transaction_id": 1, "user_id": 1, "amount_kopeks": 14_560_050}
        await server.event("payment.completed", **paid)
        await sign_in(server, page)
        card = page.locator(".stat").nth(3)
        await expect(card).to_contain_text("145 601 ₽")
        assert await card.evaluate("(one) => one.scrollWidth <= one.clientWidth")
        plot = page.locator(".charts .card").filter(has_text="Доход")
        await expect(plot.locator("canvas")).to_be_visible()
        # An axis too narrow for its labels paints on the first column of pixels.
        assert not await plot.evaluate(FIRST_COLUMN_IS_PAINTED)


async def test_colours_mean_one_thing_and_legends_have_labels(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """A type has its own in whatever company, failure another; totals at rest (P16)."""
    await undelivered(server, receiver, 2)
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=100)
    await sign_in(server, page)
    legend = page.locator(".charts .legend")
    await expect(legend.first).to_contain_text("Создание пользователя 2")
    await expect(legend.first).to_contain_text("Завершение платежа 1")
    await expect(page.locator(".charts")).not_to_contain_text("payment.completed")
    before = dict(await page.evaluate(COLOURS))
    for number in range(5):
        await server.event("ticket.created", ticket_id=number, user_id=1)
    await page.reload()
    await expect(legend.first).to_contain_text("Создание тикета 5")
    after = dict(await page.evaluate(COLOURS))
    name = "Создание пользователя 2"
    assert after[name] == before[name]
    types = [colour for label, colour in after.items() if label.startswith(("Созд", "Завер"))]
    failure = next(colour for label, colour in after.items() if label.startswith("Ошибка"))
    assert len({*types, failure}) == 4
    row = page.locator(".stream li", has_text="Создание тикета").first
    icon = await row.locator(".icon").evaluate("(one) => getComputedStyle(one).color")
    assert icon == after["Создание тикета 5"]


async def test_values_are_read_at_the_cursor_and_under_the_finger(server: Server) -> None:
    """Of the bucket there; the running one is named as such (P16)."""
    await server.event(user_id=1)
    async with browsing(viewport=PHONE, has_touch=True) as context:
        page = await context.new_page()
        await sign_in(server, page)
        chart = page.locator(".charts .wide")
        await expect(chart.locator(".legend")).to_contain_text("За период")
        over = chart.locator(".u-over")
        await over.scroll_into_view_if_needed()
        box = await over.bounding_box()
        assert box
        await page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + 20)
        await expect(chart.locator(".legend")).to_contain_text("ещё идёт")
        await page.touchscreen.tap(box["x"] + 4, box["y"] + 20)
        await expect(chart.locator(".legend")).to_contain_text("Создание пользователя 0")


async def test_no_chart_without_data_and_a_table_behind_each(server: Server, page: Page) -> None:
    """What a picture shows stands there in words too."""
    await sign_in(server, page)
    await expect(page.locator(".stats")).to_be_visible()
    await expect(page.locator("canvas")).to_have_count(0)
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=150_000)
    await page.reload()
    table = page.locator(".charts .card").filter(has_text="Доход")
    await table.get_by_text("Таблицей").click()
    await expect(table.locator("tbody tr").last).to_contain_text("1 500 ₽")
    await page.get_by_role("button", name="7 дн").click()
    await page.wait_for_function("location.hash.includes('window=7d')")
    await page.reload()
    pressed = page.get_by_role("button", name="7 дн")
    await expect(pressed).to_have_attribute("aria-pressed", "true")
