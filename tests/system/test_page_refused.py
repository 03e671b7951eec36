"""The page tells what the server refused (contract §2): nobody else would tell the shop's owner."""

from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import needs_chromium

pytestmark = needs_chromium


async def test_refused_events_are_told_with_type_number_and_reason(
    starting: Any, page: Page
) -> None:
    """On the dashboard and above the log of events; in Russian, the server's sentence too."""
    server: Server = await starting(now=None)
    for _ in range(12):
        body = {"type": "subscription.renewed", "payload": {}}
        assert (await server.call("POST", "/events", body)).status == 422
    await page.goto(f"{server.url}/#login={await server.code()}")
    told = page.get_by_text("Сервер отклонил события типа subscription.renewed: 12")
    await expect(told).to_be_visible()
    await expect(told).to_contain_text("Неизвестный тип события «subscription.renewed»")
    await page.get_by_role("link", name="События").first.click()
    await expect(told).to_be_visible()
