"""The admin page in Debian's Chromium."""

import json
import re
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from bedolaga_events.config import describe, load
from tests.conftest import ADMIN, Receiver, Server, until
from tests.system.chromium import choose, needs_chromium
from tests.system.conftest import ROOT
from tests.test_translations import OPENSSL, of_pydantic

pytestmark = needs_chromium


async def test_from_the_printed_link_to_a_delivered_webhook(
    starting: Any, receiver: Receiver, page: Page
) -> None:
    """Sign in, see an event live, create a webhook, see its delivery, deactivate, delete."""
    server: Server = await starting(now=None)
    await page.goto(f"{server.url}/#login={await server.code()}")
    await expect(page.get_by_text("Подключено")).to_be_visible()
    assert "login" not in page.url
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=50_000)
    await expect(page.locator(".stream li")).to_contain_text("payment.completed")
    await expect(page.locator(".stat").nth(3)).to_contain_text("500")

    await page.get_by_role("link", name="Вебхуки").click()
    await page.get_by_role("button", name="Создать вебхук").click()
    await page.locator("[name=name]").fill("CRM")
    await page.locator("[name=url]").fill("http://10.0.0.5/")
    await page.locator("[name=event_types][value='*']").check()
    await page.get_by_role("button", name="Создать", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Адрес 10.0.0.5 не разрешён")
    await page.locator("[name=url]").fill(receiver.url)
    await page.get_by_role("button", name="Создать", exact=True).click()
    await page.get_by_role("button", name="Готово").click()
    row = page.locator(".hook")
    await expect(row).to_contain_text("Работает")
    await server.event(user_id=1)
    await page.get_by_role("button", name="Действия: CRM").click()
    await row.get_by_role("link", name="Доставки").click()
    await page.locator(".delivery").filter(has_text="Успешно").click()
    assert len(receiver.requests) == 1
    await page.get_by_role("button", name="Повторить", exact=True).click()
    await expect(page.locator("dialog .sending")).to_contain_text("200 за")
    await expect(page.locator(".attempt")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.get_by_role("link", name="Вебхуки").first.click()
    await page.get_by_role("button", name="Действия: CRM").click()
    await row.get_by_role("button", name="Выключить").click()
    await expect(row).to_contain_text("Выключен")
    await page.get_by_role("button", name="Отменить").click()
    await expect(row).to_contain_text("Работает")
    await page.get_by_role("button", name="Действия: CRM").click()
    await row.get_by_role("button", name="Удалить").click()
    await page.locator("dialog input").fill("CRM")
    await page.locator("dialog button.danger").click()
    await expect(page.get_by_text("Вебхуков пока нет")).to_be_visible()


async def test_a_pasted_token_and_a_wrong_one(server: Server, page: Page) -> None:
    """A wrong token is answered in a sentence; #token= works and leaves the address."""
    await page.goto(server.url)
    await page.locator("[name=token]").fill("wrong")
    await page.get_by_role("button", name="Войти").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.locator("[name=token]").fill(ADMIN)
    await page.get_by_role("button", name="Войти").click()
    await expect(page.get_by_text("Подключено")).to_be_visible()
    await choose(page, "Выйти")
    await page.goto("about:blank")
    await page.goto(f"{server.url}/#token={ADMIN}")
    await expect(page.get_by_text("Подключено")).to_be_visible()
    assert "token" not in page.url


PLACES = ["", "events", "webhooks", "webhooks/1", "webhooks/1/verify", "deliveries"]
MORE_PLACES = ["notifications", "tokens", "settings", "sandbox", "webhooks/1/deliveries/1"]


@pytest.mark.parametrize("width", [360, 980, 1200, 1280, 1440, 1600, 1800, 3840])
async def test_every_view_fits_at_every_width_in_both_languages(
    server: Server, page: Page, width: int
) -> None:
    """Nothing throws, nothing is wider than the window, and no text is a key."""
    await server.webhook(f"{server.url}/sink/in", secret="s3cret", name="A" * 255)
    far = "http://crm.example-company.com:8443/hooks/bedolaga/incoming/events"
    await server.webhook(far, event_type="ticket.status_changed", name="Бухгалтерия магазина")
    await server.event(user_id=1, first_name="x" * 300)
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(f"{server.url}/#token={ADMIN}")
    await expect(page.get_by_text("Подключено")).to_be_visible()
    for place in [*PLACES, *MORE_PLACES]:
        await page.evaluate(f"location.hash = '#/{place}'")
        await page.wait_for_timeout(100)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, place
    await expect(page.locator("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.evaluate("location.hash = '#/'")
    await choose(page, "English")
    await expect(page.get_by_text("Total users")).to_be_visible()


async def test_what_others_wrote_is_shown_and_not_run(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Markup in every field that the page shows stays text, a receiver's answer among them."""
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=410, text=evil, headers={"X-Evil": evil})

    receiver.answer = answer
    await server.webhook(receiver.url, name=evil, description=evil)
    await server.call("POST", "/tokens", {"name": evil, "scopes": ["read"]})
    await server.event(user_id=1, first_name=evil, username=evil)
    await until(lambda: receiver.requests)
    await server.event("ticket.created", ticket_id=1, user_id=1, title=evil)
    await page.goto(f"{server.url}/#token={ADMIN}")
    await expect(page.get_by_text("Подключено")).to_be_visible()
    for place in [*PLACES, *MORE_PLACES, "events/1"]:
        await page.evaluate(f"location.hash = '#/{place}'")
        await page.wait_for_timeout(100)
        assert await page.locator("img").count() == 0
    await page.evaluate("location.hash = '#/webhooks/1/deliveries/1'")
    await expect(page.get_by_text(f"X-Evil: {evil}")).to_be_visible()
    await page.evaluate("location.hash = '#/tokens'")
    await expect(page.get_by_text(evil).first).to_be_visible()
    assert await page.locator("img").count() == 0
    assert dialogs == []


def test_both_languages_have_the_same_texts() -> None:
    """A missing one would be shown as its key."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), "a text stands twice, and the last one wins"
        return dict(pairs)

    russian, english = (
        json.loads((ROOT / f"static/js/locales/{one}.json").read_text(), object_pairs_hook=once)
        for one in ("ru", "en")
    )
    assert russian.keys() == english.keys()
    used = re.compile(r"\{(\w+)\}")
    own = russian.pop("said")  # by their English
    assert english.pop("said") == {}
    source = (ROOT / "static/js/client.js").read_text()
    for sentence in own:
        assert re.sub(r"\{\w+\}", "${what}", sentence) in source, sentence
    for key, text in russian.items():
        assert set(used.findall(str(text))) == set(used.findall(str(english[key]))), key


def test_every_setting_is_explained_in_russian() -> None:
    """The page of settings shows the models' own descriptions."""
    texts = json.loads((ROOT / "static/js/locales/ru.said.json").read_text())
    assert [one.key for one in describe(load({}, None, {})) if one.meaning not in texts] == []


def test_the_sentences_with_a_translation_are_the_servers_own() -> None:
    """Who changes a sentence in the server finds its translation."""
    texts = json.loads((ROOT / "static/js/locales/ru.said.json").read_text())
    sources = " ".join(one.read_text() for one in (ROOT / "bedolaga_events").rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", sources) + " ".join([*of_pydantic(), *OPENSSL])
    for template, text in texts.items():
        for piece in re.split(r"\{\w+\}|(?<=[.:]) ", template):  # some are put together from two
            assert piece.strip(": ").removeprefix("The ").removesuffix(".")[1:] in joined, template
        assert set(re.findall(r"\{\w+\}", text)) <= set(re.findall(r"\{\w+\}", template))
