"""What a browser may lack: storage, a clipboard, notifications."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.conftest import ADMIN, Server, until
from tests.system.chromium import (
    ARGUMENTS,
    CHROMIUM,
    browsing,
    choose,
    needs_chromium,
    show,
    sign_in,
)

pytestmark = needs_chromium

CONNECTED = ".connection.connected"
BOX = "Уведомления браузера"
PREFERRED = json.dumps({"browser": True, "sound": True})
FULL = """() => {
  let piece = 'x'.repeat(1 << 20);
  for (let n = 0; piece; n += 1) {
    try { localStorage.setItem(n, piece); } catch { piece = piece.slice(0, piece.length >> 1); }
  }
}"""
GARBAGE = """() => {
  const names = 'token notifications notified firstRun language theme place wanted';
  for (const name of names.split(' '))
    for (const area of [localStorage, sessionStorage]) area.setItem(`bedolaga.${name}`, VALUE);
}"""
ANDROID = """
  class Throws {
    static permission = 'granted';
    static requestPermission() { return Promise.resolve('granted'); }
    constructor() { throw new TypeError('Illegal constructor. Use showNotification() instead.'); }
  }
  window.Notification = Throws;
  window.tones = 0;
  const audio = AudioContext.prototype;
  const make = audio.createOscillator;
  audio.createOscillator = function () { window.tones += 1; return make.call(this); };
"""
ALLOWED = "JSON.parse(localStorage.getItem('bedolaga.notifications') ?? '{}').browser === true"
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.getNotifications() ?? []).map((one) => one.title);
}"""


@pytest.fixture
async def insecure(server: Server) -> AsyncIterator[tuple[BrowserContext, str]]:
    """A browser, and the server's address as http://NAME: no secure context."""
    async with browsing(names={"shop.test": "127.0.0.1"}) as context:
        yield context, server.url.replace("127.0.0.1", "shop.test")


async def pasted(page: Page) -> Any:
    """What the clipboard holds, by pasting it into the search."""
    field = page.locator("[data-search]")
    await field.fill("")
    await field.focus()
    await page.keyboard.press("Control+V")
    return await field.input_value()


