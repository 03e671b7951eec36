"""What pictures of the page showed: the chosen is seen, what belongs together lies together."""

import pytest
from playwright.async_api import Page, expect

from bedolaga_events.api import doctor
from tests.conftest import Receiver, Server, until
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium

# The first lies wholly within the second, and on one line with it.
WITHIN = """([inner, outer]) => {
  const [one, other] = [inner, outer]
    .map((it) => document.querySelector(it).getBoundingClientRect());
  return one.top >= other.top && one.bottom <= other.bottom && one.right <= other.right;
}"""


async def test_the_chosen_tab_is_seen_on_a_phone(server: Server, page: Page) -> None:
    """The last of five lies beyond the edge; the others are still reached beside it."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await server.webhook(f"{server.url}/sink/in")
    await sign_in(server, page, "webhooks/1/deliveries")
    tabs = page.locator(".pills")
    await expect(tabs.get_by_role("link", name="Все")).to_be_in_viewport(ratio=1)
    for name in ("Доставлено 0", "Пропущено 0", "Не доставлено 0", "Все 0"):
        await tabs.get_by_role("link", name=name, exact=True).click()
        await expect(tabs.locator("[aria-current]")).to_have_accessible_name(name)
        await expect(tabs.locator("[aria-current]")).to_be_in_viewport(ratio=1)


async def test_the_menu_of_a_phone_on_its_side_is_scrolled(server: Server, page: Page) -> None:
    """Its first line is below the screen's upper edge, and its last one is reached."""
    await page.set_viewport_size({"width": 844, "height": 390})
    await sign_in(server, page)
    await page.locator(".side .more").click()
    menu = page.locator("#menu")
    await expect(menu.get_by_role("link", name="Уведомления")).to_be_in_viewport(ratio=1)
    await menu.get_by_role("button", name="Выйти").scroll_into_view_if_needed()
    await expect(menu.get_by_role("button", name="Выйти")).to_be_in_viewport(ratio=1)


async def test_what_is_chosen_is_seen_in_a_persons_own_colours(server: Server, page: Page) -> None:
    """Where a system forces its colours there is no background that would tell."""
    await page.emulate_media(forced_colors="active")
    await sign_in(server, page, "deliveries")
    chosen = page.locator(".side [aria-current], .pills [aria-current]")
    await expect(chosen).to_have_count(2)
    for one in await chosen.all():
        await expect(one).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_narrow_phone_shows_everything_whole(
    server: Server, receiver: Receiver, page: Page, language: str
) -> None:
    """At 360 px: the tabs of a webhook, what may be done with it, the first steps' arrow."""
    await page.set_viewport_size({"width": 360, "height": 780})
    await page.add_init_script(f"localStorage.setItem('bedolaga.language', '{language}')")
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await sign_in(server, page, "webhooks/1/verify")
    for tab in await page.locator(".tabs a").all():
        await expect(tab).to_be_in_viewport(ratio=1)
    tops = "all => new Set(all.map((one) => one.getBoundingClientRect().top)).size"
    assert await page.locator(".title .last button:visible").evaluate_all(tops) == 1
    await show(page, "")
    steps = page.locator(".first-run header button").first
    assert await steps.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("width", [390, 768, 1280])
async def test_what_copies_lies_within_what_it_copies(
    server: Server, page: Page, width: int
) -> None:
    """Though the text is one line, and the button as high as a finger."""
    await page.set_viewport_size({"width": width, "height": 800})
    await sign_in(server, page, "sandbox")
    await expect(page.locator(".copyable button")).to_be_visible()
    assert await page.evaluate(WITHIN, [".copyable button", ".copyable pre"])


async def test_a_form_fills_the_sheet_it_stands_in(server: Server, page: Page) -> None:
    """On a tablet the sheet is as wide as the screen, and so are its fields and the bar below."""
    await page.set_viewport_size({"width": 768, "height": 1024})
    await sign_in(server, page, "webhooks/new")
    sheet = await page.get_by_role("dialog").bounding_box()
    bar = await page.locator("dialog .buttons").last.bounding_box()
    assert sheet is not None
    assert bar is not None
    assert bar["width"] == pytest.approx(sheet["width"], abs=20)  # a scroll bar's


async def test_a_webhook_that_nobody_called_says_so(server: Server, page: Page) -> None:
    """ "Never" by itself would leave open what."""
    await server.webhook(f"{server.url}/sink/in")
    await sign_in(server, page, "webhooks")
    await expect(page.locator(".hook .last")).to_have_text("вызовов не было")


@pytest.mark.parametrize(("language", "said"), [("ru-RU", "4,2 МБ"), ("en-GB", "4.2 MB")])
async def test_the_doctor_counts_in_the_readers_units(
    server: Server, page: Page, language: str, said: str
) -> None:
    """The size of the large body."""
    await page.add_init_script(f"localStorage.setItem('bedolaga.language', '{language[:2]}')")
    await sign_in(server, page)
    await show(page, "doctor")
    await expect(page.locator(".checks")).to_contain_text(said)


