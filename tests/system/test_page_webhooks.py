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


async def test_the_list_is_searched_narrowed_ordered_and_changed_in_bulk(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """In the address, so that a reload shows the same; counters and the day's bars follow."""
    for name in ("CRM", "Бухгалтерия", "Архив"):
        await server.webhook(receiver.url, "user.created" if name == "CRM" else "*", name=name)
    await sign_in(server, page, "webhooks")
    rows, names = page.locator(".hook"), page.locator(".hook strong")
    await expect(names).to_have_text(["Архив", "Бухгалтерия", "CRM"])
    await page.get_by_label("Порядок").select_option("По названию")
    await expect(names).to_have_text(["Архив", "Бухгалтерия", "CRM"])
    await page.get_by_label("Поиск").fill("бух")
    await expect(rows).to_have_count(1)
    await page.reload()
    await expect(names).to_have_text(["Бухгалтерия"])
    assert page.url.endswith("#/webhooks?order=name&q=%D0%B1%D1%83%D1%85")
    await page.get_by_label("Поиск").fill("")
    for name in ("CRM", "Архив"):
        await page.get_by_role("checkbox", name=name).check()
    await page.get_by_role("button", name="Выключить", exact=True).click()
    await expect(rows.filter(has_text="Выключен")).to_have_count(2)
    await page.get_by_label("Статус").select_option("Работает")
    await expect(names).to_have_text(["Бухгалтерия"])
    await server.event(user_id=1)
    await page.set_viewport_size({"width": 1600, "height": 800})
    await expect(rows).to_contain_text("Успешно 1")
    await page.reload()
    bars = page.locator(".sparkline")
    await expect(bars).to_have_attribute("aria-label", "Успешно: 1, Ошибок: 0")


async def test_what_somebody_else_deleted_is_chosen_no_more(server: Server, page: Page) -> None:
    """The rest of what was chosen is changed."""
    for name in ("CRM", "Архив"):
        await server.webhook("http://127.0.0.1:9/", name=name)
    await sign_in(server, page, "webhooks")
    for name in ("CRM", "Архив"):
        await page.get_by_role("checkbox", name=name).check()
    await server.call("DELETE", "/webhooks/1")
    await expect(page.locator(".hook")).to_have_count(1)
    await expect(page.get_by_text("Выбрано: 1")).to_be_visible()
    await page.get_by_role("button", name="Выключить", exact=True).click()
    await expect(page.locator(".hook")).to_contain_text("Выключен")


async def test_what_is_wrong_stands_under_its_field(server: Server, page: Page) -> None:
    """In the reader's language, and in sight; an edit keeps what it does not show."""
    await server.webhook("http://127.0.0.1:9/", "ticket.*", name="CRM", secret="s3cret")
    await sign_in(server, page, "webhooks/1/settings")
    form = page.locator("form")
    await expect(page.get_by_role("checkbox", name="ticket.*")).to_be_checked()
    await form.locator("[name=url]").fill("http://user:word@example.com/")
    await form.get_by_role("button", name="Сохранить").click()
    problem = form.locator("label", has=page.locator("[name=url]")).get_by_role("alert")
    await expect(problem).to_contain_text("имя и пароль в URL не передаются")
    await expect(problem).to_be_in_viewport()
    await form.locator("[name=url]").fill("http://127.0.0.1:9/")
    await form.locator("[name=name]").fill("CRM 2")
    await form.get_by_role("button", name="Сохранить").click()
    await expect(form.get_by_role("status").filter(has_text="Сохранено.")).to_be_visible()
    await expect(page.get_by_role("heading", name="CRM 2")).to_be_visible()
    kept = (await server.call("GET", "/webhooks/1")).json
    assert (kept["has_secret"], kept["event_types"]) == (True, ["ticket.*"])


async def test_a_secret_is_changed(server: Server, page: Page) -> None:
    """Shown once, with the end of the old one; the dialog does not go by a slip."""
    await server.webhook("http://127.0.0.1:9/", name="CRM", secret="s3cret")
    await sign_in(server, page, "webhooks/1")
    await page.get_by_role("button", name="Действия", exact=True).click()
    await page.get_by_role("button", name="Сменить секрет").click()
    dialog = page.locator("dialog")
    await dialog.get_by_role("button", name="Сменить секрет").click()
    await expect(dialog.locator("pre")).to_contain_text("whsec_")
    await expect(dialog).to_contain_text("Старый секрет тоже подписывает до")
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_role("alert")).to_contain_text("Больше это не покажем")
    await dialog.get_by_role("button", name="Готово").click()
    await expect(dialog).to_have_count(0)


async def test_a_test_delivery_shows_its_answer_in_place(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """And leads to its attempt."""
    receiver.status = 418
    await server.webhook(receiver.url)
    await sign_in(server, page, "webhooks/1")
    await page.get_by_role("button", name="Отправить тест").click()
    answer = page.get_by_role("status").filter(has_text="HTTP 418 за")
    await answer.get_by_role("link", name="подробнее").click()
    await expect(page.locator("dialog .attempt")).to_contain_text("thanks")


async def test_deliveries_live_with_countdown_and_replay(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """A failure counts down to its retry; the deliveries of a time are sent again as a whole."""
    server: Server = await starting(now=None, delivery__retry_schedule=[3600.0])
    receiver.status = 500
    await server.webhook(receiver.url)
    await sign_in(server, page, "webhooks/1/deliveries")
    await expect(page.get_by_text("Доставок пока нет.")).to_be_visible()
    await server.event(user_id=1)
    row = page.locator(".delivery")
    await expect(row).to_contain_text("HTTP 500 · попытка 1 · через")
    await row.click()
    dialog = page.locator("dialog")
    await dialog.get_by_role("button", name="Не отправлять").click()
    await expect(dialog.locator(".verdict")).to_contain_text("отменено вручную")
    await page.keyboard.press("Escape")
    receiver.status = 200
    await page.get_by_role("button", name="Действия", exact=True).click()
    await page.get_by_role("button", name="Отправить заново за период").click()
    await expect(dialog).to_contain_text("Подходит: 0")
    await dialog.get_by_label("Какие").select_option("Отказались от попыток")
    await expect(dialog).to_contain_text("Подходит: 1")
    await dialog.get_by_role("button", name="Отправить", exact=True).click()
    await expect(dialog).to_contain_text("Поставлено в очередь: 1")
    await dialog.get_by_role("button", name="Закрыть").last.click()
    await expect(row).to_contain_text("Успешно")
    await show(page, "deliveries?status=success")
    await expect(page.locator(".delivery")).to_contain_text("hook")


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
    await expect(drawer.locator("li").nth(0)).to_contain_text("200 за")
    await drawer.get_by_text("1 вебхук не подписан на такие события").click()
    await expect(drawer.locator(".names")).to_have_text("Тикеты")
    await expect(drawer).to_contain_text("Кто видел сразу")
    await expect(drawer.locator("p").last).to_contain_text("BEDOLAGA_EVENTS_TOKEN")
    await drawer.get_by_label("Отправить в…").select_option(label="Тикеты")
    await drawer.get_by_role("button", name="Отправить").click()
    await expect(drawer.locator(".sending")).to_contain_text("200 за")
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
    await expect(page.get_by_role("alert")).to_contain_text("У вебхука 1 нет доставки 999.")
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
