"""Everybody can use the page: axe-core on every view, the keyboard alone, print, install."""

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.conftest import Receiver, Server, until
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium

PLACES = [
    "",
    "events",
    "events/1",
    "webhooks",
    "webhooks/1",
    "webhooks/1/deliveries",
    "webhooks/1/deliveries/1",
    "webhooks/1/verify",
    "webhooks/new",
    "deliveries",
    "notifications",
    "tokens",
    "settings",
    "sandbox",
    "doctor",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_axe_finds_nothing(
    server: Server,
    receiver: Receiver,
    page: Page,
    theme: Literal["light", "dark"],
    width: int,
) -> None:
    """On any view, in both themes, on a phone and on a laptop: not even what is minor."""
    await page.set_viewport_size({"width": width, "height": 844})
    await server.webhook(receiver.url, secret="s3cret")
    await server.event(user_id=1, username="vasya")
    receiver.status = 500
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=50_000)
    await until(lambda: len(receiver.requests) == 2)
    # What is still sliding in has no contrast yet.
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await page.route("**/js/app.js", lambda one: one.fulfill(content_type="text/javascript"))
    await page.goto(server.url)
    found = {"before any script": await findings(page)}
    await page.unroute_all()
    await page.goto(server.url)
    await expect(page.get_by_label("Токен")).to_be_visible()
    found["sign-in"] = await findings(page)
    await sign_in(server, page)
    for place in PLACES:
        await show(page, place)
        found[place] = await findings(page)
    assert {place: some for place, some in found.items() if some} == {}


async def findings(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in results.response["violations"]
        for node in one["nodes"][:3]
    ]


async def test_the_keyboard_alone(server: Server, receiver: Receiver, page: Page) -> None:
    """Keys of the help; the focus goes into a dialog and back to where it was."""
    await server.webhook(receiver.url)
    for number in range(3):
        await server.event(user_id=number)
    await sign_in(server, page)
    press = page.keyboard.press
    for key, place in (("e", "events"), ("w", "webhooks"), ("t", "tokens"), ("d", "")):
        await press("g")
        await press(key)
        await page.wait_for_function(f"location.hash === '#/{place}'")
    search = page.get_by_label("Поиск")
    await expect(search).to_be_visible()  # the address changes before the view does
    await press("/")
    await expect(search).to_be_focused()
    await press("Tab")
    await page.evaluate("document.activeElement.blur()")
    await press("j")
    await press("j")
    await press("k")
    await expect(page.locator(".stream a").first).to_be_focused()
    await press("Enter")
    await expect(page.locator("dialog")).to_contain_text("Кому доставлено")
    for _ in range(12):  # the dialog keeps the focus
        await press("Tab")
    inside = (
        "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    )
    assert await page.evaluate(inside), await page.evaluate("document.activeElement.outerHTML")
    await press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.locator(".stream a").first).to_be_focused()  # where it was
    await press("n")
    await expect(page.locator("dialog [name=name]")).to_be_visible()
    await press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await press("?")
    await expect(page.locator("dialog")).to_contain_text("Клавиши")


async def test_every_place_has_an_address_and_back_works(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """A delivery opened by its link; then the way back through the history."""
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await sign_in(server, page, "webhooks")
    await page.locator(".hook .name").click()
    await page.locator("main").get_by_role("link", name="Доставки").click()
    await page.locator(".delivery").click()
    await expect(page.locator("dialog")).to_be_visible()
    assert page.url.endswith("#/webhooks/1/deliveries/1")
    for place in ("#/webhooks/1/deliveries", "#/webhooks/1", "#/webhooks"):
        await page.go_back()
        await page.wait_for_function(f"location.hash === '{place}'")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.goto(f"{server.url}/#/webhooks/1/deliveries/1")
    await page.reload()
    await expect(page.locator("dialog")).to_contain_text("200")


async def test_it_can_be_installed_and_printed(server: Server, page: Page) -> None:
    """A manifest that the browser accepts; paper shows the content alone."""
    await sign_in(server, page)
    client = await page.context.new_cdp_session(page)
    manifest = await client.send("Page.getAppManifest")
    assert (manifest["errors"], '"standalone"' in manifest["data"]) == ([], True)
    await page.emulate_media(media="print")
    await expect(page.locator(".side")).to_be_hidden()
    await expect(page.locator(".stats")).to_be_visible()
