"""The page's form for what a webhook gets, in a real Chromium."""

from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import needs_chromium, sign_in

pytestmark = needs_chromium


async def test_types_and_a_filter_in_the_form(server: Server, page: Page) -> None:
    """Several types, and a row for each condition, with what they let through counted meanwhile."""
    for amount in (1, 200_000):
        payment = {"transaction_id": 1, "user_id": 1, "amount_kopeks": amount}
        await server.event("payment.completed", **payment, external_id="007")
    hook = await server.webhook("http://127.0.0.1:9/", "user.created", name="CRM")
    await sign_in(server, page, f"webhooks/{hook['id']}/settings")
    form = page.locator("form.fields")
    count = form.get_by_role("status").filter(has_text="Совпадает")
    await expect(count).to_have_text("Совпадает 0 из последних 2")
    await form.get_by_label("Поиск среди типов").fill("плат")
    await expect(form.get_by_role("checkbox", name="user.*")).to_be_hidden()
    await form.get_by_role("checkbox", name="Завершение платежа").check()
    await expect(count).to_have_text("Совпадает 2 из последних 2")

    async def condition(at: int, field: str, op: str, value: str) -> None:
        await form.get_by_role("button", name="Добавить условие").click()
        row = form.locator(".condition").nth(at)
        await row.get_by_label("Поле").fill(field)
        await row.get_by_label("Сравнение").select_option(op)
        await row.get_by_label("Значение").fill(value)

    await condition(0, "amount_kopeks", "не меньше", "100000")
    await expect(count).to_have_text("Совпадает 1 из последних 2")
    await condition(1, "external_id", "равно", "007")  # a text by the type's schema
    await condition(2, "payment_method", "ни одно из", "stars, cash")
    await expect(count).to_have_text("Совпадает 1 из последних 2")
    fields = await form.locator("datalist option").evaluate_all("them => them.map(it => it.value)")
    assert {"amount_kopeks", "payment_method", "username"} <= set(fields)
    await form.get_by_role("button", name="Сохранить").click()
    await expect(form.get_by_role("status").filter(has_text="Сохранено.")).to_be_visible()
    kept = (await server.call("GET", f"/webhooks/{hook['id']}")).json
    assert kept["event_types"] == ["user.created", "payment.completed"]
    assert kept["filter"] == [
        {"field": "amount_kopeks", "op": "gte", "value": 100000},
        {"field": "external_id", "op": "eq", "value": "007"},
        {"field": "payment_method", "op": "not_in", "value": ["stars", "cash"]},
    ]
    await page.reload()
    values = form.locator(".condition").get_by_label("Значение")
    await expect(values).to_have_count(3)
    assert not await values.first.evaluate("(one) => one.spellcheck")  # no word of a language
    shown = [await values.nth(at).input_value() for at in range(3)]
    assert shown == ["100000", "007", "stars, cash"]
    await form.get_by_role("button", name="Убрать условие").first.click()
    await form.get_by_role("button", name="Сохранить").click()
    await expect(form.get_by_role("status").filter(has_text="Сохранено.")).to_be_visible()
    after = (await server.call("GET", f"/webhooks/{hook['id']}")).json
    assert after["filter"] == kept["filter"][1:]


async def test_a_condition_that_cannot_be_is_said_beside_it(server: Server, page: Page) -> None:
    """In place of a count, and when it is saved, in the row."""
    await server.webhook("http://127.0.0.1:9/", "user.created", name="CRM")
    await sign_in(server, page, "webhooks/1/settings")
    form = page.locator("form.fields")
    await form.get_by_role("button", name="Добавить условие").click()
    await form.get_by_label("Поле").fill("user_id")
    await form.get_by_label("Сравнение").select_option("больше")
    await form.locator("[name='filter.value']").fill("true")
    await form.get_by_role("button", name="Сохранить").click()
    problem = form.locator(".condition").get_by_role("alert")
    await expect(problem).to_have_text("gt сравнивает с числом или текстом")


async def test_an_event_tells_which_condition_held_it_back(server: Server, page: Page) -> None:
    """Beside the webhook, in the reader's language."""
    await server.webhook(
        "http://127.0.0.1:1/", filter=[{"field": "user_id", "op": "gt", "value": 5}]
    )
    event = await server.event(user_id=1)
    await sign_in(server, page, f"events/{event['id']}")
    status = page.get_by_text("не прошло фильтр")
    await expect(status).to_be_visible()
    await expect(status).to_have_attribute("title", "Фильтр пропускает только: user_id больше 5")
