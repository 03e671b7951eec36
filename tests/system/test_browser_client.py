"""static/js/websocket.js in a real browser: resume, one socket for all tabs, and when to stop."""

from typing import Any

from playwright.async_api import Page

from tests.conftest import ADMIN, Server, until
from tests.system.chromium import browsing, needs_chromium

pytestmark = needs_chromium

FOLLOW = """async ([token, shared]) => {
  const { default: WebSocketManager } = await import('/js/websocket.js');
  const ticket = async () => (await (await fetch('/ws/ticket', {
    method: 'POST', headers: { Authorization: `Bearer ${token}` } })).json()).ticket;
  window.seen = [];
  window.codes = [];
  window.manager = new WebSocketManager(ticket, { shared });
  manager.on('user.created', (payload, message) => seen.push(message.id));
  manager.on('disconnected', ({ code }) => codes.push(code));
  manager.connect(location.origin.replace('http', 'ws') + '/ws');
}"""


async def follow(page: Page, server: Server, *, shared: bool = False) -> None:
    await page.goto(f"{server.url}/health")
    await page.evaluate(FOLLOW, [ADMIN, shared])
    await page.wait_for_function("manager.isConnected()")


async def seen(page: Page, count: int) -> Any:
    await page.wait_for_function(f"seen.length >= {count}")
    return await page.evaluate("seen")


async def test_it_resumes_where_it_was_cut_off(server: Server) -> None:
    """Events that came while it was away arrive once, in order; tickets, not tokens, in the URL."""
    async with browsing() as context:
        page = await context.new_page()
        await follow(page, server)
        await server.event(user_id=1)
        assert await seen(page, 1) == [1]
        for socket in server.parts.hub.sockets():
            socket.abort()
        for number in (2, 3):
            await server.event(user_id=number)
        assert await seen(page, 3) == [1, 2, 3]
        await server.event(user_id=4)
        assert await seen(page, 4) == [1, 2, 3, 4]


async def test_all_tabs_share_one_socket(server: Server) -> None:
    """When the tab that holds it closes, another takes over without a gap."""
    async with browsing() as context:
        pages = [await context.new_page() for _ in range(3)]
        for page in pages:
            await follow(page, server, shared=True)
        assert len(list(server.parts.hub.sockets())) == 1
        await server.event(user_id=1)
        for page in pages:
            assert await seen(page, 1) == [1]
        await pages[0].close()
        await server.event(user_id=2)
        for page in pages[1:]:
            assert await seen(page, 2) == [1, 2]
        await until(lambda: len(list(server.parts.hub.sockets())) == 1)


async def test_it_stops_when_the_token_is_revoked_and_after_disconnect(server: Server) -> None:
    """1008 is final; so is disconnect()."""
    made = await server.call("POST", "/tokens", {"name": "x", "scopes": ["read"]})
    async with browsing() as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/health")
        await page.evaluate(FOLLOW, [made.json["token"], False])
        await page.wait_for_function("manager.isConnected()")
        await server.call("DELETE", f"/tokens/{made.json['id']}")
        await page.wait_for_function("codes.includes(1008)")
        assert await page.evaluate("manager.getConnectionStatus()") == "disconnected"
        await follow(page, server)
        await page.evaluate("manager.disconnect()")
        assert await page.evaluate("manager.getConnectionStatus()") == "disconnected"
        await until(lambda: not list(server.parts.hub.sockets()))


async def test_a_client_as_the_first_guide_prints_it(server: Server) -> None:
    """The token in the URL, {"type": "ping"}, messages by type: nothing of ours is needed."""
    async with browsing() as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/health")
        await page.evaluate(
            """(token) => {
              window.heard = [];
              const origin = location.origin.replace('http', 'ws');
              const ws = new WebSocket(`${origin}/ws?token=${token}`);
              ws.onmessage = (event) => {
                const data = JSON.parse(event.data);
                heard.push(data.type);
                if (data.type === 'connection') ws.send(JSON.stringify({ type: 'ping' }));
              };
            }""",
            ADMIN,
        )
        await page.wait_for_function("heard.length === 2")
        await server.event(user_id=1)
        await page.wait_for_function("heard.length === 3")
        assert await page.evaluate("heard") == ["connection", "pong", "user.created"]
