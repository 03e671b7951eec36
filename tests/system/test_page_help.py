"""Every view of the page leads to its section of the documents (contract §6)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import needs_chromium, show, sign_in
from tests.system.conftest import ROOT
from tests.system.test_site import VIEWS
from tools.site import headings, slug

pytestmark = needs_chromium
INSIDE = [one for one in VIEWS if one != "sign-in"]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_every_view_links_to_its_section(server: Server, page: Page, language: str) -> None:
    """The address leads somewhere, also without the site, and in the language of the page."""
    await page.goto(server.url)
    await page.evaluate(f"localStorage.setItem('bedolaga.language', '{language}')")
    await page.reload()
    name = {"ru": "Справка", "en": "Help"}[language]
    await leads_to(server, page, name, "sign-in")
    await sign_in(server, page)
    for view in INSIDE:
        await show(page, "" if view == "dashboard" else view)
        await leads_to(server, page, name, view)


def test_the_first_steps_lead_to_sections_that_exist() -> None:
    """Of pages that are there in both languages."""
    text = (ROOT / "static/js/components/FirstRun.js").read_text()
    named = re.findall(r"\['([\w-]+)', '([\w-]+)'\]", text.partition("const HELP = {")[2][:400])
    assert len(named) == 5
    for name, section in named:
        assert (ROOT / f"docs/ru/{name}.md").is_file()
        assert section in sections(name)


async def leads_to(server: Server, page: Page, name: str, section: str) -> None:
    link = page.get_by_role("link", name=name, exact=True)
    await expect(link).to_have_attribute("href", f"help/{prefix(name)}page.html#{section}")
    href = await link.evaluate("one => one.href")
    assert (await server.call("GET", urlsplit(href).path, token=None)).status == 200
    assert section in sections("page")


def sections(page: str) -> set[str]:
    """The anchors of a page, in both languages."""
    return {slug(one) for _, _, one in headings((ROOT / f"docs/{page}.md").read_text())}


def prefix(name: str) -> str:
    return "ru/" if name == "Справка" else ""
