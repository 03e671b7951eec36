"""A new server's first steps on the dashboard, until they are done."""

import re

from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium


async def test_from_an_empty_server_to_the_last_step(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """The bot's token with its code, an event seen live, a webhook, alerts, numbers; then gone."""
    await sign_in(server, page)
    steps = page.get_by_role("region", name="Первые шаги")
    await expect(steps).to_contain_text("0 из 5")
    await steps.get_by_role("button", name="Создать токен бота").click()
    text = await steps.locator("pre").last.text_content() or ""
    token = re.search(r'EventPublisher\("(\S+)", "(\S+)"', text)
    assert token, text
    assert token[1] == server.url
    await steps.get_by_role("button", name="curl").click()
    await expect(steps.locator("pre").last).to_contain_text(f"curl -X POST {server.url}/events")

    body = {"type": "user.created", "payload": {"user_id": 1, "username": "vasya"}}
    await steps.get_by_role("button", name="Первое событие").click()
    await expect(steps).to_contain_text("Ждём событие…")
    assert (await server.call("POST", "/events", body, token[2])).status == 202
    await expect(steps).to_contain_text("Новый пользователь (@vasya)")
    assert (await server.call("GET", "/stats", token=token[2])).status == 403

    await steps.get_by_role("button", name="Первый вебхук").click()
    await expect(steps.locator("a[href='#/webhooks/new']")).to_be_visible()
    hook = await server.webhook(receiver.url)
    await server.call("POST", f"/webhooks/{hook['id']}/test")
    await until(lambda: receiver.has(1))
    await expect(steps).to_contain_text("3 из 5")

    await steps.get_by_role("button", name="Оповещения о сбоях").click()
    await steps.get_by_role("button", name="Отправить пробное сообщение").click()
    await expect(steps).to_contain_text("Оповещения не настроены")
    await steps.get_by_role("button", name="Начальные числа").click()
    await steps.get_by_label("Всего пользователей").fill("1234")
    await steps.locator("form button.primary").click()
    await expect(page.locator(".stat").first).to_contain_text("1 234")
    await expect(steps).to_contain_text("4 из 5")
    await steps.get_by_role("button", name="Скрыть").click()
    await expect(steps).to_have_count(0)
    await page.reload()
    await expect(page.locator(".stats")).to_be_visible()
    await expect(steps).to_have_count(0)


async def test_who_may_only_read_gets_no_steps(server: Server) -> None:
    """They are an admin's (P27)."""
    made = await server.call("POST", "/tokens", {"name": "phone", "scopes": ["read"]})
    async with browsing() as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/#token={made.json['token']}")
        await expect(page.locator(".connection.connected")).to_be_visible()
        await show(page, "")
        await expect(page.locator(".stats")).to_be_visible()
        await expect(page.get_by_text("Первые шаги")).to_have_count(0)
