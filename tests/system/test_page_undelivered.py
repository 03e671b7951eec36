"""What is not delivered: the page says so first, and the next step stands beside it."""

import asyncio
from typing import Any

from aiohttp import web
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium

HOURS = {"delivery__retry_schedule": [3600.0]}


async def broken(starting: Any, receiver: Receiver, count: int = 3) -> Server:
    """A server whose webhook «CRM» has failed so many times, and waits to try again."""
    server: Server = await starting(now=None, **HOURS)
    receiver.status = 503
    await server.webhook(receiver.url, name="CRM")
    for number in range(count):
        await server.event(user_id=number)

    async def all_failed() -> bool:
        return bool((await server.call("GET", "/webhooks/1")).json["undelivered"] == count)

    await until(all_failed)
    return server


async def test_a_dead_receiver_does_not_look_well(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """The same word in the list and over the webhook, with the reason; it comes first (P1)."""
    server = await broken(starting, receiver)
    await server.webhook(receiver.url, "ticket.created", name="Тикеты")
    await sign_in(server, page, "webhooks")
    rows = page.locator(".hook")
    await expect(rows.nth(0)).to_contain_text("CRM")
    await expect(rows.nth(0)).to_contain_text("Сбоит")
    await expect(rows.nth(0)).to_contain_text("HTTP 503")
    await expect(rows.nth(1)).to_contain_text("Работает")
    await rows.nth(0).get_by_role("link", name="не доставлено: 3").click()
    await expect(page.locator(".delivery")).to_have_count(3)
    await expect(page.locator(".title")).to_contain_text("Сбоит")
    await expect(page.locator(".trouble")).to_contain_text("получатель ответил HTTP 503")
    await expect(page.locator(".trouble")).to_contain_text("Успешных доставок ещё не было")


async def test_deliveries_open_on_what_is_not_delivered(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """Pending after a failure too; every tab has its number, and its address (P1)."""
    server = await broken(starting, receiver)
    receiver.status = 200
    await server.event(user_id=9)
    await sign_in(server, page, "deliveries")
    tabs = page.get_by_role("navigation", name="Статус").get_by_role("link")
    await expect(tabs).to_have_text(
        ["Не доставлено 3", "В очереди 3", "Доставлено 1", "Пропущено 0", "Все 4"]
    )
    await expect(page.locator(".delivery")).to_have_count(3)
    await expect(page.locator(".delivery").first).to_contain_text("HTTP 503 · попытка 1 · через")
    await tabs.nth(2).click()
    await expect(page.locator(".delivery")).to_have_count(1)
    assert page.url.endswith("#/deliveries?status=success")
    await page.reload()
    await expect(page.locator(".delivery")).to_have_count(1)


async def test_what_was_missed_is_sent_again_by_one_press(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """The number stands on the button; when it is through, the webhook works again (P1)."""
    server = await broken(starting, receiver)
    receiver.status = 200
    await sign_in(server, page, "webhooks/1")
    await page.get_by_role("button", name="Отправить недоставленное: 3").click()
    await expect(page.locator(".title")).to_contain_text("Работает")
    await expect(page.locator(".trouble")).to_have_count(0)
    assert len(receiver.requests) == 6


async def test_no_rate_without_attempts(server: Server, receiver: Receiver, page: Page) -> None:
    """A dash, not 100 %; then that of the attempts in the window (P1)."""
    await server.webhook(receiver.url, name="CRM")
    await sign_in(server, page, "webhooks/1")
    await expect(page.locator("main")).to_contain_text("— попыток")
    receiver.status = 500
    await server.event(user_id=1)
    await expect(page.locator("main")).to_contain_text("0 % попыток")


async def test_the_answer_stands_where_the_hand_is(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """«Повторить» in a drawer: first that it is sent, then what came of it (P10)."""
    release = asyncio.Event()
    await server.webhook(receiver.url, name="CRM")
    await server.event(user_id=1)
    await until(lambda: receiver.requests)

    async def held(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response(status=500, text="database is locked")

    receiver.answer = held
    await sign_in(server, page, "webhooks/1/deliveries/1")
    drawer = page.locator("dialog")
    button = drawer.get_by_role("button", name="Повторить")
    await button.click()
    await expect(drawer.get_by_role("button", name="Отправляем…")).to_be_disabled()
    release.set()
    await expect(drawer.get_by_role("status").filter(has_text="HTTP 500 за")).to_be_in_viewport()
    await expect(button).to_be_enabled()
    await expect(drawer.locator(".attempt").first).to_contain_text("database is locked")


async def test_what_an_inactive_webhook_holds_waits_for_a_person(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """And is not said to be tried in the past (P21)."""
    server = await broken(starting, receiver, 1)
    await server.call("PATCH", "/webhooks/1", {"is_active": False})
    await sign_in(server, page, "deliveries?status=pending")
    row = page.locator(".delivery")
    await expect(row).to_contain_text("ждёт включения")
    await row.click()
    await expect(page.locator("dialog .verdict")).to_contain_text("ждёт включения")


async def test_skipped_events_are_offered(server: Server, receiver: Receiver, page: Page) -> None:
    """Switching on says how many there are, leads to them, and they go by one press."""
    await server.webhook(receiver.url, name="CRM", is_active=False)
    for number in range(3):
        await server.event(user_id=number)
    await sign_in(server, page, "webhooks/1")
    await page.get_by_role("button", name="Включить").click()
    await page.get_by_role("link", name="пропущено: 3").click()
    await expect(page.locator(".delivery")).to_have_count(3)
    await page.get_by_role("button", name="Отправить пропущенное: 3").click()
    await expect(page.locator(".delivery", has_text="Успешно")).to_have_count(3)


async def test_a_webhook_that_fails_for_long_is_told(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """Wherever one is on the page, and until it is closed (P1)."""
    server: Server = await starting(
        now=None, delivery__retry_schedule=[0.5] * 20, delivery__disable_after_hours=0.002
    )
    receiver.status = 503
    await server.webhook(receiver.url, name="CRM")
    await sign_in(server, page, "tokens")
    await server.event(user_id=1)
    toast = page.locator(".toast").filter(has_text="сбоит уже").first
    await expect(toast).to_contain_text("CRM")
    disabled = page.locator(".toast").filter(has_text="отключён сервером")
    await expect(disabled).to_be_visible(timeout=20_000)  # after seven seconds of failures
    await show(page, "webhooks/1")
    await expect(page.locator(".title")).to_contain_text("Отключён сервером")
