"""What a token may not do, and what is not there, is not offered."""

from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server
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


async def test_a_reader_sees_no_buttons_that_would_be_refused(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """In no view, and nothing that is asked for is refused but the list of tokens once (P27)."""
    await server.webhook(receiver.url, name="CRM", secret="s3cret")
    await server.event(user_id=1)
    scopes = {"name": "reader", "scopes": ["read"]}
    token = (await server.call("POST", "/tokens", scopes)).json["token"]
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
