"""The documents at /help/, with the site that `make site` builds and without it (contract §6)."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.conftest import Server
from tests.system.chromium import browsing, needs_chromium
from tests.system.conftest import ROOT
from tests.system.proxies import NGINX, behind
from tools.site import headings, slug

VIEWS = [
    "dashboard",
    "events",
    "webhooks",
    "deliveries",
    "notifications",
    "tokens",
    "settings",
    "sandbox",
    "doctor",
    "sign-in",
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout of its own, without the site."""
    hidden = shutil.ignore_patterns("help", "__pycache__")
    shutil.copytree(ROOT / "bedolaga_events", tmp_path / "bedolaga_events", ignore=hidden)
    for name in ("static", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@asynccontextmanager
async def serving(tree: Path) -> AsyncIterator[Server]:
    """The program of that checkout."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bedolaga_events", "--port", "0"),
        cwd=tree,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    assert running.stdout is not None
    found = re.search(r"http://[\d.]+:\d+", (await running.stdout.readline()).decode())
    assert found
    async with aiohttp.ClientSession() as session:
        yield Server(web.AppRunner(web.Application()), found.group(0), session)
    running.terminate()
    assert await running.wait() == 0


async def build(tree: Path) -> None:
    """`make site`, into that checkout."""
    target = str(tree / "bedolaga_events" / "help")
    building = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", target),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    _, said = await building.communicate()
    assert building.returncode == 0, said.decode()


async def test_without_the_site_the_documents_are_there_as_text(tree: Path) -> None:
    """Nobody asks for a token; what the page links to leads to the words."""
    async with serving(tree) as server:
        for path, file in (
            ("/help/", "index.md"),
            ("/help/backup.md", "backup.md"),
            ("/help/ru/page.html", "ru/page.md"),
            ("/help/ru/", "ru/index.md"),
            ("/help/decisions/README.md", "decisions/README.md"),
            ("/help/llms.txt", "llms.txt"),
        ):
            reply = await server.call("GET", path, token=None)
            assert reply.status == 200, path
            assert reply.json == (ROOT / "docs" / file).read_text()
            assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert (await server.call("HEAD", "/help/backup.md", token=None)).status == 200
        for path in ("/help/nothing.html", "/help/%2e%2e/config.toml", "/help/%00", "/help/en"):
            assert (await server.call("GET", path, token=None)).status == 404, path
        for path, place in (("/help", "help/"), ("/help/ru", "ru/")):
            moved = await server.call("GET", path, token=None, allow_redirects=False)
            assert moved.headers["Location"] == place  # relative: a prefix stays


@needs_chromium
@pytest.mark.skipif(NGINX is None, reason="needs nginx")
async def test_the_site_behind_a_prefix(tree: Path, tmp_path: Path) -> None:
    """Strict about scripts, nothing from elsewhere, both languages searched, Markdown beside it."""
    await build(tree)
    async with serving(tree) as server, behind(server, tmp_path) as url, browsing() as context:
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        await page.goto(f"{url}/help")
        await expect(page.get_by_role("heading", name="You own the shop")).to_be_visible()
        await page.get_by_role("link", name="Domain and TLS").first.click()
        await expect(page.get_by_role("heading", name="A name for the server")).to_be_visible()
        await in_russian(page)
        await search(page, "восстановление", "Резервная копия и восстановление")
        await search(page, "retention_days", "Configuration")
        assert {one.partition("/shop/")[0] for one in asked} == {url.removesuffix("/shop")}
        await the_views_have_sections(page, url)
        for name in ("backup.md", "ru/backup.md", "changelog.md", "deploy/nginx.conf", "llms.txt"):
            async with server.session.get(f"{url}/help/{name}") as answer:
                assert answer.status == 200, name
                assert "script-src 'self';" in answer.headers["Content-Security-Policy"]


async def in_russian(page: Page) -> None:
    """The switch leads to the same page, in the words of its language."""
    await page.get_by_role("button", name="Select language").hover()
    await page.get_by_role("link", name="Русский").click()
    await expect(page.get_by_role("heading", name="Имя для сервера")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "ru"
    assert page.url.endswith("/ru/domain.html")


async def search(page: Page, words: str, found: str) -> None:
    box = page.get_by_role("textbox").first
    await box.fill("")
    await box.press_sequentially(words)
    result = page.locator(".md-search-result").get_by_text(found).first
    await expect(result).to_be_visible(timeout=30_000)  # the index is made in a worker
    await page.keyboard.press("Escape")


async def the_views_have_sections(page: Page, url: str) -> None:
    """Every view of the page links to its section (helpAt)."""
    for language in ("", "ru/"):
        await page.goto(f"{url}/help/{language}page.html")
        for view in VIEWS:
            assert await page.locator(f"h2#{view}").count() == 1, (language, view)


def test_every_view_of_the_page_has_a_section() -> None:
    """helpAt names no anchor that is not there, and no view is left out."""
    text = (ROOT / "docs/page.md").read_text()
    assert set(VIEWS) <= {slug(one) for _, level, one in headings(text) if level == 2}
