"""Signing in with a link, good once (contract §1)."""

import sqlite3

import pytest

from bedolaga_events.api import browser
from tests.conftest import Clock, Server

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def test_a_link_signs_in_once_and_for_half_an_hour(server: Server, clock: Clock) -> None:
    """It buys an admin token for thirty days, named after the browser."""
    code, late = await server.code(), await server.code()
    headers = {"User-Agent": FIREFOX}
    reply = await server.call("POST", "/login", {"code": code}, token=None, headers=headers)
    assert reply.status == 201
    assert (reply.json["name"], reply.json["scopes"]) == ("Firefox 128, Linux", ["admin"])
    assert reply.json["expires_at"][:10] == "2026-02-14"
    assert (await server.call("GET", "/tokens", token=reply.json["token"])).status == 200
    assert (await server.call("POST", "/login", {"code": code}, token=None)).status == 401
    clock.advance(1801)
    assert (await server.call("POST", "/login", {"code": late}, token=None)).status == 401


async def test_a_link_for_another_device_is_an_admins(server: Server) -> None:
    """It begins with the address that the request came to; the code is in no file."""
    made = await server.call("POST", "/login/links")
    address, _, code = made.json["url"].partition("#login=")
    assert (made.status, address, made.json["expires_in"]) == (201, f"{server.url}/", 1800)
    body = {"name": "reader", "scopes": ["read"]}
    reader = (await server.call("POST", "/tokens", body)).json["token"]
    assert (await server.call("POST", "/login/links", token=reader)).status == 403
    files = server.parts.database.path.parent.glob("events.db*")
    assert all(code.encode() not in one.read_bytes() for one in files)


async def test_a_spent_code_changes_nothing(server: Server) -> None:
    """Who is signed in stays so, and no code is used up by the refusal of another."""
    spent, good = await server.code(), await server.code()
    first = await server.call("POST", "/login", {"code": spent}, token=None)
    assert (await server.call("POST", "/login", {"code": spent}, token=None)).status == 401
    async with server.socket(f"?token={first.json['token']}") as socket:
        assert (await socket.receive_json())["type"] == "connection"
        assert (await server.call("POST", "/login", {"code": spent}, token=None)).status == 401
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
    assert (await server.call("POST", "/login", {"code": good}, token=None)).status == 201


async def test_guessers_of_codes_are_slowed_down_and_a_right_code_is_not(server: Server) -> None:
    """As with tokens."""
    good = await server.code()
    for _ in range(10):
        assert (await server.call("POST", "/login", {"code": "x"}, token=None)).status == 401
    assert (await server.call("POST", "/login", {"code": "x"}, token=None)).status == 429
    assert (await server.call("POST", "/login", {"code": good}, token=None)).status == 201


async def test_what_is_no_code_at_all_is_refused(server: Server) -> None:
    """Half a character, nothing, a book: a sentence, never a mistake of ours."""
    for code in ("\ud800", "", "x" * 100_000, "\0"):
        reply = await server.call("POST", "/login", {"code": code}, token=None)
        assert reply.status in (401, 422), code
        assert reply.json["detail"]


async def test_codes_that_are_late_are_forgotten(server: Server, clock: Clock) -> None:
    """With the next one that is made."""
    await server.code()
    clock.advance(1801)
    await server.code()
    with sqlite3.connect(server.parts.database.path) as connection:
        assert connection.execute("SELECT count(*) FROM login_codes").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox 128, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge 131, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome 130, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari 17, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/124.0.0.0 YaBrowser/24.6.0.0 Safari/537.36",
            "Yandex Browser 24, Windows",
        ),
        ("curl/8.5.0", "curl 8"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Mobile/15E148",
            "Browser, iPhone",
        ),
        ("", "Browser"),
        ("\udcff" * 300, "Browser"),
    ],
)
def test_a_token_is_named_after_the_browser(agent: str, name: str) -> None:
    """As a person would call it, whatever is sent."""
    assert browser.name(agent) == name