# Each text twice as large, as who sees badly has it (WCAG 1.4.4).
DOUBLED = """() => {
  const all = [...document.querySelectorAll('#app *')].filter((one) => one instanceof HTMLElement);
  const sizes = all.map((one) => parseFloat(getComputedStyle(one).fontSize));
  all.forEach((one, at) => one.style.setProperty('font-size', `${2 * sizes[at]}px`));
  return document.documentElement.scrollWidth;
}"""


@pytest.mark.parametrize("width", [390, 640])
@pytest.mark.parametrize("place", ["", "webhooks/1"])
async def test_a_doubled_text_stays_as_wide_as_the_screen(
    server: Server, page: Page, width: int, place: str
) -> None:
    """Nobody scrolls to the side to read a number."""
    await page.set_viewport_size({"width": width, "height": 800})
    hook = await server.webhook(f"{server.url}/sink/in")
    await server.call("POST", f"/webhooks/{hook['id']}/test")
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=4_823_700)
    await sign_in(server, page, place)
    await expect(page.locator(".plot canvas" if place else ".stats").last).to_be_visible()
    assert await page.evaluate(DOUBLED) == width


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_long_name_leaves_room_for_what_was_sent(
    server: Server, receiver: Receiver, page: Page, width: int
) -> None:
    """A name of 255 characters is cut, and the event's label stands beside it."""
    await page.set_viewport_size({"width": width, "height": 800})
    await server.webhook(receiver.url, name="x" * 255)
    await server.event(user_id=1)
    await sign_in(server, page, "deliveries?status=all")
    row = page.locator(".delivery")
    await expect(row).to_contain_text("Создание пользователя")
    label = row.locator(".what > span")
    await expect(label).to_be_in_viewport(ratio=1)
    assert await label.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert await page.evaluate(WITHIN, [".what > span", ".what"])


async def test_a_link_in_a_drawer_is_as_high_as_a_finger(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Of a delivery: to its webhook, to its event; and the one below the dashboard's stream."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await sign_in(server, page, "webhooks/1/deliveries/1")
    links = page.locator(".facts a")
    await expect(links).to_have_count(2)
    height = "all => Math.min(...all.map((one) => one.getBoundingClientRect().height))"
    assert await links.evaluate_all(height) >= 44
    await page.keyboard.press("Escape")
    await show(page, "")
    more = page.get_by_role("link", name="Все события")
    await expect(more).to_be_visible()
    assert await more.evaluate_all(height) >= 44


async def test_an_english_day_has_24_hours_everywhere(server: Server, page: Page) -> None:
    """In a list and in detail alike; a share of attempts as English writes it."""
    await page.add_init_script("localStorage.setItem('bedolaga.language', 'en')")
    hook = await server.webhook(f"{server.url}/sink/in")
    await server.call("POST", f"/webhooks/{hook['id']}/test")
    await server.event(user_id=1)
    await sign_in(server, page, "webhooks/1")
    await expect(page.get_by_text("100% of attempts")).to_be_visible()
    assert " AM" not in (text := await page.locator("main").inner_text())
    assert " PM" not in text


async def test_what_is_empty_teaches(server: Server, page: Page) -> None:
    """Where nothing is sent yet all is not delivered; what is gone stands off its card's edge."""
    await sign_in(server, page, "deliveries")
    await expect(page.locator("main")).to_contain_text("Вебхук передаёт события в CRM")
    await show(page, "webhooks/7")
    await expect(page.locator(".empty p")).to_have_text("Вебхука 7 нет. Возможно, его удалили.")
    text = await page.locator(".empty p").bounding_box()
    card = await page.locator(".empty").bounding_box()
    assert text is not None
    assert card is not None
    assert text["x"] - card["x"] >= 16


async def test_what_is_not_there_is_not_asked_for_again(server: Server, page: Page) -> None:
    """The server has said so."""
    await sign_in(server, page, "events/7")
    await expect(page.locator("dialog [role=alert]")).to_contain_text("7")
    await expect(page.locator("dialog [role=alert] button")).to_have_count(0)


async def test_the_doctor_holds_one_silent_socket(server: Server, page: Page) -> None:
    """Who comes back to it often is not told that a proxy cuts the line."""
    await sign_in(server, page)
    for _ in range(doctor.MANY + 1):
        await show(page, "doctor")
        await expect(page.locator("[data-check=idle]")).to_contain_text("молчим")
        await show(page, "")

    def silent() -> int:
        return sum(isinstance(one, doctor.Silent) for one in server.parts.hub.sockets())

    await until(lambda: not silent())


async def test_the_doctor_blames_no_proxy_for_a_full_server(
    server: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server itself has no room for another silent socket."""
    monkeypatch.setattr(doctor, "MANY", 0)
    await sign_in(server, page, "doctor")
    await expect(page.locator("[data-check=idle]")).to_contain_text("через минуту ещё раз")
    await expect(page.get_by_text("Что добавить в прокси")).to_have_count(0)
