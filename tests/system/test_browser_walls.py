"""What a browser itself enforces: CORS, the Origin of /ws, the Content Security Policy."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.conftest import ADMIN, Server
from tests.system.chromium import browsing, needs_chromium

pytestmark = needs_chromium

TRY = """async ([url, token]) => {
  const headers = { Authorization: `Bearer ${token}` };
  const read = await fetch(`${url}/stats`, { headers }).then((one) => one.status, () => 'refused');
  const live = await new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?token=${token}`);
    socket.onmessage = () => resolve('live');
    socket.onerror = () => resolve('refused');
  });
  return [read, live];
}"""


@pytest.fixture
async def other_site() -> AsyncIterator[str]:
    """The origin of somebody else's page."""
    app = web.Application()

    async def show(_: web.Request) -> web.Response:
        return web.Response(
            text="<!doctype html><title>Another site</title>", content_type="text/html"
        )

    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_another_site_gets_in_only_when_it_is_listed(starting: Any, other_site: str) -> None:
    """Neither the API nor /ws; with its origin in security.allowed_origins both."""
    for origins, wanted in (([], ["refused", "refused"]), ([other_site], [200, "live"])):
        server: Server = await starting(security__allowed_origins=origins)
        async with browsing(expected=("CORS", "ERR_FAILED")) as context:
            page = await context.new_page()
            await page.goto(other_site)
            assert await page.evaluate(TRY, [server.url, ADMIN]) == wanted
        await starting.stop()


async def test_the_policy_stops_what_got_onto_the_page(server: Server) -> None:
    """Inline scripts, handlers, frames, forms, other hosts: the browser refuses each."""
    async with browsing(expected=("Content Security Policy",)) as context:
        page = await context.new_page()
        await page.goto(server.url)
        assert (
            await refused(page, "script", "textContent", "window.ran = true") == "script-src-elem"
        )
        assert await refused(page, "img", "src", "http://example.com/x.png") == "img-src"
        assert await refused(page, "iframe", "src", "http://example.com/") == "frame-src"
        assert await page.evaluate("window.ran") is None


async def refused(page: Page, tag: str, field: str, value: str) -> Any:
    """The directive that stopped an element from working."""
    return await page.evaluate(
        """([tag, field, value]) => new Promise((resolve) => {
          const hear = (event) => resolve(event.effectiveDirective);
          document.addEventListener('securitypolicyviolation', hear, { once: true });
          const element = document.createElement(tag);
          element[field] = value;
          document.body.append(element);
          setTimeout(() => resolve('nothing'), 5000);
        })""",
        [tag, field, value],
    )
