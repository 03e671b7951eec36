"""A phone's day, played through: in by a link, out of the tunnel, what failed sent again, out."""

from typing import Any

from playwright.async_api import expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium

pytestmark = needs_chromium

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


async def test_a_phones_day(starting: Any, receiver: Receiver) -> None:
    """With a thumb alone: every step is tapped on, as it is named in Russian."""
    server: Server = await starting(now=None, delivery__retry_schedule=[3600.0])
    await server.webhook(receiver.url, name="CRM")
    link = (await server.call("POST", "/login/links")).json["url"]
    async with browsing(**PHONE) as phone:
        page = await phone.new_page()
        connection = page.locator(".connection.connected")

        await page.goto(link)
        await expect(connection).to_be_visible()
        await expect(page.get_by_text("Всё доставлено")).to_be_visible()

        await server.event("payment.completed", transaction_id=1, user_id=7, amount_kopeks=50_000)
        first = page.locator(".stream a").first
        await expect(first).to_contain_text("+500 ₽")
        await until(lambda: len(receiver.requests) == 1)

        await phone.set_offline(True)  # a tunnel; the browser's own switch leaves sockets open
        for socket in server.parts.hub.sockets():
            socket.abort()
        await expect(connection).to_have_count(0)
        await expect(page.get_by_text("Нет связи с сервером.")).to_be_visible()
        await expect(first).to_contain_text("+500 ₽")
        receiver.status = 503
        await server.event("ticket.created", ticket_id=3, user_id=7, title="Не подключается")
        await until(lambda: len(receiver.requests) == 2)
        await phone.set_offline(False)

        await expect(connection).to_be_visible()
        await expect(first).to_contain_text("Не подключается")
        await page.get_by_role("link", name="Не доставлено 1").tap()
        await page.locator(".delivery").tap()
        drawer = page.locator("dialog")
        await expect(drawer).to_contain_text("получатель ответил HTTP 503")
        receiver.status = 200
        await drawer.get_by_role("button", name="Повторить").tap()
        await expect(drawer.get_by_role("status").filter(has_text="200 за")).to_be_visible()
        await drawer.get_by_label("Закрыть", exact=True).first.tap()  # a toast has one too
        assert receiver.requests[2].body == receiver.requests[1].body

        bar = page.get_by_role("navigation", name="Bedolaga")
        await bar.get_by_role("link", name="Вебхуки").tap()
        await page.get_by_role("link", name="CRM").tap()
        await page.get_by_role("button", name="Выключить").tap()
        await expect(page.locator(".title")).to_contain_text("Выключен")
        said = page.locator(".toast").filter(has_text="выключен")
        await expect(said).to_be_visible()  # by the server too
        assert (await server.call("GET", "/webhooks/1")).json["is_active"] is False

        await bar.get_by_role("button", name="Ещё").tap()
        await page.get_by_role("button", name="Выйти").tap()
        await expect(page.get_by_role("button", name="Войти")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("button", name="Войти")).to_be_visible()
