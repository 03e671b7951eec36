"""Who is signed in stays so: links, tabs, deep links, and what stands in front of the server."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, choose, needs_chromium, sign_in
from tests.system.gate import Answer, Gate, gate_before, html, json

pytestmark = needs_chromium

KEPT = "localStorage.getItem('bedolaga.token')"
FORM = "[name=token]"
IN_FRONT = "Вместо сервера ответило что-то перед ним (HTTP {}). Обновите страницу."
REFUSALS: dict[str, tuple[Answer, str]] = {
    "bad gateway": (html(502), "502"),
    "a gate's own 401": (html(401, WWW_Authenticate="Bearer"), "401"),
    "a gate's 401 in JSON": (json(401, {"detail": "x"}, WWW_Authenticate="Session"), "401"),
    "a gate's redirect": (html(302, Location="https://sso.example.com/login"), "3xx"),
    "a captive page": (html(200), "200"),
    "a firewall": (json(403, {"error": "blocked"}), "403"),
}


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    """A browser of one person."""
    async with browsing(expected=("status of 5", "Failed to load resource")) as one:
        yield one


@pytest.mark.parametrize("what", REFUSALS)
async def test_only_a_refusal_of_ours_forgets_the_token(
    gate: Gate, context: BrowserContext, what: str
) -> None:
    """Others' answers are told, the page in its place, and asked again until one is ours (P2)."""
    answer, status = REFUSALS[what]
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    for path in ("/event-types", "/events", "/stats", "/webhooks", "/webhooks/stats"):
        gate.answer(path, answer)
    await page.reload()
    await expect(page.locator(".side")).to_be_visible()
    await expect(page.locator(".banner")).to_contain_text(IN_FRONT.format(status))
    await expect(page.get_by_role("button", name="Обновить страницу")).to_be_visible()
    await expect(page.locator(FORM)).to_have_count(0)
    assert await page.evaluate(KEPT) == ADMIN
    gate.pass_all()
    await expect(page.locator(".banner")).to_have_count(0, timeout=25_000)
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()


async def test_the_first_call_fails_once(gate: Gate, context: BrowserContext) -> None:
    """A 502 while a proxy restarts: the page is there, and nobody is asked for a token (P2)."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    gate.answer("/event-types", html(502), times=1)
    await page.reload()
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()
    await expect(page.locator(FORM)).to_have_count(0)
    assert await page.evaluate(KEPT) == ADMIN


async def test_being_too_many_is_over_when_others_go(gate: Gate, context: BrowserContext) -> None:
    """A 429 is ours and in JSON, and asked again all the same; the page says it in its language."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    crowded = {"detail": "Too many connections from this address are open already."}
    gate.answer("/event-types", json(429, crowded, Retry_After="5"))
    await page.reload()
    banner = page.locator(".banner")
    await expect(banner).to_contain_text("Слишком много соединений", timeout=15_000)
    gate.pass_all()
    await expect(banner).to_have_count(0, timeout=25_000)
    await expect(page.get_by_text("Событий пока нет")).to_be_visible()


async def test_a_revoked_token_is_forgotten(gate: Gate, context: BrowserContext) -> None:
    """Our own 401 asks for a token again, and says why."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.evaluate("localStorage.setItem('bedolaga.token', 'no-such-token')")
    await page.reload()
    await expect(page.locator(FORM)).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("Токен отозван или истёк")
    assert await page.evaluate(KEPT) is None


async def test_the_token_leaves_authorization_to_the_gate(
    gate: Gate, context: BrowserContext
) -> None:
    """The page says X-API-Key, so that a browser's Basic can stand beside it."""
    page = await context.new_page()
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.evaluate("location.hash = '#/doctor'")
    await until(lambda: gate.asked("/events/stream"))
    assert not [path for _, path, headers in gate.seen if "Authorization" in headers]
    assert [path for _, path, headers in gate.seen if headers.get("X-API-Key") == ADMIN]


async def code(server: Server) -> str:
    made = await server.call("POST", "/login/links")
    return str(made.json["url"]).rpartition("#")[2]


async def link(server: Server) -> str:
    return f"{server.url}/#{await code(server)}"


async def test_a_link_remembers(server: Server, context: BrowserContext) -> None:
    """A second tab, and the browser's next day, are signed in (P4)."""
    page = await context.new_page()
    await page.goto(await link(server))
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.close()
    other = await context.new_page()
    await other.goto(server.url)
    await expect(other.locator(".connection.connected")).to_be_visible()


async def test_not_on_somebody_elses_device(server: Server, context: BrowserContext) -> None:
    """Ticked before the link is opened or later in the settings: the tab keeps it alone."""
    page = await context.new_page()
    await page.goto(server.url)
    await page.get_by_label("Чужое устройство").check()
    await page.goto(await link(server))
    await expect(page.locator(".connection.connected")).to_be_visible()
    assert await page.evaluate(KEPT) is None
    await page.reload()
    await expect(page.locator(".connection.connected")).to_be_visible()
    other = await context.new_page()
    await other.goto(server.url)
    await expect(other.locator(FORM)).to_be_visible()
    await page.evaluate("location.hash = '#/settings'")
    await page.get_by_label("Чужое устройство").uncheck()
    await expect(other.locator(".connection.connected")).to_be_visible()


