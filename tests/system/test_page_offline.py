"""A page without a server, and with another one than before: the worker that keeps its files."""

import shutil
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from bedolaga_events import app
from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, choose, needs_chromium, show, sign_in
from tests.system.conftest import ROOT, TOKEN, Process

pytestmark = needs_chromium

KEPT = "caches.keys().then((names) => names.length === 1)"
HOOK = {"name": "CRM", "url": "http://127.0.0.1:9/", "event_type": "ticket.created"}
EVENT = {"type": "user.created", "payload": {"user_id": 1, "username": "vasya"}}


async def controlled(page: Page) -> None:
    """Wait until the worker has the files, and open the page from it."""
    await until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
    await page.reload()
    await expect(page.locator(".connection.connected")).to_be_visible()


async def test_it_opens_without_a_server(process: Process, call: Any) -> None:
    """As it was, with a plain word about it; every view is there; it goes on when one is back."""
    await process.start()
    await call("POST", f"{process.url}/webhooks", HOOK)
    async with browsing(service_workers="allow") as context:
        page = await context.new_page()
        await page.goto(f"{process.url}/#token={TOKEN}")
        await controlled(page)
        await call("POST", f"{process.url}/events", EVENT)
        await expect(page.locator(".stream li")).to_have_count(1)
        await process.stop()
        await page.reload()
        await expect(page.locator(".stream li")).to_contain_text("vasya")
        await expect(page.locator(".banner")).to_contain_text("Показано то, что было")
        await show(page, "webhooks")
        await expect(page.locator("main")).to_contain_text("CRM")
        await process.start()
        await expect(page.locator(".banner")).to_have_count(0, timeout=25_000)
        await expect(page.locator(".connection.connected")).to_be_visible()
        await choose(page, "Выйти")
        assert await page.evaluate("localStorage.getItem('bedolaga.last')") is None


async def test_on_somebody_elses_device_nothing_is_kept(server: Server, page: Page) -> None:
    """What was shown goes with the tab."""
    await page.goto(server.url)
    await page.get_by_label("Чужое устройство").check()
    await page.locator("[name=token]").fill(ADMIN)
    await page.get_by_role("button", name="Войти").click()
    await server.event(user_id=1)
    await expect(page.locator(".stream li")).to_have_count(1)
    await page.reload()
    await expect(page.locator(".stream li")).to_have_count(1)
    assert await page.evaluate("localStorage.getItem('bedolaga.last')") is None


@pytest.mark.parametrize("workers", ["allow", "block"])
async def test_a_new_version_of_the_page(
    starting: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: Literal["allow", "block"],
) -> None:
    """The old one says so when the server is back, and a reload brings all of the new (P32)."""
    shutil.copytree(ROOT / "static", tmp_path / "static")
    monkeypatch.setattr(app, "folder", lambda *names: tmp_path / names[0])
    server: Server = await starting(now=None)
    async with browsing(service_workers=workers) as context:
        page = await context.new_page()
        await sign_in(server, page)
        if workers == "allow":
            await controlled(page)
        with (tmp_path / "static/css/base.css").open("a") as styles:
            styles.write(":root { --changed: yes; }")
        for socket in server.parts.hub.sockets():
            socket.abort()
        news = page.get_by_role("status").filter(has_text="У страницы новая версия")
        await expect(news).to_be_visible(timeout=30_000)
        await news.get_by_role("button", name="Обновить страницу").click()
        await expect(page.locator(".connection.connected")).to_be_visible()
        await expect(news).to_have_count(0)
        value = "getComputedStyle(document.documentElement).getPropertyValue('--changed')"
        assert await page.evaluate(value) == "yes"
        if workers == "allow":
            assert await page.evaluate(KEPT)