async def test_copying_where_there_is_no_clipboard(insecure: tuple[BrowserContext, str]) -> None:
    """A secret that is shown once, in a dialog, is copied at http://IP too (P9)."""
    context, url = insecure
    page = await context.new_page()
    await page.goto(f"{url}/#token={ADMIN}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    assert await page.evaluate("navigator.clipboard === undefined")
    await show(page, "tokens")
    await page.get_by_role("button", name="Создать токен").click()
    await page.locator("dialog [name=name]").fill("bot")
    await page.get_by_role("button", name="Создать", exact=True).click()
    secret = await page.locator("dialog pre").inner_text()
    await page.locator("dialog").get_by_role("button", name="Копировать").click()
    await expect(page.locator("dialog")).to_contain_text("Скопировано")
    await page.get_by_role("button", name="Готово").click()
    await show(page, "events")
    assert await pasted(page) == secret


async def test_what_cannot_be_copied_is_selected(insecure: tuple[BrowserContext, str]) -> None:
    """And the page says so, in place of doing nothing (P9)."""
    context, url = insecure
    page = await context.new_page()
    await page.add_init_script("document.execCommand = () => false")
    await page.goto(f"{url}/#token={ADMIN}")
    await page.get_by_role("button", name="Создать токен бота").click()
    text = await page.locator(".first-run pre").first.inner_text()
    await page.get_by_role("button", name="Копировать").first.click()
    await expect(page.get_by_role("button", name="Выделено: Ctrl+C")).to_be_visible()
    assert await page.evaluate("getSelection().toString()") == text


async def test_storage_is_denied(server: Server, tmp_path: Path) -> None:
    """Cookies are blocked in the browser's settings: everything works but remembering (P8)."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "profile/Default").mkdir(parents=True)
    (tmp_path / "profile/Default/Preferences").write_text(json.dumps(settings))
    errors: list[str] = []
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=ARGUMENTS, locale="ru-RU"
        )
        page = await context.new_page()
        page.on("pageerror", lambda one: errors.append(str(one)))
        await page.goto(server.url)
        assert await page.evaluate("() => { try { return !localStorage } catch { return true } }")
        await page.locator("[name=token]").fill(ADMIN)
        await page.get_by_role("button", name="Войти").click()
        await expect(page.locator(CONNECTED)).to_be_visible()
        await server.event(user_id=1)
        await expect(page.locator(".stream li")).to_have_count(1)
        for command in ("English", "Dark theme"):
            await choose(page, command)
        await expect(page.get_by_text("Total users")).to_be_visible()
        await context.close()
    assert errors == []


async def test_storage_is_full(server: Server, page: Page) -> None:
    """The sign-in lasts for the tab at least (P8)."""
    await page.goto(f"{server.url}/health")
    await page.evaluate(FULL)
    await page.goto(f"{server.url}/#token={ADMIN}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    await choose(page, "English")
    await expect(page.get_by_text("Total users")).to_be_visible()
    await page.reload()
    await expect(page.locator(CONNECTED)).to_be_visible()


@pytest.mark.parametrize(
    "value", ["{", "null", "[]", '"x"', "7", '{"kinds": null, "enabled": "perhaps"}', "<b>", ""]
)
async def test_storage_holds_garbage(server: Server, page: Page, value: str) -> None:
    """It counts as nothing (P8)."""
    await page.goto(f"{server.url}/health")
    await page.evaluate(GARBAGE.replace("VALUE", json.dumps(value)))
    await page.goto(server.url)
    await expect(page.locator("[name=token]")).to_be_visible()
    await sign_in(server, page, "notifications")
    await expect(page.get_by_label("Показывать уведомления")).to_be_checked()


async def test_notifications_on_android(server: Server) -> None:
    """`new Notification` throws there: the worker shows them, toasts and sound go on (P7)."""
    async with browsing(permissions=["notifications"], service_workers="allow") as context:
        page = await context.new_page()
        await page.add_init_script(ANDROID)
        await sign_in(server, page, "notifications")
        await page.get_by_label(BOX).check()
        await page.get_by_label("Звук").check()
        await until(lambda: page.evaluate(ALLOWED))  # the box is ticked before the worker is there
        await show(page, "tokens")
        await server.event(user_id=1, username="vasya")
        await server.event("ticket.created", ticket_id=7, user_id=1, title="Не работает")
        await expect(page.locator(".toast")).to_have_count(2)
        await until(lambda: page.evaluate("tones === 1"))
        await until(lambda: page.evaluate(f"({SHOWN})().then((all) => all.length === 2)"))
        assert "Новый пользователь: @vasya" in await page.evaluate(SHOWN)


async def test_notifications_on_ios(server: Server, page: Page) -> None:
    """There are none in a tab of Safari: not offered, one ticked elsewhere breaks nothing (P7)."""
    await page.add_init_script("delete window.Notification; delete window.AudioContext;")
    await page.goto(f"{server.url}/health")
    await page.evaluate(f"localStorage.setItem('bedolaga.notifications', '{PREFERRED}')")
    await sign_in(server, page, "notifications")
    await expect(page.get_by_label("Показывать уведомления")).to_be_visible()
    await expect(page.get_by_label(BOX)).to_have_count(0)
    await expect(page.get_by_label("Звук")).to_have_count(0)
    await show(page, "tokens")
    for number in (1, 2):
        await server.event(user_id=number)
        await expect(page.locator(".toast").last).to_contain_text(f"пользователь: {number}")


async def test_notifications_that_are_refused(server: Server) -> None:
    """The box does not stay ticked, and the page says what the browser answered."""
    async with browsing() as context:
        page = await context.new_page()
        await page.add_init_script("Notification.requestPermission = async () => 'denied'")
        await sign_in(server, page, "notifications")
        await page.get_by_label(BOX).click()
        await expect(page.locator(".toast")).to_contain_text("Браузер не разрешил уведомления")
        await expect(page.get_by_label(BOX)).not_to_be_checked()
