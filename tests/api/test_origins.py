"""Whose page may open the live feed, at whatever address it stands (contract §3)."""

from typing import Any

import pytest

from tests.conftest import ADMIN, Server

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def knock(server: Server, path: str = f"/ws?token={ADMIN}", **headers: str) -> int:
    """The status of a handshake."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with server.session.get(server.url + path, headers=UPGRADE | named) as answer:
        if answer.status >= 400:
            assert (await answer.json())["detail"]
        return answer.status


@pytest.mark.parametrize("path", [f"/ws?token={ADMIN}", f"/doctor/silence?token={ADMIN}"])
@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("events.example.com", "https://events.example.com", 101),
        ("events.example.com", "http://events.example.com:80", 101),
        ("[2001:db8::1]", "https://[2001:db8::1]", 101),
        ("xn--e1afmkfd.xn--p1ai", "https://пример.рф", 101),
        ("events.example.com", "https://evil.example", 403),
        ("events.example.com", "http://[", 403),
        ("events.example.com", "null", 403),
    ],
)
async def test_a_page_at_a_usual_address_gets_its_live_feed(
    server: Server, path: str, host: str, origin: str, status: int
) -> None:
    """At an https address on its usual port, by IPv6, by .рф; a stranger's page does not."""
    assert await knock(server, path, Host=host, Origin=origin) == status


async def test_two_origins_are_none(server: Server) -> None:
    """The second is not passed over: one of them may be another site's."""
    ours, other = ("Origin", server.url), ("Origin", "https://evil.example")
    for lines in ([ours, other], [other, ours]):
        headers = [*UPGRADE.items(), *lines]
        async with server.session.get(f"{server.url}/ws?token={ADMIN}", headers=headers) as answer:
            assert answer.status == 403


async def test_a_refused_origin_is_one_log_line_that_names_the_settings(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """However often it knocks; and the same setting lets it in, final slash or not."""
    for _ in range(3):
        assert await knock(server, Origin="http://localhost/") == 403
    lines = [one for one in capsys.readouterr().out.splitlines() if "origin refused" in one]
    assert len(lines) == 1
    assert "security.allowed_origins" in lines[0]
    assert "server.public_url" in lines[0]


async def test_the_settings_let_an_origin_in(starting: Any) -> None:
    """`allowed_origins` with a final slash, and `public_url`; CORS agrees."""
    server: Server = await starting(
        security__allowed_origins=["https://shop.example/"],
        server__public_url="https://events.example/x",
    )
    for origin in ("https://shop.example", "https://events.example"):
        assert await knock(server, Origin=origin) == 101
    headers = {"Origin": "https://shop.example"}
    reply = await server.call("GET", "/stats", headers=headers)
    assert reply.headers["Access-Control-Allow-Origin"] == "https://shop.example"
