"""What pictures of the page showed: the chosen is seen, what belongs together lies together."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Server
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
