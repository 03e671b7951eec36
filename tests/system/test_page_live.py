"""The page while things happen: the stream, notifications, a connection that comes and goes."""

from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import browsing, choose, needs_chromium, show, sign_in

pytestmark = needs_chromium

DRAWN = """(address) => new Promise((resolve) => {
  const image = new Image(32, 32);
  image.onload = () => resolve(image.width);
  image.onerror = () => resolve('cannot be drawn');
  image.src = address;
})"""


async def test_the_stream_is_filtered_and_paused(server: Server, page: Page) -> None:
    """What comes during a pause is counted and shown after it; a search goes to the log."""
    await sign_in(server, page)
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()
    await page.get_by_text("Первое событие").click()
    await page.get_by_role("button", name="Отправить пример").click()
    rows = page.locator(".stream li")
    await expect(rows).to_have_count(1)
    await server.event("ticket.created", ticket_id=7, user_id=1, title="Не работает")
    await server.event(user_id=2, username="vasya")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text("@vasya")
    await page.get_by_label("Тип события").select_option("ticket.created")
    await expect(rows).to_have_count(1)
    await page.get_by_label("Тип события").select_option("transaction.created")
    await expect(page.get_by_text("Среди последних событий таких нет.")).to_be_visible()
    await page.get_by_label("Тип события").select_option("")
    await page.get_by_role("button", name="Пауза").click()
    await server.event(user_id=3)
    await expect(page.get_by_text("На паузе: новых 1")).to_be_visible()
    await expect(rows).to_have_count(3)
    await page.get_by_role("button", name="Продолжить").click()
    await expect(rows).to_have_count(4)
    await page.get_by_label("Поиск").fill("не работает")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await expect(page.get_by_label("Поиск")).to_have_value("не работает")


async def test_the_four_numbers_follow(server: Server, page: Page) -> None:
    """Each by its rule, without a reload."""
    await server.call("PUT", "/stats", {"total_users": 100, "active_subscriptions": 9})
    await sign_in(server, page)
    cards = page.locator(".stat")
    await expect(cards.nth(0)).to_contain_text("100")
    await server.event(user_id=1)
    await expect(cards.nth(0)).to_contain_text("101")
    await server.event("ticket.created", ticket_id=1, user_id=1)
    await expect(cards.nth(2)).to_contain_text("1")
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=1_234_500)
    await expect(cards.nth(3)).to_contain_text("12 345")


async def test_notifications_are_told_folded_and_turned_off(server: Server, page: Page) -> None:
    """In the reference's words, one toast for a burst, the count in the title, each linked."""
    await sign_in(server, page, "tokens")
    await server.event(user_id=1, username="vasya")
    await expect(page.locator(".toast")).to_contain_text("Новый пользователь: @vasya")
    await expect(page).to_have_title("(1) Токены · Bedolaga Events")
    users = [{"type": "user.created", "payload": {"user_id": n}} for n in range(12)]
    await server.call("POST", "/events/batch", {"events": users})
    await expect(page.locator(".toast").last).to_contain_text("12 новых пользователей")
    await expect(page).to_have_title("(13) Токены · Bedolaga Events")
    await expect(page.locator(".badge:visible")).to_have_text("13")
    await show(page, "notifications")
    await expect(page.locator(".stream li")).to_have_count(13)
    await expect(page).to_have_title("Уведомления · Bedolaga Events")
    await page.locator(".stream a").last.click()
    await expect(page.locator("dialog")).to_contain_text("vasya")
    await show(page, "notifications")
    await page.get_by_label("Создание пользователя").uncheck()
    await server.event(user_id=99)
    reply = {"ticket_id": 5, "message_id": 1, "user_id": 1, "is_from_admin": False}
    await server.event("ticket.message_added", **reply)
    await expect(page.locator(".stream li").first).to_contain_text("Тикет 5")
    await expect(page.locator(".stream li")).to_have_count(14)
    await page.reload()
    await show(page, "notifications")
    await expect(page.get_by_label("Создание пользователя")).not_to_be_checked()


async def test_after_an_interruption_it_says_what_was_missed(starting: Any, page: Page) -> None:
    """Disconnected since when, an icon without a fetch (P30), then the account of it."""
    server: Server = await starting(server__port=0)
    await sign_in(server, page)
    await server.event(user_id=1)
    await expect(page.locator(".stream li")).to_have_count(1)
    await page.context.set_offline(True)
    for socket in server.parts.hub.sockets():
        socket.abort()
    await expect(page.locator(".connection")).to_contain_text("с ")
    await expect(page.locator(".banner")).to_contain_text("Нет связи с сервером")
    await expect(page.locator(".banner a")).to_have_attribute("href", "#/doctor")
    icon = await page.get_attribute("link[rel=icon]", "href") or ""
    assert icon.startswith("data:image/svg+xml,")  # nothing can be fetched now
    assert await page.evaluate(DRAWN, icon) == 32
    for number in range(41):
        await server.event("transaction.created", transaction_id=number, user_id=1)
    await page.context.set_offline(False)
    report = page.locator(".toast").filter(has_text="Не было связи")
    await expect(report).to_contain_text("получено 41 событие, ничего не пропущено", timeout=30_000)
    await expect(page.locator(".banner")).to_have_count(0)
    await expect(page.locator(".stream li")).to_have_count(42)


async def test_language_and_theme_are_remembered(server: Server) -> None:
    """The browser's language first; then what was chosen."""
    async with browsing(locale="en-GB", color_scheme="light") as context:
        page = await context.new_page()
        await sign_in(server, page)
        await expect(page.get_by_text("Total users")).to_be_visible()
        await choose(page, "Русский")
        await expect(page.get_by_text("Всего пользователей")).to_be_visible()
        await choose(page, "Тёмная тема")
        dark = "getComputedStyle(document.documentElement).colorScheme"
        assert await page.evaluate(dark) == "dark"
        await page.reload()
        await expect(page.get_by_text("Всего пользователей")).to_be_visible()
        assert await page.evaluate(dark) == "dark"
        assert await page.evaluate("document.documentElement.lang") == "ru"
