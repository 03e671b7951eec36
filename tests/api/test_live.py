"""/ws: what a connected client gets (contract §3)."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.conftest import ADMIN, Server


async def test_hello_then_every_event_in_order(server: Server) -> None:
    """The hello tells where the log stands; events follow with their ids."""
    await server.event(user_id=0)
    async with server.socket() as socket:
        hello = await socket.receive_json()
        assert hello == {
            "type": "connection",
            "status": "connected",
            "message": "WebSocket connection established",
            "last_event_id": 1,
            "epoch": server.parts.database.uid,
        }
        await asyncio.gather(*(server.event(user_id=n) for n in range(40)))
        got = [await socket.receive_json() for _ in range(40)]
    assert [one["id"] for one in got] == list(range(2, 42))
    assert set(got[0]) == {"type", "payload", "timestamp", "id"}


async def test_a_since_that_is_empty_was_not_given(server: Server) -> None:
    """As in every query: a client that has seen nothing yet writes `since=`."""
    async with server.socket(f"?token={ADMIN}&since=&epoch=") as socket:
        assert (await socket.receive_json())["type"] == "connection"
        await server.event(user_id=1)
        assert (await socket.receive_json())["id"] == 1


async def test_a_bad_message_is_answered_and_the_connection_stays(server: Server) -> None:
    """Bad JSON, a list, an unknown type, bytes."""
    async with server.socket() as socket:
        await socket.receive_json()
        for bad in ("{", "[]", '{"type": "dance"}', "{}"):
            await socket.send_str(bad)
            assert (await socket.receive_json())["type"] == "error"
        await socket.send_bytes(b"x")
        assert (await socket.receive_json())["type"] == "error"
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}


@pytest.mark.parametrize(("size", "closed"), [(64 * 1024, False), (64 * 1024 + 1, True)])
async def test_a_message_over_64_kib_closes_with_1009(
    server: Server, size: int, closed: bool
) -> None:
    """At the limit it is answered, one byte more and it ends."""
    async with server.socket() as socket:
        await socket.receive_json()
        await socket.send_str('{"type": "' + "x" * (size - 12) + '"}')
        answer = await socket.receive()
        if closed:
            assert (answer.type, answer.data) == (aiohttp.WSMsgType.CLOSE, 1009)
        else:
            assert answer.type is aiohttp.WSMsgType.TEXT


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "Unauthorized: No token provided"),
        ("?token=wrong", "Unauthorized: Invalid token"),
        ("?api_key=wrong", "Unauthorized: Invalid token"),
        ("?ticket=wrong", "Unauthorized: Invalid token"),
    ],
)
async def test_without_a_token_the_handshake_is_accepted_and_closed(
    server: Server, query: str, reason: str
) -> None:
    """1008 with the reason, since a browser cannot see a 401."""
    async with server.socket(query) as socket:
        message = await socket.receive()
        assert (message.data, message.extra) == (1008, reason)


async def test_the_token_may_come_in_a_header_too(server: Server) -> None:
    """For clients that are not browsers."""
    async with server.socket("", headers={"X-API-Key": ADMIN}) as socket:
        assert (await socket.receive_json())["type"] == "connection"


async def test_over_the_limit_is_1013(starting: Any) -> None:
    """And a place that becomes free can be taken."""
    server: Server = await starting(live__max_connections=1)
    async with server.socket() as first:
        await first.receive_json()
        async with server.socket() as second:
            assert (await second.receive()).data == 1013


async def test_a_stop_says_1001(starting: Any) -> None:
    """Going away: come back later."""
    server: Server = await starting()
    session = aiohttp.ClientSession()
    async with session.ws_connect(f"{server.url}/ws?token=test-admin-token-0123456789") as socket:
        await socket.receive_json()
        stopping = asyncio.create_task(starting.stop())
        assert (await socket.receive()).data == 1001
        await stopping
    await session.close()


async def test_a_strange_origin_is_refused(starting: Any) -> None:
    """Before the handshake, with 403; the own host and the allowed ones may."""
    server: Server = await starting(security__allowed_origins=["https://admin.example"])
    for origin in ("https://evil.example", "null"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with server.socket(origin=origin):
                pass
        assert refused.value.status == 403
    for origin in (server.url, "https://admin.example"):
        async with server.socket(origin=origin) as socket:
            assert (await socket.receive_json())["type"] == "connection"


async def test_a_reader_that_stops_is_cut_off_and_nobody_waits(starting: Any) -> None:
    """Its unsent data is bounded; the others get everything."""
    server: Server = await starting(live__unsent_limit_kib=64)
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(
        f"GET /ws?token=test-admin-token-0123456789 HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    async with server.socket() as healthy:
        await healthy.receive_json()
        events = [
            {"type": "user.created", "payload": {"user_id": n, "first_name": "x" * 30_000}}
            for n in range(20)
        ]
        for first in range(1, 400, 20):
            reply = await server.call("POST", "/events/batch", {"events": events})
            assert reply.status == 202
            got = [(await healthy.receive_json())["id"] for _ in events]
            assert got == list(range(first, first + 20))
    text = (await server.call("GET", "/metrics")).json
    assert "websocket_slow_readers_total 1.0" in text
    writer.close()
