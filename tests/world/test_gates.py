"""A gate in front asks by itself who comes; its answers are not the server's (L23, L29)."""

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.system.chromium import browsing, needs_chromium
from tests.world import gates, proxies
from tests.world.doors import IPV4, NAME, Street
from tests.world.shop import TOKEN
from tests.world.test_doors import examined

pytestmark = needs_chromium

LOGIN = web.Response(
    status=401, text="<h1>Sign in at the gate</h1>", headers={"Content-Type": "text/html"}
)
ELSEWHERE = web.Response(status=302, headers={"Location": f"https://auth.{NAME}/?rd=/"})
WORDS = ("status of 401", "CORS", "ERR_FAILED", "ERR_NAME_NOT_RESOLVED", "Content Security Policy")


@pytest.mark.parametrize("refusal", [LOGIN, ELSEWHERE], ids=["401", "302"])
async def test_a_session_that_ends_at_the_gate_forgets_no_token(
    street: Street, refusal: web.Response
) -> None:
    """The page says that something else answered, and comes back when the gate lets it through."""
    gate = await street.stack.enter_async_context(gates.authenticating(refusal))
    site = gates.FORWARD_AUTH.format(name=NAME)
    url = await street.behind(f"https://{NAME}/", proxies.caddy, site, street.authority.folder)
    street.authority.known_to_browsers(street.shop.folder)
    async with browsing(WORDS) as context:
        page = await context.new_page()
        await page.goto(f"{url}#token={TOKEN}")
        await expect(page.locator(".connection.connected")).to_be_visible()

        gate.in_session = False
        await page.evaluate("location.hash = '#/tokens'")
        await expect(page.get_by_text("Вместо сервера ответило что-то перед ним")).to_be_visible()
        await expect(page.get_by_role("link", name="События")).to_be_visible()

        await street.shop.stop()
        await street.shop.start()
        await expect(page.locator(".connection.connected")).to_have_count(0)

        gate.in_session = True
        await expect(page.locator(".connection.connected")).to_be_visible(timeout=30_000)
        await page.reload()
        await expect(page.locator(".connection.connected")).to_be_visible()


async def test_behind_basic_the_page_and_the_bot_come_through(street: Street) -> None:
    """`Authorization` is the gate's; the page and a bot show their token as X-API-Key."""
    users = street.shop.folder / "users"
    users.write_text("anna:{PLAIN}secret\n")
    basic = gates.BASIC.format(file=users)
    site = proxies.shipped("nginx.conf").replace("location /shop/ {", "location /shop/ {\n" + basic)
    url = await street.behind(f"http://{NAME}/shop/", proxies.nginx, site)
    async with browsing(http_credentials={"username": "anna", "password": "secret"}) as context:
        page = await context.new_page()
        await page.goto(f"{url}#token={TOKEN}")
        await expect(page.locator(".connection.connected")).to_be_visible()
        await page.evaluate("location.hash = '#/events'")
        event = {"type": "user.created", "payload": {"user_id": 1, "username": "за-воротами"}}
        async with street.shop.session.post(
            f"{url}events",
            json=event,
            headers={
                "X-API-Key": TOKEN,
                "Authorization": aiohttp.encode_basic_auth("anna", "secret"),
            },
        ) as answer:
            assert answer.status == 202, await answer.text()
        await expect(page.get_by_text("за-воротами").first).to_be_visible()


async def test_a_tunnel_that_froze_and_one_that_broke(street: Street, page: Page) -> None:
    """Whoever wakes up comes back by himself with all that he missed."""
    street.names.point(NAME, IPV4)
    await street.shop.start()
    tunnel = await street.stack.enter_async_context(gates.tunnelling())
    await page.goto(f"http://{NAME}/#token={TOKEN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    await page.evaluate("location.hash = '#/events'")

    tunnel.freeze()
    await street.shop.event(username="пока-стоял")
    tunnel.thaw()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_text("пока-стоял").first).to_be_visible(timeout=30_000)

    tunnel.cut()
    await street.shop.event(username="пока-рвался")
    await expect(page.get_by_text("пока-рвался").first).to_be_visible(timeout=30_000)
    await expect(page.locator(".connection.connected")).to_be_visible()


async def test_the_doctor_tells_of_a_tunnel_whose_end_is_trusted(
    street: Street, page: Page
) -> None:
    """HAProxy in `mode tcp` varies no X-Forwarded-For: anybody may claim any address (T27)."""
    site = (
        "frontend front\n  mode tcp\n  bind :80\n  default_backend shop\n"
        "backend shop\n  mode tcp\n  server shop 127.0.0.1:8080\n"
    )
    url = await street.behind(f"http://{NAME}/", proxies.haproxy, site)
    await page.goto(f"{url}#token={TOKEN}")
    await expect(page.locator(".connection.connected")).to_be_visible()
    found = await examined(page)
    assert {name for name, mark in found.items() if mark != "ok"} == {"address"}
    assert "TCP-туннел" in await page.locator("[data-check=address]").inner_text()


async def test_whoever_comes_through_a_tunnel_chooses_no_address(street: Street) -> None:
    """Behind TCP alone `trusted_proxies` stays empty, and X-Forwarded-For is anybody's word."""
    await street.shop.start()
    await street.stack.enter_async_context(gates.tunnelling())
    headers = {"X-API-Key": TOKEN, "X-Forwarded-For": "198.51.100.99"}
    async with street.shop.session.get(f"http://{IPV4}/doctor", headers=headers) as answer:
        seen = await answer.json()
    assert seen["client_address"] == "127.0.0.1"
