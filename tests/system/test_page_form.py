"""A new webhook as a person makes it: helped while typing, done in one step, lost by no slip."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium


async def test_the_address_is_checked_while_it_is_typed(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """By the code that guards saving; the focus is in the first field."""
    await sign_in(server, page, "webhooks/new")
    form = page.locator("dialog form")
    await expect(form.locator("[name=name]")).to_be_focused()
    field = form.locator("label", has=page.locator("[name=url]"))
    await field.locator("input").fill("http://10.0.0.5/hook")
    await expect(field.get_by_role("status")).to_contain_text("Адрес 10.0.0.5 не разрешён")
    await field.locator("input").fill(receiver.url)
    await expect(field.get_by_role("status")).to_have_text("Сюда можно отправлять: 127.0.0.1")


async def test_secret_test_and_code_in_one_step(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """A secret is made unless unwished for; a slip does not close over it (P19)."""
    await sign_in(server, page, "webhooks")
    await page.keyboard.press("n")
    dialog = page.locator("dialog")
    await dialog.locator("[name=name]").fill("CRM")
    await dialog.locator("[name=url]").fill(receiver.url)
    await dialog.get_by_role("checkbox", name="ticket.*").check()
    await dialog.get_by_role("button", name="Создать", exact=True).click()
    await expect(dialog.get_by_label("Секрет")).to_contain_text("whsec_")
    await dialog.get_by_role("button", name="Отправить тест").click()
    await expect(dialog.get_by_role("status").filter(has_text="200 за")).to_be_visible()
    assert receiver.requests[0].headers["X-Webhook-Event"] == "ticket.created"
    await expect(dialog.get_by_label("Python")).to_contain_text("def verify")
    await dialog.get_by_role("button", name="PHP").click()
    await expect(dialog.get_by_label("PHP")).to_contain_text("hash_equals")
    await page.mouse.click(5, 5)
    await expect(dialog.get_by_role("alert")).to_contain_text("Больше это не покажем")
    await dialog.get_by_role("button", name="Готово").click()
    await expect(page.locator(".hook")).to_contain_text("CRM")


async def test_own_secret_or_none(server: Server, receiver: Receiver, page: Page) -> None:
    """Where the generated one is not wished for; then there is nothing to show once."""
    await sign_in(server, page, "webhooks/new")
    dialog = page.locator("dialog")
    await dialog.locator("[name=name]").fill("CRM")
    await dialog.locator("[name=url]").fill(receiver.url)
    await dialog.get_by_role("checkbox", name="ticket.*").check()
    await dialog.get_by_role("checkbox", name="Сгенерировать секрет").uncheck()
    await dialog.locator("[name=secret]").fill("my own secret")
    await dialog.get_by_role("button", name="Создать", exact=True).click()
    await expect(dialog).to_contain_text("Вебхук «CRM» готов")
    await expect(dialog.locator("pre")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert (await server.call("GET", "/webhooks/1")).json["has_secret"]
    await show(page, "webhooks/1/verify")
    await expect(page.get_by_label("Python")).to_contain_text("def verify")


# What a field of the form says: when it is empty, no address, too little, no whole number.
FAULTS = {
    "ru": ("Заполните это поле.", "Это не адрес: он должен", "Не меньше 0.", "Нужно целое число."),
    "en": ("Fill in this field.", "This is not an address:", "At least 0.", "Enter a whole"),
}


@pytest.mark.parametrize(("language", "locale"), [("ru", "en-US"), ("en", "ru-RU")])
async def test_a_field_speaks_the_language_of_the_page(
    server: Server, receiver: Receiver, language: str, locale: str
) -> None:
    """Whatever the browser's own is; and the form goes once nothing is wrong any more."""
    empty, no_address, little, broken = FAULTS[language]
    async with browsing(locale=locale) as context:
        page = await context.new_page()

        async def says(name: str, words: str) -> None:
            field = page.locator(f"[name={name}]")
            await expect(field).to_be_focused()
            assert words in await field.evaluate("(one) => one.validationMessage")

        await page.goto(server.url)
        await page.evaluate(f"localStorage.setItem('bedolaga.language', '{language}')")
        await page.reload()
        await page.locator("form button.primary").click()
        await says("token", empty)
        await sign_in(server, page, "webhooks/new")
        send = page.locator("dialog form button.primary")
        await send.click()
        await says("name", empty)
        await page.keyboard.type("CRM")
        await page.locator("[name=url]").fill("nowhere")
        await page.keyboard.press("Enter")
        await says("url", no_address)
        await page.locator("[name=url]").fill(receiver.url)
        await page.get_by_role("checkbox", name="ticket.*").check()
        await page.locator("dialog details summary").last.click()
        for text, words in (("-1", little), ("1.5", broken)):
            await page.locator("[name=max_per_minute]").fill(text)
            await send.click()
            await says("max_per_minute", words)
        await page.locator("[name=max_per_minute]").fill("60")
        await send.click()
        await expect(page.locator("[data-once]")).to_be_visible()
