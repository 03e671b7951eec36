"""Behind Debian's nginx, under a path prefix, and behind its Caddy, with the shipped files."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bedolaga_events.api import doctor
from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, needs_chromium
from tests.system.proxies import CADDY, NGINX, behind, behind_caddy

pytestmark = pytest.mark.skipif(not (NGINX and CADDY), reason="needs nginx and caddy")


@pytest.fixture
async def trusting(starting: Any) -> Server:
    """A server that trusts its proxy."""
    server: Server = await starting(now=None, server__trusted_proxies=["127.0.0.1/32"])
    return server


@pytest.fixture(params=[behind, behind_caddy], ids=["nginx", "caddy"])
async def proxied(
    trusting: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Server, str]]:
    """That server, and its address behind the proxy."""
    async with request.param(trusting, tmp_path) as url:
        yield trusting, url


async def test_everything_works_behind_it(proxied: tuple[Server, str]) -> None:
    """Live both ways, and the page's files by relative URLs; who leaves is gone at the server."""
    server, url = proxied
    for path in ("/", "/js/app.js", "/css/base.css", "/openapi.json", "/docs"):
        async with server.session.get(url + path) as answer:
            assert answer.status == 200, path
    headers = {"Authorization": f"Bearer {ADMIN}"}
    host = url.removesuffix("/shop")
    async with (
        server.session.ws_connect(f"{url}/ws?token={ADMIN}", origin=host) as socket,
        server.session.get(f"{url}/events/stream", headers=headers) as stream,
    ):
        assert (await socket.receive_json())["type"] == "connection"
        assert await stream.content.readline() == b"id: 0\n"  # the hello
        await server.event(user_id=1)
        assert (await socket.receive_json())["id"] == 1
        async with asyncio.timeout(5):
            while (line := await stream.content.readline()) != b"id: 1\n":
                assert line
    await until(lambda: not list(server.parts.hub.sockets()))


async def test_the_guesser_is_the_client_and_not_the_proxy(
    trusting: Server, tmp_path: Path
) -> None:
    """The forwarded address counts, since the proxy is trusted."""
    statuses = []
    async with behind(trusting, tmp_path) as url:
        for number in range(12):
            headers = {"Authorization": "Bearer wrong", "X-Forwarded-For": f"203.0.113.{number}"}
            async with trusting.session.get(f"{url}/stats", headers=headers) as answer:
                statuses.append(answer.status)
    # nginx adds 127.0.0.1, which is trusted here too: what is left of it is each a new guesser.
    assert set(statuses) == {401}


async def examined(page: Page, url: str) -> dict[str, str]:
    """What the doctor finds on the page at an address."""
    await page.goto(f"{url}/#token={ADMIN}")
    await expect(page.locator(".stats")).to_be_visible()
    return await doctor_says(page)


async def doctor_says(page: Page) -> dict[str, str]:
    """Each check and its mark, when the last has ended."""
    await page.evaluate("location.hash = '#/doctor'")
    ended = page.locator("[data-check=idle]").get_by_text(
        re.compile("^(в порядке|не работает|пропущено)$")
    )
    await expect(ended).to_be_visible(timeout=30_000)
    names = "all => all.map((one) => [one.dataset.check, one.lastElementChild.className])"
    found = await page.locator("[data-check]").evaluate_all(names)
    return {name: mark.split()[-1] for name, mark in found}


@needs_chromium
async def test_the_service_worker_stays_under_the_prefix(proxied: tuple[Server, str]) -> None:
    """What stands beside the shop's events at the same host is not its business."""
    url = proxied[1]
    async with browsing(service_workers="allow") as context:
        page = await context.new_page()
        await page.goto(f"{url}/")
        registered = "navigator.serviceWorker.register('sw.js').then((one) => one.scope)"
        assert await page.evaluate(registered) == f"{url}/"


@needs_chromium
async def test_the_doctor_finds_a_good_proxy_good(
    proxied: tuple[Server, str], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every check passes through the shipped files."""
    monkeypatch.setattr(doctor, "SILENCE", 0.5)
    found = await examined(page, proxied[1])
    assert found == dict.fromkeys(found, "ok")
    assert len(found) == 10
    await expect(page.get_by_text("Что добавить в прокси")).to_have_count(0)


@needs_chromium
async def test_the_doctor_says_what_a_bad_proxy_lacks(
    starting: Any, tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines that were left out are the lines that it says to add."""
    monkeypatch.setattr(doctor, "SILENCE", 0.5)
    server: Server = await starting(now=None)
    lines = ("proxy_set_header Upgrade $http_upgrade;", "client_max_body_size 5m;")
    async with behind(server, tmp_path, *lines) as url:
        found = await examined(page, url)
        advice = await page.get_by_label("Что добавить в прокси").inner_text()
        support = await page.get_by_label("Для поддержки").text_content()
    failed = {name for name, mark in found.items() if mark == "bad"}
    assert failed == {"upgrade", "body", "idle", "address"}
    assert all(line in advice for line in lines)
    assert 'trusted_proxies = ["127.0.0.1"]' in advice
    assert "location /shop/ {" in advice
    assert ADMIN not in str(support)


@needs_chromium
async def test_the_doctor_tells_a_refused_origin_from_a_missing_upgrade(
    starting: Any, tmp_path: Path, page: Page
) -> None:
    """Without Host the server does not know its own address; the setting that says it is named."""
    server: Server = await starting(now=None)
    async with behind(server, tmp_path, "proxy_set_header Host $http_host;") as url:
        await page.goto(f"{url}/#token={ADMIN}")
        await expect(page.locator(".stats")).to_be_visible()
        found = await doctor_says(page)
        advice = await page.get_by_label("Что добавить в прокси").inner_text()
    assert {name for name, mark in found.items() if mark == "bad"} == {
        "host",
        "origin",
        "address",
    }
    assert {name for name, mark in found.items() if mark == "skip"} == {"upgrade", "idle"}
    assert f'public_url = "{url}/"' in advice
    assert "proxy_set_header Host $http_host;" in advice
    assert "Upgrade" not in advice


@needs_chromium
async def test_the_doctor_warns_of_a_tunnel_whose_end_is_trusted(
    trusting: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing between is HTTP: whoever comes through may claim any address."""
    monkeypatch.setattr(doctor, "SILENCE", 0.5)
    found = await examined(page, trusting.url)
    assert {name for name, mark in found.items() if mark == "bad"} == {"address"}
    assert "TCP-туннел" in await page.locator("[data-check=address]").inner_text()
    assert "trusted_proxies = []" in await page.get_by_label("Что добавить в прокси").inner_text()


@needs_chromium
@pytest.mark.parametrize("is_proxied", [False, True])
async def test_the_documents_of_the_api_are_styled_and_call_the_right_address(
    trusting: Server, tmp_path: Path, page: Page, is_proxied: bool
) -> None:
    """Under its own CSP nothing is blocked (or the fixture fails); RapiDoc keeps to the prefix."""
    async with behind(trusting, tmp_path) if is_proxied else nullcontext(trusting.url) as url:
        await page.goto(f"{url}/docs")
        viewer = page.locator("rapi-doc")
        title = viewer.locator("#api-title").first
        await expect(title).to_contain_text("bedolaga-events", timeout=20_000)
        size = await title.evaluate("one => getComputedStyle(one).fontSize")
        called = await viewer.evaluate("one => one.selectedServer.computedUrl")
    assert size != "16px"  # what a browser gives to what nobody styled
    assert called == url