async def test_a_spent_link_changes_nothing_for_who_is_inside(
    server: Server, context: BrowserContext
) -> None:
    """A toast; the token stays, in every tab (P3)."""
    first, second = await context.new_page(), await context.new_page()
    spent = await link(server)
    await first.goto(spent)
    await expect(first.locator(".connection.connected")).to_be_visible()
    kept = await first.evaluate(KEPT)
    await second.goto(spent)
    await expect(second.locator(".toast")).to_contain_text("уже использована или устарела")
    await first.evaluate(f"location.hash = '{spent.partition('#')[2]}'")
    await expect(first.locator(".toast")).to_contain_text("ничего не изменилось")
    for page in (first, second):
        await expect(page.locator(".connection.connected")).to_be_visible()
        assert await page.evaluate(KEPT) == kept
        assert "login" not in page.url


async def test_a_spent_link_says_where_the_next_comes_from(server: Server, page: Page) -> None:
    """Who is not signed in reads the command that prints another, not to restart it (P4)."""
    await page.goto(f"{server.url}/#login=spent")
    await expect(page.get_by_role("alert")).to_contain_text("bedolaga-events login")
    await expect(page.locator(FORM)).to_be_visible()


async def test_a_link_is_tried_again_when_a_proxy_answers_for_the_server(
    server: Server, context: BrowserContext
) -> None:
    """The code is not lost to a 502, and the form says what happens meanwhile."""
    async with gate_before(server.url) as gate:
        gate.answer("/login", html(502), times=2)
        page = await context.new_page()
        await page.goto(f"{gate.url}/#{await code(server)}")
        await expect(page.get_by_role("alert")).to_contain_text(IN_FRONT.format(502))
        await expect(page.locator(".side")).to_be_visible()
        assert gate.asked("/login") == 3


async def test_a_deep_link_survives_signing_in(server: Server, context: BrowserContext) -> None:
    """In the tab that stood on it, in one that waits for another, and in the link's own (P28)."""
    await server.event(user_id=1)
    place = "#/events/1"
    same, waiting = await context.new_page(), await context.new_page()
    for page in (same, waiting):
        await page.goto(f"{server.url}/{place}")
        await expect(page.locator(FORM)).to_be_visible()
    await same.goto(await link(server))
    for page in (same, waiting):
        await expect(page.locator("dialog")).to_contain_text("Кому доставлено")
        assert page.url.endswith(place)
    await same.get_by_label("Закрыть").first.click()
    await choose(same, "Выйти")
    await waiting.reload()
    await expect(waiting.locator(FORM)).to_be_visible()
    fresh = await context.new_page()
    await fresh.goto(await link(server))
    await expect(fresh.locator("dialog")).to_contain_text("Кому доставлено")


async def test_a_socket_that_is_refused_for_its_ticket_comes_back(
    gate: Gate, context: BrowserContext
) -> None:
    """A ticket that somebody used up means 1008, and still nobody is signed out."""
    page = await context.new_page()
    gate.answer("/ws/ticket", json(200, {"ticket": "used-up", "expires_in": 30}), times=2)
    await page.goto(f"{gate.url}/#token={ADMIN}")
    await until(lambda: gate.asked("/ws/ticket") >= 3)  # each refused one was open for a moment
    await expect(page.locator(".connection.connected")).to_be_visible(timeout=15_000)
    await expect(page.locator(FORM)).to_have_count(0)


async def test_signing_out_and_in_reaches_every_tab(
    server: Server, context: BrowserContext
) -> None:
    """One browser, one person."""
    first, second = await context.new_page(), await context.new_page()
    await second.goto(server.url)
    await expect(second.locator(FORM)).to_be_visible()
    await sign_in(server, first)
    await expect(second.locator(".connection.connected")).to_be_visible()
    await choose(first, "Выйти")
    await expect(second.locator(FORM)).to_be_visible()


async def test_a_garbled_token_is_called_one(server: Server, page: Page) -> None:
    """Cyrillic cannot stand in a header: not typed, nor in a link, nor kept from before (P12)."""
    await page.goto(server.url)
    await page.locator(FORM).fill("токен")
    await page.get_by_role("button", name="Войти").click()
    await expect(page.get_by_role("alert")).to_contain_text("Это не токен")
    await page.goto(f"{server.url}/#token=токен")
    await expect(page.get_by_role("alert")).to_contain_text("Это не токен")
    await page.evaluate("localStorage.setItem('bedolaga.token', 'ключ\\n')")
    await page.reload()
    await expect(page.locator(FORM)).to_be_visible()
