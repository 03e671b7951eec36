"""Tokens, settings, the sandbox and the reader's language in the page."""

from playwright.async_api import Page, expect

from bedolaga_events.api.sink import SINK
from tests.conftest import Receiver, Server, until
from tests.system.chromium import choose, needs_chromium, show, sign_in

pytestmark = needs_chromium


async def test_the_sandbox_as_a_receiver(server: Server, page: Page) -> None:
    """The whole loop without internet: an empty state leads there; it answers as it is told."""
    await sign_in(server, page, "webhooks")
    await page.get_by_role("button", name="Создать для песочницы").click()
    await page.locator("dialog").get_by_role("button", name="Создать", exact=True).click()
    await page.get_by_role("button", name="Готово").click()
    await server.event(user_id=1)
    await show(page, "sandbox")
    await expect(page.locator("details").first).to_contain_text("подпись верна")
    await page.get_by_label("Отвечать").select_option(label="500")
    await until(lambda: server.app[SINK].mode == "error")
    await server.event(user_id=2)
    await show(page, "webhooks/1/deliveries")
    await expect(page.locator(".delivery").first).to_contain_text("HTTP 500")


async def test_what_the_server_says_is_said_in_the_readers_language(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Why a webhook stopped, and what came of an attempt; in English as the server wrote it."""
    receiver.status = 410
    hook = await server.webhook(receiver.url, "*", name="CRM")
    await server.event(user_id=1)
    await sign_in(server, page, f"webhooks/{hook['id']}/deliveries")
    trouble = page.locator(".trouble")
    await expect(trouble).to_contain_text("Получатель ответил 410 Gone")
    await page.locator(".delivery").first.click()
    attempt = page.locator(".attempt p.problem")
    await expect(attempt).to_contain_text("получатель ответил HTTP 410 Gone")
    await page.keyboard.press("Escape")
    await choose(page, "English")
    await expect(trouble).to_contain_text("The receiver answered 410 Gone.")


async def test_tokens_are_made_copied_and_revoked(server: Server, page: Page) -> None:
    """Shown once; a page that came in with a revoked one goes back to the sign-in with a reason."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await sign_in(server, page, "tokens")
    await page.get_by_role("button", name="Создать токен").click()
    await page.locator("dialog [name=name]").fill("phone")
    await page.get_by_label("admin").check()
    await page.locator("dialog").get_by_role("button", name="Создать", exact=True).click()
    await page.locator("dialog").get_by_role("button", name="Копировать").click()
    value = await page.evaluate("navigator.clipboard.readText()")
    assert (await server.call("GET", "/tokens", token=value)).status == 200
    await page.get_by_role("button", name="Готово").click()
    other = await page.context.new_page()
    await other.goto(f"{server.url}/#token={value}")
    # Tabs of one token share a socket, others do not; a link's token is asked about first.
    await until(lambda: len(list(server.parts.hub.sockets())) == 2)
    await expect(other.locator(".connection.connected")).to_be_visible()
    await page.locator("tr", has_text="phone").get_by_role("button", name="Отозвать").click()
    await expect(page.locator("dialog")).to_contain_text("Токен «phone» перестанет работать")
    await page.locator("dialog").get_by_role("button", name="Отозвать").click()
    await expect(page.locator("tr", has_text="phone")).to_have_count(0)
    await expect(other.get_by_role("alert")).to_contain_text("Токен отозван или истёк")
    await expect(page.locator(".connection.connected")).to_be_visible()


async def test_the_settings_show_values_and_origins(server: Server, page: Page) -> None:
    """Read-only, with no secret in them."""
    await sign_in(server, page, "settings")
    rows = page.locator(".settings > div")
    await expect(rows.filter(has_text="delivery.retry_schedule")).to_be_visible()
    await expect(rows.filter(has_text="retention.retention_days")).to_contain_text("по умолчанию")
    await page.get_by_label("Поиск").fill("хранить события")
    await expect(rows).to_have_count(1)
    assert "s3cret" not in await page.locator("main").inner_text()
    await expect(page.get_by_role("link", name="Описание API")).to_have_attribute("href", "docs")
