"""What the page's addresses lead to: back to where one was, and to a word where nothing is."""

import pytest
from playwright.async_api import Dialog, Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium

UNKNOWN = (
    "nowhere",
    "events/1/2",
    "events/x",
    "webhooks/x",
    "webhooks/1/nothing",
    "webhooks/new/x",
)


async def test_closing_goes_back_to_where_one_was(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """From a list with a filter, by a link from elsewhere, and without anything before it (P20)."""
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await sign_in(server, page, "events?type=user.created&q=1")
    assert page.url.endswith("#/events?type=user.created&q=1")
    await page.locator(".stream a").click()
    await expect(page.locator("dialog")).to_contain_text("Кому доставлено")
    assert page.url.endswith("#/events/1?type=user.created&q=1")
    elsewhere = await page.context.new_page()
    await elsewhere.goto(page.url)
    for one in (page, elsewhere):
        await one.get_by_label("Закрыть", exact=True).click()
        await expect(one.locator("dialog")).to_have_count(0)
        assert one.url.endswith("#/events?type=user.created&q=1")
    await page.go_back()
    await expect(page.locator(".stats")).to_be_visible()
    await expect(page.locator("dialog")).to_have_count(0)

    await show(page, "webhooks/1")
    await page.evaluate("location.hash = '#/webhooks/1/deliveries/1'")
    await expect(page.locator("dialog .attempt")).to_be_visible()
    await expect(page.locator("main .tabs [aria-current]")).to_have_text("Обзор")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert page.url.endswith("#/webhooks/1")

    other = await page.context.new_page()
    await other.goto(f"{server.url}/#/webhooks/1/deliveries/1")
    await other.get_by_label("Закрыть", exact=True).click()
    await expect(other.locator("dialog")).to_have_count(0)
    assert other.url.endswith("#/webhooks/1/deliveries")
    assert await other.evaluate("history.length") <= 2


@pytest.mark.parametrize("place", [*UNKNOWN, "webhooks/1/deliveries/x"])
async def test_an_unknown_address_says_so(server: Server, page: Page, place: str) -> None:
    """And leads on."""
    await sign_in(server, page, place)
    await expect(page.locator("main")).to_contain_text("Такой страницы здесь нет")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page).to_have_title("Не найдено · Bedolaga Events")
    await page.locator("main").get_by_role("link", name="Дашборд").click()
    await expect(page.locator(".stats")).to_be_visible()


async def test_an_event_that_is_not_there_says_so(server: Server, page: Page) -> None:
    """Its address is one that could be: closing goes back to where one was."""
    await sign_in(server, page, "events/7")
    await expect(page.locator("dialog [role=alert]")).to_contain_text("7")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert "events" not in page.url


@pytest.mark.parametrize("way", ["back", "forward", "elsewhere"])
async def test_going_away_asks_for_what_was_typed(server: Server, page: Page, way: str) -> None:
    """By the browser's buttons or an address: the form stays until one has answered (P19)."""
    await sign_in(server, page, "tokens")
    await show(page, "webhooks")
    if way == "forward":
        await page.get_by_role("button", name="Создать вебхук").click()
        await show(page, "settings")
        await page.go_back()
    else:
        await page.get_by_role("button", name="Создать вебхук").click()
    name = page.locator("dialog [name=name]")
    await name.fill("CRM")
    ways = {
        "back": page.go_back,
        "forward": page.go_forward,
        "elsewhere": lambda: page.evaluate("location.hash = '#/events/1'"),
    }
    for _ in range(2):
        await ways[way]()
        await expect(page.get_by_role("alert")).to_contain_text("не сохранено")
        await expect(name).to_have_value("CRM")
        await until(lambda: page.url.endswith("#/webhooks/new"))
        await page.get_by_role("button", name="Остаться").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Закрыть без сохранения").click()
    await expect(page.locator("dialog")).to_have_count(0)
    assert page.url.endswith("#/webhooks")
    await page.go_back()
    await expect(page).to_have_url(f"{server.url}/#/tokens")


async def test_going_back_asks_for_what_is_shown_once(server: Server, page: Page) -> None:
    """A dialog without an address of its own: a new token's (P19). «Готово» asks nothing."""
    await sign_in(server, page, "webhooks")
    await show(page, "tokens")
    await page.get_by_role("button", name="Создать токен").click()
    await page.locator("dialog [name=name]").fill("бот")
    await page.locator("dialog form button.primary").click()
    secret = page.locator("dialog [data-once]")
    await expect(secret).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(secret).to_be_visible()
    await page.get_by_role("button", name="Остаться").click()
    await page.locator("dialog").get_by_role("button", name="Готово").click()
    await expect(page.locator("dialog")).to_have_count(0)
    await page.go_back()
    await expect(page).to_have_url(f"{server.url}/#/webhooks")


async def test_closing_the_tab_asks_for_what_was_typed(server: Server, page: Page) -> None:
    """A reload too; without anything typed it does not."""
    asked = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await sign_in(server, page, "webhooks/new")
    await page.reload()
    name = page.locator("dialog [name=name]")
    await name.press_sequentially("CRM")
    await page.evaluate("setTimeout(() => location.reload())")
    await until(lambda: asked == ["beforeunload"])
    await expect(name).to_have_value("CRM")
