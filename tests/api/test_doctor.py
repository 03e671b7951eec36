"""What the page asks to find out what stands between: /doctor (docs/live.md)."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest

from bedolaga_events.api import doctor
from tests.conftest import ADMIN, Server, until


async def test_a_request_is_shown_as_it_arrived(starting: Any) -> None:
    """Addresses before and after trusted proxies, what they forwarded, no secrets."""
    server: Server = await starting(server__trusted_proxies=["127.0.0.1/32"])
    headers = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https", "Cookie": "a=b"}
    seen = (await server.call("GET", "/doctor", headers=headers)).json
    assert (seen["peer_address"], seen["client_address"]) == ("127.0.0.1", "198.51.100.7")
    assert seen["forwarded"] == {
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Proto": "https",
    }
    assert ADMIN not in str(seen)
    lines = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "198.51.100.7")]
    headers_of_two = [("Authorization", f"Bearer {ADMIN}"), *lines]
    async with server.session.get(server.url + "/doctor", headers=headers_of_two) as answer:
        assert (await answer.json())["forwarded"]["X-Forwarded-For"] == "192.0.2.1, 198.51.100.7"
    assert (await server.call("GET", "/doctor", token=None)).status == 401


async def test_an_origin_is_judged_as_the_live_feed_does(starting: Any) -> None:
    """Our own by Host or public_url, or none; not asked is null."""
    server: Server = await starting(server__public_url="https://shop.example/events/")
    found = {}
    for origin in (server.url, "https://shop.example", "https://other.example", "http://["):
        seen = (await server.call("GET", "/doctor", params={"origin": origin})).json
        found[origin] = seen["origin_is_allowed"]
    assert list(found.values()) == [True, True, False, False]
    assert (await server.call("GET", "/doctor")).json["origin_is_allowed"] is None


async def test_a_body_is_counted(server: Server) -> None:
    """The largest that any call takes."""
    size = (await server.call("GET", "/doctor")).json["body_limit"]
    reply = await server.call("POST", "/doctor/body", data=io.BytesIO(b"0" * size))
    assert (reply.status, reply.json) == (200, {"bytes": size})


async def test_a_silent_socket_is_held_and_then_let_go(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said on it; a wrong token gets 1008, too many get 1013."""
    monkeypatch.setattr(doctor, "MANY", 2)
    monkeypatch.setattr(doctor, "SILENCE", 1e9)
    url = f"{server.url}/doctor/silence?token="
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url + "wrong") as socket:
            assert (await socket.receive()).data == 1008
        first = await session.ws_connect(url + ADMIN)
        second = await session.ws_connect(url + ADMIN)
        third = await session.ws_connect(url + ADMIN)
        assert (await third.receive()).data == 1013
        await first.close()
        await until(lambda: len(list(server.parts.hub.sockets())) == 1)
        monkeypatch.setattr(doctor, "SILENCE", 0.0)
        fourth = await session.ws_connect(url + ADMIN)
        assert (await fourth.receive()).data == 1000
        waiting = asyncio.create_task(second.receive())
        await server.parts.hub.say_goodbye()
        assert (await waiting).data == 1001
