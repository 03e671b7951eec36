"""The page's form for what a webhook gets, in a real Chromium."""

from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import needs_chromium, sign_in

pytestmark = needs_chromium


async def test_types_and_a_filter_in_the_form(server: Server, page: Page) -> None:
    """Several types and a condition a line; what they would have let through; what is wrong."""
    for amount in (1, 200_000):
        payment = {"transaction_id": 1, "user_id": 1, "amount_kopeks": amount}
        await server.event("payment.completed", **payment)
    hook = await server.webhook("http://127.0.0.1:1/", "user.created", name="CRM")
    await sign_in(server, page, f"webhooks/{hook['id']}/settings")
    form = page.locator("form.fields")
    await form.get_by_role("checkbox", name="payment.*").check()
    await form.get_by_text("Только события, где…").click()
    conditions = form.locator("[name=filter]")
    await conditions.fill("amount_kopeks gt yes\n  payment_method in")
    await form.get_by_role("button", name="Обновить").click()
    await expect(form.get_by_role("alert")).to_contain_text("in сравнивает со списком")
    await conditions.fill("amount_kopeks gte 100000\npayment_method not_in stars, cash")
    await form.get_by_role("button", name="Проверить на прошлых событиях").click()
    await expect(form).to_contain_text("Из последних 2 событий ушло бы 1.")
    await form.get_by_role("button", name="Обновить").click()
    await expect(page.get_by_role("status").filter(has_text="Сохранено")).to_be_visible()
    kept = (await server.call("GET", f"/webhooks/{hook['id']}")).json
    assert kept["event_types"] == ["user.created", "payment.*"]
    assert kept["filter"] == [
        {"field": "amount_kopeks", "op": "gte", "value": 100000},
        {"field": "payment_method", "op": "not_in", "value": ["stars", "cash"]},
    ]
    await page.reload()
    await expect(conditions).to_have_value(
        'amount_kopeks gte 100000\npayment_method not_in ["stars","cash"]'
    )


async def test_an_event_tells_which_condition_held_it_back(server: Server, page: Page) -> None:
    """Beside the webhook, in the reader's language."""
    await server.webhook(
        "http://127.0.0.1:1/", filter=[{"field": "user_id", "op": "gt", "value": 5}]
    )
    event = await server.event(user_id=1)
    await sign_in(server, page, f"events/{event['id']}")
    status = page.get_by_text("не прошло фильтр")
    await expect(status).to_be_visible()
    await expect(status).to_have_attribute("title", "Фильтр пропускает только user_id gt 5.")
