"""Other examples of what hurt the page once: links, gates, storage, exports, names."""

import json as plain_json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect

from tests.conftest import ADMIN, Receiver, Server, until
from tests.system.chromium import browsing, needs_chromium, show, sign_in
from tests.system.gate import Gate, json

pytestmark = needs_chromium

CONNECTED = ".connection.connected"
FORM = "[name=token]"
KEPT = "localStorage.getItem('bedolaga.token')"
TURNS = "ab\u202edc\u2028e\u200ff"
SHOWN = "ab\\u202edc\\u2028e\\u200ff"


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser of one person."""
    async with browsing(expected=("Failed to load resource",)) as one:
        yield one


async def test_a_link_with_a_wrong_token_changes_nothing_for_who_is_inside(
    server: Server, context: BrowserContext
) -> None:
    """As a spent code does not: a word, and the token stays in every tab (P3)."""
    first, second = await context.new_page(), await context.new_page()
    for page in (first, second):
        await sign_in(server, page, "webhooks")
    await first.evaluate("location.hash = 'token=revoked-0123456789'")
    await second.goto(f"{server.url}/health")
    await second.goto(f"{server.url}/#token=revoked-0123456789")
    for page in (first, second):
        await expect(page.locator(".toast")).to_contain_text("ничего не изменилось")
        await expect(page.locator(CONNECTED)).to_be_visible()
        assert await page.evaluate(KEPT) == ADMIN


@pytest.mark.parametrize("path", ["/event-types", "/events", "/webhooks/stats"])
@pytest.mark.parametrize(
    "answer",
    [json(403, {"detail": "Forbidden"}), json(200, {"status": "ok"}), json(200, None)],
    ids=["403 with a detail", "200", "null"],
)
async def test_a_gate_may_speak_json(
    gate: Gate, context: BrowserContext, path: str, answer: Any
) -> None:
    """What is not our server's word is asked for again, and nobody is sent to the sign-in (P2)."""
    page = await context.new_page()
    gate.answer(path, answer, times=1)
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()
    await expect(page.locator(CONNECTED)).to_be_visible()
    await until(lambda: gate.asked(path) >= 2)
    await expect(page.locator(FORM)).to_have_count(0)
    assert await page.evaluate(KEPT) == ADMIN


