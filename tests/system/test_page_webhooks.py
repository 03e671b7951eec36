"""Webhooks and their deliveries as an operator handles them in the page."""

import asyncio
import json
import os
import sys
from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium


async def test_the_table_is_searched_filtered_sorted_and_changed_in_bulk(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Counters and the bars of the day follow the deliveries."""
    for name in ("CRM", "Бухгалтерия", "Архив"):
        await server.webhook(receiver.url, "user.created" if name == "CRM" else "*", name=name)
    await sign_in(server, page, "webhooks")
    rows, names = page.locator("tbody tr"), page.locator("tbody td:nth-child(2)")
    await expect(names).to_have_text(["Архив", "Бухгалтерия", "CRM"])
    await page.get_by_role("button", name="Название").click()
    await expect(names).to_have_text(["Архив", "Бухгалтерия", "CRM"])
    await page.get_by_role("button", name="Название").click()
    await expect(names).to_have_text(["CRM", "Бухгалтерия", "Архив"])
    await page.get_by_label("Поиск").fill("бух")
    await expect(rows).to_have_count(1)
    await page.get_by_label("Поиск").fill("")
    for name in ("CRM", "Архив"):
        await page.get_by_role("checkbox", name=name).check()
    await page.locator(".toolbar").get_by_role("button", name="Деактивировать").click()
    await expect(page.locator(".status.inactive")).to_have_count(2)
    await page.get_by_label("Статус").select_option("active")
    await expect(rows).to_have_count(1)
    await server.event(user_id=1)
    await expect(rows.first.locator("td").nth(5)).to_have_text("1")
    await page.reload()
    await expect(page.locator(".sparkline")).to_have_attribute(
        "aria-label", "Успешно: 1, Ошибок: 0"
    )


async def test_the_form_says_what_is_wrong_and_shows_a_secret_once(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Beside the field; a generated secret is shown once; what it gets is checked on edit."""
    await sign_in(server, page, "webhooks")
    await page.get_by_role("button", name="Создать webhook").click()
    form = page.locator("dialog form")
    await form.locator("[name=name]").fill("CRM")
    await form.locator("[name=url]").fill("http://user:word@example.com/")
    await form.get_by_label("Поиск среди типов").fill("ticket")
    await expect(form.get_by_role("checkbox", name="user.*")).to_be_hidden()
    await form.get_by_role("checkbox", name="ticket.*").check()
    await form.get_by_role("button", name="Создать", exact=True).click()
    await expect(form.locator("label", has=page.locator("[name=url]"))).to_contain_text("URL")
    await expect(form.get_by_role("alert")).to_contain_text("имя и пароль в URL не передаются")
    await form.locator("[name=url]").fill(receiver.url)
    await form.get_by_label("Сгенерировать").check()
    await form.get_by_role("button", name="Создать", exact=True).click()
    await expect(page.locator("dialog pre")).to_contain_text("whsec_")
    await page.get_by_role("button", name="Готово").click()
    await expect(page.locator("tbody tr")).to_contain_text("CRM")
    await page.get_by_role("button", name="Действия: CRM").click()
    await page.get_by_role("link", name="Редактировать").click()
    await expect(page.get_by_role("checkbox", name="ticket.*")).to_be_checked()
    await page.locator("form [name=name]").fill("CRM 2")
    await page.get_by_role("button", name="Обновить").click()
    await expect(page.get_by_role("heading", name="Вебхуки / CRM 2")).to_be_visible()
    await page.get_by_role("button", name="Сменить секрет").click()
    await page.locator("dialog").get_by_role("button", name="Сменить секрет").click()
    await expect(page.locator("dialog pre")).to_contain_text("whsec_")
    await expect(page.locator("dialog")).to_contain_text("Старый секрет тоже подписывает до")


async def test_a_test_delivery_shows_its_answer_in_place(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """And leads to its attempt."""
    receiver.status = 418
    await server.webhook(receiver.url)
    await sign_in(server, page, "webhooks/1")
    await page.get_by_role("button", name="Проверить", exact=True).click()
    answer = page.get_by_role("status").filter(has_text="Ответ на проверку")
    await expect(answer).to_contain_text("418")
    await answer.get_by_role("link").click()
    await expect(page.locator("dialog .attempt")).to_contain_text("thanks")


async def test_deliveries_live_with_countdown_filter_and_replay(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """A failure counts down to its retry; what failed is sent again as a whole."""
    server: Server = await starting(now=None, delivery__retry_schedule=[3600.0])
    receiver.status = 500
    await server.webhook(receiver.url)
    await sign_in(server, page, "webhooks/1/deliveries")
    await expect(page.get_by_text("Доставок пока нет.")).to_be_visible()
    await server.event(user_id=1)
    row = page.locator("tbody tr")
    await expect(row).to_contain_text("Ожидает")
    await expect(row).to_contain_text("HTTP 500 · Следующая попытка через")
    await page.get_by_label("Статус").select_option("failed")
    await expect(page.get_by_text("Неудачных доставок нет.")).to_be_visible()
    await page.get_by_label("Статус").select_option("")
    await row.get_by_role("link").click()
    await page.get_by_role("button", name="Отменить доставку").click()
    await expect(page.locator("dialog .row .status")).to_have_text("Ошибка")
    await page.keyboard.press("Escape")
    receiver.status = 200
    await page.get_by_role("button", name="Повторить с…").click()
    await page.get_by_role("button", name="Посчитать").click()
    await expect(page.locator("dialog")).to_contain_text("Подходит: 1")
    await page.locator("dialog").get_by_role("button", name="Повторить").click()
    await expect(row).to_contain_text("Успешно")
    await show(page, "deliveries")
    await page.get_by_label("Статус").select_option("success")
    await expect(page.locator("tbody tr")).to_contain_text("hook")


async def test_one_event_its_verdicts_and_sending_it_to_another(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Who got it and why not, who saw it live; a person sends it to a webhook of their choice."""
    await server.webhook(receiver.url, name="CRM", secret="s3cret")
    await server.webhook(receiver.url, "ticket.*", name="Тикеты")
    await sign_in(server, page)
    await server.event(user_id=1, username="vasya")
    await page.locator(".stream a").click()
    drawer = page.locator("dialog")
    await expect(drawer.locator("li").nth(0)).to_contain_text("Успешно")
    await expect(drawer.locator("li").nth(0)).to_contain_text("Попытка 1")
    await expect(drawer.locator("li").nth(1)).to_contain_text("не подписан")
    await expect(drawer.locator("li").nth(1)).to_contain_text("Он подписан на ticket.*")
    await expect(drawer).to_contain_text("Кто видел сразу")
    await expect(drawer.locator("p").last).to_contain_text("BEDOLAGA_EVENTS_TOKEN")
    await drawer.get_by_label("Отправить ещё раз в…").select_option(label="Тикеты")
    await drawer.get_by_role("button", name="Повторить").click()
    await expect(drawer.locator("li").nth(1)).to_contain_text("Успешно")
    assert len(receiver.requests) == 2
    await drawer.get_by_role("link", name="CRM").click()
    assert page.url.endswith("#/webhooks/1/deliveries/1")
    await page.go_back()
    await expect(drawer).to_contain_text("Кому доставлено")


async def test_the_code_that_checks_this_very_signature_is_right(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Run as it stands in the drawer, it prints what was sent."""
    await server.webhook(receiver.url, secret="s3cret", name="CRM")
    await server.event(user_id=1, first_name='Вася "\\ \n</script>')
    await sign_in(server, page, "webhooks/1/deliveries/1")
    await page.locator("summary", has_text="200").click()
    await page.get_by_text("Проверить эту подпись").click()
    code = await page.get_by_label("Проверить эту подпись").inner_text()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        env={**os.environ, "WEBHOOK_SECRET": "s3cret"},
        stdout=asyncio.subprocess.PIPE,
    )
    printed = (await process.communicate())[0].decode().split()
    sent = receiver.requests[0]
    assert printed == [sent.headers["webhook-signature"], sent.headers["X-Webhook-Signature"]]
    await page.get_by_text("Тело запроса, байт в байт").click()
    shown = await page.get_by_label("Тело запроса, байт в байт").inner_text()
    assert shown == sent.body.decode()
    assert json.loads(shown)["user_id"] == 1


async def test_a_slow_answer_shows_skeletons_and_keeps_old_data(server: Server, page: Page) -> None:
    """The shape of what comes; no spinner, no jump."""
    release = asyncio.Event()

    async def hold(route: Any) -> None:
        await release.wait()
        await route.continue_()

    await sign_in(server, page)
    await page.route("**/tokens", hold)
    await page.evaluate("location.hash = '#/tokens'")
    await expect(page.locator(".skeleton")).to_be_visible()
    release.set()
    await expect(page.locator(".skeleton")).to_have_count(0)
    await expect(page.locator("tbody tr")).to_have_count(
        len((await server.call("GET", "/tokens")).json["items"])
    )


async def test_what_cannot_be_loaded_says_why_and_is_tried_again(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """A link to something that is gone; a server that fails once."""
    await server.webhook(receiver.url)
    await sign_in(server, page, "webhooks/1/deliveries/999")
    await expect(page.get_by_role("alert")).to_contain_text("У webhook 1 нет доставки 999.")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.route(
        "**/tokens", lambda route: route.fulfill(status=503, json={"detail": "Later."})
    )
    await show(page, "tokens")
    await expect(page.get_by_role("alert")).to_contain_text("Later.")
    await page.unroute("**/tokens")
    await page.get_by_role("button", name="Ещё раз").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.locator("tbody tr")).to_have_count(1)
