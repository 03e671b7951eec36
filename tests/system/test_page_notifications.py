"""Notifications: kept, quiet on a phone, never over what the screen shows anyway."""

from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium

PHONE = {"width": 390, "height": 844}
KEPT = "(count) => JSON.parse(localStorage.getItem('bedolaga.notified'))?.items.length === count"


async def test_notifications_outlive_a_reload(server: Server, page: Page) -> None:
    """With the number of unread ones; whoever signs out takes them along (P31)."""
    await sign_in(server, page)
    await server.event("ticket.created", ticket_id=1, user_id=1, title="Не подключается")
    await server.event(user_id=1, username="vasya")
    await expect(page.locator(".badge").first).to_have_text("2")
    await page.wait_for_function(KEPT, arg=2)
    await page.reload()
    await expect(page.locator(".badge").first).to_have_text("2")
    await show(page, "notifications")
    rows = page.locator(".stream li")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("@vasya")
    await expect(rows.last).to_contain_text("Тикет 1 · Не подключается")
    await rows.last.locator("a").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Новый тикет 1: Не подключается")
    await page.keyboard.press("Escape")
    await expect(page.locator(".badge")).to_have_count(0)


async def test_a_phone_shows_no_toasts_of_events_by_default(server: Server) -> None:
    """The badge tells of them; who wants them over the page says so, once (P11)."""
    async with browsing(viewport=PHONE, has_touch=True) as context:
        page = await context.new_page()
        await sign_in(server, page, "webhooks")
        for number in range(13):
            await server.event(user_id=number)
        await expect(page.get_by_role("button", name="Ещё").locator(".badge")).to_be_visible()
        await page.wait_for_timeout(2_000)  # longer than news is folded
        await expect(page.locator(".toast")).to_have_count(0)
        await show(page, "notifications")
        await expect(page.locator(".stream li")).to_have_count(13)
        box = page.get_by_label("Показывать поверх страницы")
        await expect(box).not_to_be_checked()
        await box.check()
        await page.reload()
        await expect(box).to_be_checked()
        await show(page, "webhooks")
        await server.event(user_id=99, username="vasya")
        await expect(page.locator(".toast")).to_contain_text("@vasya")


async def test_what_the_screen_shows_is_not_said_over_it(server: Server, page: Page) -> None:
    """No toast beside the stream; one on any other view (P11)."""
    await sign_in(server, page)
    await server.event(user_id=1, username="vasya")
    await expect(page.locator(".stream li")).to_contain_text("@vasya")
    await page.wait_for_timeout(2_000)  # longer than news is folded
    await expect(page.locator(".toast")).to_have_count(0)
    await show(page, "tokens")
    await server.event(user_id=2, username="petya")
    await expect(page.locator(".toast")).to_contain_text("@petya")


async def test_a_burst_is_kept_without_its_weight(server: Server, page: Page) -> None:
    """Fifty at most, of each what a row shows."""
    await sign_in(server, page)
    payload = {"user_id": 1, "username": "vasya", "about": "x" * 10_000, "more": {"a": [1]}}
    events = [{"type": "user.created", "payload": payload} for _ in range(60)]
    await server.call("POST", "/events/batch", {"events": events})
    await expect(page.locator(".badge").first).to_contain_text("60")

    await page.wait_for_function(KEPT, arg=50)
    assert len(await page.evaluate("localStorage.getItem('bedolaga.notified')")) < 40_000