async def test_what_an_older_page_kept_is_no_white_page(server: Server, page: Page) -> None:
    """Its last view, in another shape than today's (P8)."""
    await page.goto(f"{server.url}/health")
    last = {"whose": ADMIN[:12], "knownAt": 1, "stream": [None], "eventTypes": {}, "stats": 7}
    for name, value in {"last": plain_json.dumps(last), "token": ADMIN}.items():
        await page.evaluate(f"localStorage.setItem('bedolaga.{name}', {plain_json.dumps(value)})")
    await page.evaluate("sessionStorage.setItem('bedolaga.place', '/elsewhere')")
    await page.goto(server.url)
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()
    await page.goto(f"{server.url}/health")
    await page.goto(f"{server.url}/#token={ADMIN}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    assert page.url == f"{server.url}/"


@pytest.mark.parametrize(
    "denied",
    [
        "window.BroadcastChannel = function () { throw new DOMException('', 'SecurityError'); }",
        "Object.defineProperty(navigator, 'locks', { get() { throw new DOMException(''); } })",
    ],
    ids=["channel", "locks"],
)
async def test_tabs_that_may_not_talk(server: Server, page: Page, denied: str) -> None:
    """Some browsers throw where cookies are blocked: the tab has a socket of its own (P8)."""
    await page.add_init_script(denied)
    await sign_in(server, page)
    await server.event(user_id=1)
    await expect(page.locator(".stream li")).to_have_count(1)


async def test_the_second_language_of_a_browser(server: Server) -> None:
    """Of those that the page has, the first that its reader names (P13)."""
    async with browsing(locale="de-DE") as context:
        page = await context.new_page()
        languages = "Object.defineProperty(navigator, 'languages', { get: () => ['de', 'ru-RU'] })"
        await page.add_init_script(languages)
        await sign_in(server, page)
        await expect(page.get_by_text("Всего пользователей")).to_be_visible()


async def test_news_push_out_no_error(server: Server, receiver: Receiver, page: Page) -> None:
    """An error stays until it is closed, whatever comes after it."""
    hook = await server.webhook(receiver.url)
    await sign_in(server, page, "tokens")
    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": False})
    await page.evaluate("import('./js/toasts.js').then((it) => it.toast('x', { isError: true }))")
    error = page.locator(".toast.bad")
    await expect(error).to_have_count(1)
    for number in range(5):
        await page.evaluate(f"import('./js/toasts.js').then((it) => it.toast('news {number}'))")
    await expect(page.locator(".toast:not(.bad)")).to_have_count(3)
    await expect(error).to_have_count(1)


async def test_names_turn_nothing_around_wherever_they_stand(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """In questions, in toasts, in lists of tokens, in what a receiver answered (P25)."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=f"said {TURNS}")

    receiver.answer = answer
    hook = await server.webhook(receiver.url, name=TURNS)
    await server.call("POST", "/tokens", {"name": TURNS, "scopes": ["read"]})
    await server.event(user_id=1, first_name=TURNS)
    await until(lambda: receiver.has(1))
    await sign_in(server, page)
    await expect(page.locator(".stream li")).to_contain_text(SHOWN)
    await show(page, "tokens")
    await page.get_by_role("row").filter(has_text=SHOWN).get_by_role("button").click()
    await expect(page.locator("dialog")).to_contain_text(SHOWN)
    await page.keyboard.press("Escape")
    await show(page, f"webhooks/{hook['id']}")
    await page.get_by_role("button", name="Выключить").click()
    await expect(page.locator(".toast")).to_contain_text(SHOWN)
    await page.locator("main").get_by_label("Действия").click()
    await page.get_by_role("button", name="Удалить").click()
    await expect(page.locator("dialog")).to_contain_text(SHOWN)
    await page.keyboard.press("Escape")
    await show(page, f"webhooks/{hook['id']}/deliveries/1")
    await page.locator(".attempt summary").first.click()
    await expect(page.locator(".attempt pre").first).to_contain_text(f"said {SHOWN}")


async def test_a_token_that_is_shown_once_is_there_for_who_comes_back(
    server: Server, page: Page
) -> None:
    """The first step's: a look at another view does not lose it (P19)."""
    await sign_in(server, page)
    await page.get_by_role("button", name="Создать токен бота").click()
    shown = page.locator(".first-run pre").first
    token = await shown.inner_text()
    await show(page, "events")
    await show(page, "")
    step = page.get_by_role("button", name="Токен для бота")
    if await step.get_attribute("aria-expanded") == "false":
        await step.click()
    await expect(shown).to_have_text(token)


async def test_a_reader_by_the_address_of_what_only_an_admin_sees(
    server: Server, receiver: Receiver, page: Page
) -> None:
    """Gets what there is for readers, not an empty card (P27)."""
    made = await server.call("POST", "/tokens", {"name": "r", "scopes": ["read"]})
    await server.webhook(receiver.url)
    await page.goto(f"{server.url}/#token={made.json['token']}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    await show(page, "webhooks/1/settings")
    await expect(page.locator("main .facts")).to_contain_text(receiver.url)


async def test_an_answer_is_waited_for_through_a_tunnel(
    gate: Gate, context: BrowserContext
) -> None:
    """The network goes while what was sent again is on its way: its answer comes after it."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    created = """fetch('webhooks', { method: 'POST', headers: { 'X-API-Key': TOKEN,
      'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'CRM',
      url: location.origin + '/sink/in', event_types: ['*'] }) }).then((one) => one.status)"""
    assert await page.evaluate(created.replace("TOKEN", plain_json.dumps(ADMIN))) == 201
    await show(page, "webhooks/1")

    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    gate.answer("/webhooks/1/deliveries/1", cut, times=2)
    await page.get_by_role("button", name="Отправить тест").click()
    await expect(page.get_by_role("status").filter(has_text="200 за")).to_be_visible()
    assert gate.asked("/webhooks/1/deliveries/1") >= 3


async def test_a_sandbox_behind_a_gate(gate: Gate, context: BrowserContext) -> None:
    """A 404 of something in front is not its end; a refused change is told."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(CONNECTED)).to_be_visible()
    gate.answer("/sink", json(404, {"detail": "There is nothing at this address."}), times=1)
    await show(page, "sandbox")
    await expect(page.get_by_label("Отвечать")).to_be_visible()
    gate.answer("/sink", json(503, {"detail": "x"}), times=3)
    await page.get_by_label("Отвечать").select_option("error")
    await expect(page.locator(".toast.bad")).to_be_visible()


async def test_a_search_for_what_json_escapes_goes_on_live(server: Server, page: Page) -> None:
    """What comes meanwhile is found as what is there already (P14)."""
    titles = ['say "hi" to C:\\dir', "another"]
    await server.event("ticket.created", ticket_id=1, user_id=1, title=titles[0])
    await sign_in(server, page, "events")
    await page.locator("[data-search]").fill('SAY "hi" to C:\\')
    rows = page.locator(".stream li")
    await expect(rows).to_have_count(1)
    for title in titles:
        await server.event("ticket.created", ticket_id=2, user_id=1, title=title)
    await expect(rows).to_have_count(2)


async def test_an_address_that_is_no_place_says_so(server: Server, page: Page) -> None:
    """Without its slash too; what is no word is the dashboard (views have addresses)."""
    await sign_in(server, page)
    await page.evaluate("location.hash = 'foo'")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Не найдено")
    await page.evaluate("location.hash = ''")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Дашборд")
