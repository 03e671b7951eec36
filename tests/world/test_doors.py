"""The page, the live feed and the doctor in Chromium, at every kind of address (L1, L22, L25)."""

import pytest
from playwright.async_api import Page, expect

from tests.system.chromium import needs_chromium
from tests.world.doors import BEHIND, DIRECT, Door, Street
from tests.world.shop import TOKEN

pytestmark = needs_chromium

EVERY_DOOR = pytest.mark.parametrize("door", [*DIRECT, *BEHIND], ids=lambda door: door.__name__)


@EVERY_DOOR
async def test_a_person_comes_in_and_sees_it_live(door: Door, street: Street, page: Page) -> None:
    """Signed in, connected, an event arrives by itself, and the doctor finds nothing."""
    url = await door(street)
    await page.goto(f"{url}#token={TOKEN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.evaluate("location.hash = '#/events'")
    await street.shop.event(username="из-мира")
    await expect(page.get_by_text("из-мира").first).to_be_visible()
    assert set((await examined(page)).values()) == {"ok"}


async def examined(page: Page) -> dict[str, str]:
    """What the doctor finds before it listens to a minute's silence."""
    await page.evaluate("location.hash = '#/doctor'")
    await expect(page.locator("[data-check=idle]")).to_be_visible(timeout=15_000)
    names = "all => all.map((one) => [one.dataset.check, one.lastElementChild.className])"
    found = await page.locator("[data-check]:not([data-check=idle])").evaluate_all(names)
    return {name: mark.split()[-1] for name, mark in found}
