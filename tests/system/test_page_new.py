"""A new server's page as one sees it: nothing is cut, all is reached, what is empty leads on."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server
from tests.system.chromium import browsing, needs_chromium, show, sign_in

pytestmark = needs_chromium

IN = "localStorage.setItem('bedolaga.language', '{}')"
# What a finger is meant for and is lower than it: in the open dialog, if there is one.
LOW = """() => {
  const place = document.querySelector('dialog[open]') ?? document.body;
  const all = [...place.querySelectorAll('a, button, select, summary, label.check')]
    .filter((one) => !one.matches('.skip') && one.getBoundingClientRect().height > 0);
  return all.filter((one) => one.getBoundingClientRect().height < 43.5)
    .map((one) => one.outerHTML);
}"""
# Texts that are wider than their place, the chosen options of selects among them.
CUT = """() => {
  const wide = (one) => Object.assign(one.style, { width: 'auto', fieldSizing: 'content' });
  const need = (one) => {
    const copy = one.cloneNode(true);
    copy.value = one.value;
    wide(copy);
    document.body.append(copy);
    const { width } = copy.getBoundingClientRect();
    copy.remove();
    return width;
  };
  const selects = [...document.querySelectorAll('dialog select')]
    .filter((one) => need(one) > one.getBoundingClientRect().width);
  const texts = [...document.querySelectorAll('.stat .name, .first-run header *, .top h1')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
  return [...selects, ...texts].map((one) => one.outerHTML);
}"""
A6 = 900  # px of a page at most
APART = """all => {
  const tops = all.map((one) => one.getBoundingClientRect().top);
  return Math.max(...tops) - Math.min(...tops);
}"""


async def test_what_is_empty_leads_on(server: Server, page: Page) -> None:
    """To the first steps, to a new webhook; not whom it would refuse."""
    await sign_in(server, page, "events")
    await page.locator("main").get_by_role("link", name="Первые шаги").click()
    await expect(page.get_by_role("region", name="Первые шаги")).to_be_visible()
    await show(page, "deliveries")
    await page.locator("main").get_by_role("link", name="Создать вебхук").click()
    await expect(page.get_by_role("dialog", name="Создать вебхук")).to_be_visible()
    made = await server.call("POST", "/tokens", {"name": "phone", "scopes": ["read"]})
    async with browsing() as context:
        other = await context.new_page()
        await other.goto(f"{server.url}/#token={made.json['token']}")
        await expect(other.locator(".connection.connected")).to_be_visible()
        for place in ("events", "deliveries"):
            await show(other, place)
            await expect(other.locator("main .end")).to_contain_text("пока нет")
            await expect(other.locator("main .end a")).to_have_count(0)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_nothing_is_cut_on_a_narrow_phone(server: Server, page: Page, language: str) -> None:
    """The names of the numbers, the first steps on one line, the format of a webhook."""
    await page.set_viewport_size({"width": 360, "height": 780})
    await page.add_init_script(IN.format(language))
    await sign_in(server, page)
    await expect(page.locator(".stat")).to_have_count(4)
    assert await page.evaluate(CUT) == []
    words = page.locator(".first-run header :is(strong, span)")
    assert await words.evaluate_all(APART) < 12
    await show(page, "webhooks/new")
    await expect(page.locator("dialog [name=format]")).to_be_visible()
    assert await page.evaluate(CUT) == []


async def test_a_lost_connection_leaves_the_title_whole(server: Server, page: Page) -> None:
    """On a phone the banner says since when."""
    await page.set_viewport_size({"width": 360, "height": 780})
    await sign_in(server, page)
    await show(page, "notifications")
    await page.context.set_offline(True)
    for socket in server.parts.hub.sockets():
        socket.abort()
    await expect(page.locator(".banner")).to_be_visible()
    await expect(page.locator(".connection .word")).to_be_visible()
    assert await page.evaluate(CUT) == []
    assert await page.evaluate(LOW) == []


async def test_why_an_address_is_refused_is_read_whole(server: Server, page: Page) -> None:
    """A sentence below the field, on as many lines as it takes."""
    await page.set_viewport_size({"width": 360, "height": 780})
    await sign_in(server, page, "webhooks/new")
    await page.locator("[name=url]").fill("http://10.0.0.1/hook")
    told = page.locator("label .status.failed")
    await expect(told).to_contain_text("Если это ваша сеть")
    assert await told.evaluate("one => one.getBoundingClientRect().right") <= 360


async def test_whatever_is_touched_is_as_high_as_a_finger(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """The links within a sentence too: of the sign-in, of each first step, of an answer."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(server.url)
    await expect(page.get_by_role("link", name="Справка")).to_be_visible()
    assert await page.evaluate(LOW) == []
    await sign_in(server, page)
    steps = page.get_by_role("region", name="Первые шаги")
    for step in ("Первое событие", "Первый вебхук", "Оповещения о сбоях", "Начальные числа"):
        await steps.get_by_role("button", name=step).click()
        await expect(steps.get_by_role("link", name="Подробнее")).to_be_visible()
        assert await page.evaluate(LOW) == []
    await server.webhook(receiver.url)
    await show(page, "webhooks/1")
    await page.get_by_role("button", name="Отправить тест").click()
    await expect(page.get_by_role("link", name="подробнее")).to_be_visible()
    assert await page.evaluate(LOW) == []


async def test_the_bots_code_is_read_line_by_line(server: Server, page: Page) -> None:
    """On a phone: no line of it is broken, and the button that copies covers none."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(server, page)
    await page.get_by_role("button", name="Создать токен бота").click()
    code = page.get_by_label("aiogram")
    await expect(code).to_have_css("white-space-collapse", "preserve")
    await expect(code).to_have_css("text-wrap-mode", "nowrap")
    button = await page.locator(".copyable button").last.bounding_box()
    place = await code.bounding_box()
    assert button is not None
    assert place is not None
    padding = float((await code.evaluate("one => getComputedStyle(one).paddingTop"))[:-2])
    assert button["y"] + button["height"] <= place["y"] + padding


async def test_on_a_wide_screen_the_header_ends_where_the_page_does(
    server: Server, page: Page
) -> None:
    """So does the menu below its button."""
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await sign_in(server, page)
    right = "one => Math.round(one.getBoundingClientRect().right)"
    card = await page.locator("main .card").first.evaluate(right)
    opener = page.locator(".top [popovertarget=menu]")
    assert await opener.evaluate(right) == card
    await opener.click()
    assert await page.locator("#menu").evaluate(right) == card


@pytest.mark.parametrize("place", ["webhooks/1/deliveries/1", "webhooks/new"])
async def test_what_lies_over_the_page_is_printed_alone(
    server: Server, receiver: Receiver, page: Page, place: str
) -> None:
    """Whole, and in dark letters whatever the theme is."""
    await server.webhook(receiver.url)
    await server.event(user_id=1, note="x " * 4000)
    await page.emulate_media(color_scheme="dark")
    await sign_in(server, page, place)
    dialog = page.locator("dialog[open]")
    await expect(dialog.locator(".copyable, form").first).to_be_visible()
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.locator("main")).not_to_be_visible()
    await expect(dialog).to_be_visible()
    assert await dialog.evaluate("one => one.scrollHeight - one.clientHeight") <= 1
    for text in await dialog.locator("pre").all():
        assert await text.evaluate("one => one.scrollHeight - one.clientHeight") <= 1
    assert await dialog.evaluate("one => getComputedStyle(one).colorScheme") == "light"
    pages = (await page.pdf(format="A6")).count(b"/Type /Page\n")
    height = await dialog.evaluate("one => one.scrollHeight")
    assert pages >= height / A6
