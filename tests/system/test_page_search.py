"""The log of events: the server's search, how little a list weighs, what is saved of it."""

import csv
import json
from pathlib import Path

import pytest
from playwright.async_api import Page, Response, expect

from bedolaga_events.store import search
from tests.conftest import Server
from tests.system.chromium import needs_chromium, show, sign_in

pytestmark = needs_chromium


async def test_the_server_searches_what_the_page_has_not_loaded(server: Server, page: Page) -> None:
    """An event behind the first hundred; found by a text in whatever case (P14)."""
    await server.event("ticket.created", ticket_id=1, user_id=1, title="Не подключается Ёлка")
    events = [{"type": "user.created", "payload": {"user_id": one}} for one in range(150)]
    await server.call("POST", "/events/batch", {"events": events})
    await sign_in(server, page, "events")
    rows = page.locator(".stream li")
    await expect(rows).to_have_count(100)
    await page.get_by_label("Поиск").fill("ёЛКА")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Не подключается Ёлка")
    await page.wait_for_function("decodeURIComponent(location.hash).includes('q=ёЛКА')")
    await server.event("ticket.created", ticket_id=2, user_id=1, title="ещё ёлка")
    await server.event(user_id=1)
    await expect(rows).to_have_count(2)
    await page.get_by_label("Поиск").fill("")
    await expect(rows.first).to_contain_text("#153")
    await page.get_by_role("button", name="Показать ещё").click()
    await expect(rows).to_have_count(153)


async def test_a_search_says_how_far_it_looked(
    server: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes on from there (P14)."""
    body = {"type": "user.created", "payload": {"user_id": 1, "username": "Мария"}}
    await server.call("POST", "/events", {**body, "timestamp": "2025-11-02T09:00:00Z"})
    old = [{**body, "payload": {"user_id": 2}, "timestamp": "2025-11-03T09:00:00Z"}] * 80
    await server.call("POST", "/events/batch", {"events": old})
    monkeypatch.setattr(search, "WORK", 10_000)  # some forty rows
    await sign_in(server, page, "events?q=мария")
    told = page.locator("main [role=status]")
    await expect(told).to_contain_text("Ничего не найдено.")
    await expect(told).to_contain_text("Просмотрено до 3 ноября 2025")
    for _ in range(3):
        if await page.locator(".stream li").count():
            break
        await page.get_by_role("button", name="Искать дальше").click()
        await page.wait_for_timeout(300)
    await expect(page.locator(".stream li")).to_contain_text("@Мария")
    await expect(page.get_by_role("button", name="Искать дальше")).to_have_count(0)


@pytest.mark.parametrize("of", ["", "webhooks/1/"])
async def test_a_search_in_deliveries_goes_on_too(
    server: Server, page: Page, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """Of all webhooks, and of one: what was found stays above what is found further on."""
    await server.webhook("https://receiver.example.com", is_active=False)
    await server.event(user_id=1, username="Мария")
    others = [{"type": "user.created", "payload": {"user_id": 2}}] * 80
    await server.call("POST", "/events/batch", {"events": others})
    await server.event(user_id=3, username="Мария")
    monkeypatch.setattr(search, "WORK", 10_000)  # some forty rows
    await sign_in(server, page, f"{of}deliveries?status=all&q=мария")
    rows = page.locator("main li a[href*='/deliveries/']")
    await expect(rows).to_have_count(1)
    told = page.locator("main [role=status]").filter(has_text="Просмотрено до")
    await expect(told).to_have_count(1)
    onward = page.get_by_role("button", name="Искать дальше")
    for _ in range(5):
        if not await onward.count():
            break
        async with page.expect_response(lambda one: "before_id" in one.url):
            await onward.click()
        await expect(rows.first).to_be_visible()
    await expect(rows).to_have_count(2)
    await expect(onward).to_have_count(0)


async def test_lists_come_without_what_they_do_not_show(server: Server, page: Page) -> None:
    """Fifty events of 50 KB weigh some KB, and read all the same (P29)."""
    for number in range(50):
        await server.event(user_id=number, first_name="Глеб", about="x" * 50_000)
    weights: list[int] = []

    async def weigh(response: Response) -> None:
        if "/events?" in response.url:
            weights.append(len(await response.body()))

    page.on("response", weigh)
    await sign_in(server, page)
    await show(page, "events")
    await expect(page.locator(".stream li")).to_have_count(50)
    await expect(page.locator(".stream li").first).to_contain_text("Глеб")
    assert weights
    assert max(weights) < 50_000


async def test_what_is_shown_is_saved_whole(server: Server, page: Page) -> None:
    """As JSON, and as CSV that a Russian spreadsheet opens, whose cells are no formulas."""
    await server.event("ticket.created", ticket_id=1, user_id=1, title='=cmd|"x"; да')
    await server.event("ticket.created", ticket_id=2, user_id=1, title="x" * 9_000)
    await server.event(user_id=1)
    await sign_in(server, page, "events?type=ticket.created")
    await expect(page.locator(".stream li")).to_have_count(2)
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="JSON").click()
    kept = json.loads(Path(await (await saved.value).path()).read_text())
    assert [one["payload"]["ticket_id"] for one in kept] == [2, 1]
    assert kept[0]["payload"]["title"] == "x" * 9_000
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="CSV").click()
    download = await saved.value
    assert download.suggested_filename == "events.csv"
    head, first, second = Path(await download.path()).read_text(encoding="utf-8-sig").splitlines()
    assert head == "id;timestamp;type;ticket_id;title;user_id"
    assert first.startswith("2;2026-01-15T")
    assert second.endswith(';"\'=cmd|""x""; да";1')


async def test_what_a_spreadsheet_gets(server: Server, page: Page) -> None:
    """No formula by whatever way, no field lost to one of the same name, numbers as read there."""
    await server.event(
        "user.created",
        user_id=2**60,
        type="inner",
        id="own",
        constructor="x",
        tags=["=1+1", "b"],
        rate=-1.5,
        **{"=key": "＝A1", "emoji": "🙂\nline", "minus": "-2+3"},
    )
    await server.event(user_id=1)
    await sign_in(server, page, "events")
    await expect(page.locator(".stream li")).to_have_count(2)
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="CSV").click()
    path = Path(await (await saved.value).path())
    with path.open(encoding="utf-8-sig", newline="") as file:
        plain, odd = list(csv.DictReader(file, delimiter=";"))
    assert (odd["id"], odd["type"]) == ("1", "user.created")
    assert (odd["payload.id"], odd["payload.type"]) == ("own", "inner")
    assert odd["payload.constructor"] == "x"
    assert plain["payload.constructor"] == ""
    assert odd["user_id"] == str(2**60)
    assert odd["rate"] == "-1,5"
    assert odd["tags"] == "'=1+1, b"
    assert (odd["'=key"], odd["minus"]) == ("'＝A1", "'-2+3")
    assert odd["emoji"] == "🙂\nline"
