"""What a token may not do, and what is not there, is not offered."""

from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import ADMIN, Receiver, Server
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium

PLACES = ["", "events", "webhooks", "webhooks/1", "webhooks/1/deliveries", "deliveries"]
MORE = [
    "webhooks/new",
    "webhooks/1/settings",
    "webhooks/1/deliveries/1",
    "tokens",
    "settings",
    "sandbox",
]
REFUSED = ("Создать", "Удалить", "Выключить", "Включить", "Повторить", "Отправить", "Отозвать")


async def token_of(server: Server, scope: str) -> str:
    """A token with that scope alone."""
    made = await server.call("POST", "/tokens", {"name": scope, "scopes": [scope]})
    return str(made.json["token"])


async def test_a_reader_sees_no_buttons_that_would_be_refused(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """In no view, and nothing that is asked for is refused but the list of tokens once (P27)."""
    await server.webhook(receiver.url, name="CRM", secret="s3cret")
    await server.event(user_id=1)
    token = await token_of(server, "read")
    refusals: list[str] = []
    page.on("response", lambda one: refusals.append(one.url) if one.status == 403 else None)
    await page.goto(f"{server.url}/#token={token}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    for place in [*PLACES, *MORE]:
        await show(page, place)
        await page.wait_for_timeout(100)
        for name in REFUSED:
            found = page.locator("main, dialog").get_by_role("button", name=name)
            await expect(found, f"{name} at {place}").to_have_count(0)
    assert set(refusals) == {f"{server.url}/tokens"}
    assert len(refusals) == 1
    await show(page, "webhooks")
    await page.get_by_role("button", name="Действия: CRM").click()
    await expect(page.locator(".hook").get_by_role("link", name="Доставки")).to_be_visible()
    await expect(page.locator(".hook").get_by_role("link", name="Настройки")).to_have_count(0)


async def test_a_reader_is_told_why_there_is_no_form(server: Server, page: Page) -> None:
    """By its address and by its key; where it stood is seen again."""
    token = await token_of(server, "read")
    await page.goto(f"{server.url}/#token={token}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Создать вебхук")
    await expect(dialog).to_contain_text("Создавать вебхуки может только токен с правом admin.")
    await expect(dialog.locator("form")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator(".stats")).to_be_visible()


async def test_a_bots_token_is_told_that_it_sees_nothing(server: Server, page: Page) -> None:
    """By a link and after a reload, not by a page that connects for ever."""
    token = await token_of(server, "publish")
    await page.goto(f"{server.url}/#token={token}")
    for _ in range(2):
        await expect(page.get_by_role("alert")).to_contain_text("только отправляет события")
        await expect(page.locator(".connection")).to_have_count(0)
        await page.reload()
    await page.get_by_label("Токен").fill(ADMIN)
    await page.get_by_role("button", name="Войти").click()
    await expect(page.locator(".connection.connected")).to_be_visible()


async def test_a_sandbox_that_is_off_is_not_offered(starting: Any, page: Page) -> None:
    """Neither for the first webhook (P26), nor without a word where it would stand."""
    server: Server = await starting(server__sink="off")
    await sign_in(server, page, "webhooks")
    await expect(page.get_by_role("button", name="Создать вебхук")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await expect(page.get_by_role("button", name="Создать для песочницы")).to_have_count(0)
    await show(page, "sandbox")
    await expect(page.get_by_text("Её включает настройка server.sink.")).to_be_visible()


async def test_a_webhook_for_the_sandbox(server: Server, page: Page) -> None:
    """Made by two presses, where it is on; its requests are seen with their signature."""
    await sign_in(server, page, "webhooks")
    await page.get_by_role("button", name="Создать для песочницы").click()
    dialog = page.locator("dialog")
    await dialog.get_by_role("button", name="Создать", exact=True).click()
    await dialog.get_by_role("button", name="Отправить тест").click()
    await expect(dialog.get_by_role("status").filter(has_text="200 за")).to_be_visible()
    await dialog.get_by_role("button", name="Готово").click()
    await show(page, "sandbox")
    await expect(page.get_by_text("подпись верна")).to_be_visible()
