"""The page's frame: keys, dialogs, toasts, the bar and the menu of a phone."""

from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.conftest import Server, until
from tests.system.chromium import choose, needs_chromium, show, sign_in

pytestmark = needs_chromium

PHONE = ViewportSize(width=390, height=844)
# A key of a keyboard with Russian letters on it: where it lies, and what it types there.
RUSSIAN = {"g": "п", "d": "в", "e": "у", "w": "ц", "t": "е", "n": "т", "j": "о", "k": "л", "/": "."}
LIES = """([key, code, shiftKey]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key, code, shiftKey, bubbles: true, cancelable: true }))"""
# In a dialog that still moves, 44 pixels are not quite 44.
SMALL = """() => [...document.querySelectorAll('a, button, select, summary, input, label.check')]
  .filter((one) => one.checkVisibility() && !one.closest('p, label.check *, .unseen, .skip'))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.height < 43.9 || box.width < 43.9))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
COVERED = """(over) => {
  const box = document.querySelector(over).getBoundingClientRect();
  const header = document.querySelector('.top').getBoundingClientRect();
  const bar = document.querySelector('.side').getBoundingClientRect();
  return box.top < header.bottom || box.bottom > bar.top;
}"""


async def press_russian(page: Page, key: str, *, shift: bool = False) -> None:
    code = "Slash" if key == "/" else f"Key{key.upper()}"
    await page.evaluate(LIES, ["," if shift else RUSSIAN[key], code, shift])


async def test_the_keys_of_a_russian_layout(server: Server, page: Page) -> None:
    """What a key says does not matter there, but where it lies (P17)."""
    for number in (1, 2):
        await server.event(user_id=number)
    await sign_in(server, page)
    for key, place in (("e", "events"), ("w", "webhooks"), ("t", "tokens"), ("d", "")):
        await press_russian(page, "g")
        await press_russian(page, key)
        await page.wait_for_function(f"location.hash === '#/{place}'")
    await expect(page.locator(".stream li")).to_have_count(2)
    await press_russian(page, "j")
    await press_russian(page, "j")
    await press_russian(page, "k")
    await expect(page.locator(".stream a").first).to_be_focused()
    await press_russian(page, "/")
    await expect(page.get_by_label("Поиск")).to_be_focused()
    await page.evaluate("document.activeElement.blur()")
    await press_russian(page, "/", shift=True)
    await expect(page.get_by_role("dialog")).to_contain_text("Новый вебхук")
    await page.keyboard.press("Escape")
    await press_russian(page, "n")
    await expect(page.locator("dialog [name=name]")).to_be_visible()


async def test_the_form_opens_as_often_as_it_is_asked_for(server: Server, page: Page) -> None:
    """n, Esc, n: over whatever view one is on, and one is on it again after (P18)."""
    await sign_in(server, page, "tokens")
    for _ in range(3):
        await page.keyboard.press("n")
        await expect(page.locator("dialog [name=name]")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
        assert page.url.endswith("#/tokens")
        await expect(page.get_by_role("heading", name="Токены")).to_be_visible()


@pytest.mark.parametrize("how", ["beside", "Escape", "✕"])
async def test_what_was_typed_is_not_lost_by_a_slip(server: Server, page: Page, how: str) -> None:
    """A dialog that holds something asks, and stays for who wants to (P19)."""

    async def slip() -> None:
        if how == "beside":
            await page.mouse.click(5, 5)
        elif how == "✕":
            await page.get_by_label("Закрыть", exact=True).click()
        else:
            await page.keyboard.press("Escape")

    await sign_in(server, page, "tokens")
    await page.get_by_role("button", name="Создать токен").click()
    await slip()
    await expect(page.locator("dialog")).to_have_count(0)  # nothing was typed yet
    await page.get_by_role("button", name="Создать токен").click()
    await page.locator("dialog [name=name]").fill("бот")
    for _ in range(2):  # a browser lets an Esc be refused once only; this is no cancel
        await slip()
        await expect(page.get_by_role("alert")).to_contain_text("Введённое не сохранено")
    await page.get_by_role("button", name="Остаться").click()
    await expect(page.locator("dialog [name=name]")).to_have_value("бот")
    await page.get_by_role("button", name="Создать", exact=True).click()
    secret = page.locator("dialog pre")
    await expect(secret).to_be_visible()
    await slip()
    await expect(page.get_by_role("alert")).to_contain_text("Больше это не покажем")
    await expect(secret).to_be_visible()
    await page.get_by_role("button", name="Закрыть без сохранения").click()
    await expect(page.locator("dialog")).to_have_count(0)


async def test_every_view_has_a_title_and_a_way_past_the_navigation(
    server: Server, page: Page
) -> None:
    """Tabs of a browser are told apart; Tab and Enter lead to the content."""
    await server.event(user_id=1)
    await sign_in(server, page)
    for place, title in (("", "Дашборд"), ("settings", "Настройки"), ("events/1", "Событие #1")):
        await show(page, place)
        await expect(page).to_have_title(f"{title} · Bedolaga Events")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.reload()
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    assert page.url.endswith("#/settings")


async def test_a_toast_is_reached_over_a_dialog(server: Server, page: Page) -> None:
    """It stands in the dialog, which lets nothing outside of it be pressed (P10)."""
    await server.webhook(f"{server.url}/sink/in", secret="s3cret")
    await sign_in(server, page, "webhooks/1")
    refusal = {"status": 409, "json": {"detail": "No."}}
    await page.route("**/webhooks/1", lambda route: route.fulfill(**refusal))
    await page.get_by_role("button", name="Выключить").click()
    await page.get_by_role("button", name="Действия", exact=True).click()
    await page.get_by_role("button", name="Сменить секрет").click()
    toast = page.locator("dialog .toast")
    await expect(toast).to_contain_text("No.")
    await toast.get_by_role("button", name="Закрыть").click()
    await expect(page.locator(".toast")).to_have_count(0)
    await expect(page.locator("dialog")).to_be_visible()


async def test_a_refusal_stands_in_the_dialog_that_asked(server: Server, page: Page) -> None:
    """Where the button is; the dialog stays."""
    await server.webhook(f"{server.url}/sink/in", secret="s3cret")
    await sign_in(server, page, "webhooks/1")
    refusal = {"status": 409, "json": {"detail": "No."}}
    await page.route("**/rotate-secret", lambda route: route.fulfill(**refusal))
    await page.get_by_role("button", name="Действия", exact=True).click()
    await page.get_by_role("button", name="Сменить секрет").click()
    await page.locator("dialog").get_by_role("button", name="Сменить секрет").click()
    await expect(page.locator("dialog").get_by_role("alert")).to_have_text("No.")
    await show(page, "tokens")
    await page.get_by_role("button", name="Создать токен").click()
    dialog = page.locator("dialog", has_text="Создать токен")
    await dialog.locator("[name=name]").fill("bot")
    await dialog.get_by_role("checkbox", name="publish").uncheck()
    await dialog.get_by_role("button", name="Создать", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()


async def test_a_toast_on_a_phone_covers_neither_header_nor_bar(server: Server, page: Page) -> None:
    """Of two lines at most, however long it is; none where the screen shows the event (P11)."""
    await page.set_viewport_size(PHONE)
    wanted = "localStorage.setItem('bedolaga.notifications', '{\"toasts\": true}')"
    await page.add_init_script(wanted)  # off by default there
    await sign_in(server, page)
    await server.event("ticket.created", ticket_id=1, user_id=1, title="слово " * 60)
    await expect(page.locator(".stream li")).to_have_count(1)
    await show(page, "settings")
    await server.event("ticket.created", ticket_id=2, user_id=1, title="слово " * 60)
    await expect(page.locator(".toast")).to_have_count(1)
    await until(lambda: page.evaluate("!document.getAnimations().length"))
    assert not await page.evaluate(COVERED, ".toast")
    box: Any = await page.locator(".toast .text").bounding_box()
    assert box["height"] < 45


PLACES = ["", "events", "webhooks", "webhooks/1", "webhooks/1/settings", "deliveries"]
MORE = ["notifications", "tokens", "settings", "sandbox", "doctor", "webhooks/new", "events/1"]


@pytest.mark.parametrize("locale", ["ru-RU", "en-GB"])
async def test_on_a_phone_everything_can_be_hit(server: Server, page: Page, locale: str) -> None:
    """44 px for a finger, one line of header, whole words in the bar (P22)."""
    await server.webhook(f"{server.url}/sink/in", secret="s3cret")
    await server.event(user_id=1)
    await page.set_viewport_size({"width": 360, "height": 800})
    await sign_in(server, page)
    if locale == "en-GB":
        await choose(page, "English")
    small = {}
    for place in [*PLACES, *MORE]:
        await show(page, place)
        small[place] = await page.evaluate(SMALL)
        header = await page.locator(".top").bounding_box()
        assert header is not None
        assert header["height"] <= 48
    assert {place: some for place, some in small.items() if some} == {}
    cut = "(one) => one.scrollWidth > one.clientWidth"
    for word in await page.locator(".side a:visible, .side button:visible, .top h1").all():
        assert not await word.evaluate(cut), await word.inner_text()


async def test_the_menu_of_a_phone_has_the_rest(server: Server, page: Page) -> None:
    """The other views, language, theme, signing out; Esc and a choice close it."""
    await page.set_viewport_size(PHONE)
    await sign_in(server, page)
    more = page.get_by_role("button", name="Ещё")
    await more.click()
    menu = page.locator("#menu")
    await expect(menu.get_by_role("link")).to_have_count(5)
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(more).to_be_focused()
    await more.click()
    await menu.get_by_role("link", name="Токены").click()
    await expect(menu).to_be_hidden()
    await expect(page.get_by_role("heading", name="Токены")).to_be_visible()
    await choose(page, "English")
    await expect(page.get_by_role("heading", name="Tokens")).to_be_visible()
