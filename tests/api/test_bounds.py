"""What one client of the live feed may cost (contract §3)."""

import asyncio
import json
import socket
from typing import Any

import pytest

from bedolaga_events.live import eventstream, websocket
from tests.api.websockets import PING, TEXT, Raw, frame, handshake
from tests.conftest import ADMIN, Server, until

SUBSCRIBE = {"type": "subscribe", "events": ["ticket.status_changed"] * 100}


async def batch(server: Server, count: int, size: int) -> None:
    events = [
        {"type": "user.created", "payload": {"user_id": n, "first_name": "x" * size}}
        for n in range(count)
    ]
    assert (await server.call("POST", "/events/batch", {"events": events})).status == 202


def narrow(server: Server) -> None:
    """Let the system keep as little as it can of what a client does not read."""
    for one in server.parts.hub.sockets():
        end = one._transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


async def cut_off(server: Server) -> bool:
    text = (await server.call("GET", "/metrics")).json
    return "websocket_slow_readers_total 1.0" in text


@pytest.mark.parametrize(
    ("question", "times"),
    [
        (frame(TEXT, json.dumps(SUBSCRIBE).encode()), 95),
        (frame(PING, b"x" * 125), 20_000),
    ],
    ids=["subscriptions", "pings"],
)
async def test_who_does_not_read_its_answers_is_cut_off(
    starting: Any, question: bytes, times: int
) -> None:
    """They count like everything else that is unsent (L8)."""
    server: Server = await starting(live__unsent_limit_kib=64)
    async with Raw(server.url) as raw:
        raw.writer.write(handshake())
        await raw.reader.readuntil(b"\r\n\r\n")
        raw.reader._transport.pause_reading()  # type: ignore[attr-defined]
        narrow(server)
        raw.writer.write(question * times)
        await until(lambda: cut_off(server))
        assert not list(server.parts.hub.sockets())


async def test_a_limit_counts_messages_not_frames(server: Server) -> None:
    """Hundreds of pings are ponged, and leave a hundred messages as they were (L9)."""
    async with Raw(server.url) as raw:
        await raw.open()
        assert await raw.answers([frame(PING)] * 250) == [("pong", b"")] * 250
        pongs = await raw.answers([frame(TEXT, b'{"type": "ping"}')] * 100)
        assert pongs == [("text", '{"type": "pong"}')] * 100
        [(kind, text)] = await raw.answers([frame(TEXT, b'{"type": "ping"}')])
        assert (kind, json.loads(text)["type"]) == ("text", "error")
        assert await raw.answers([frame(PING, b"still")]) == [("pong", b"still")]


@pytest.mark.parametrize("path", ["/ws", "/events/stream"])
async def test_a_replay_waits_for_its_reader_and_does_not_count(starting: Any, path: str) -> None:
    """Twenty times the limit: it is all read in the end, slowly, with questions meanwhile."""
    server: Server = await starting(live__unsent_limit_kib=64)
    await batch(server, 30, 20_000)
    await batch(server, 30, 20_000)
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=4096)
    request = handshake(f"?token={ADMIN}&since=0", path, X_API_Key=ADMIN)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head or b" 200 " in head
    narrow(server)
    if path == "/ws":
        writer.write(frame(PING, b"x") * 10)
    got = b""
    while b'"resumed"' not in got[-200:]:
        async with asyncio.timeout(5):
            got += await reader.read(4096)
    assert got.count(b'"user.created"') == 60
    assert not await cut_off(server)
    await server.event(user_id=61)
    async with asyncio.timeout(5):
        while b'"id": 61' not in got[-200:]:
            got += await reader.read(4096)
    writer.close()


async def test_who_goes_while_resuming_takes_nobody_along(server: Server) -> None:
    """Two read the same pages; the first, for whom they were read, leaves."""
    await batch(server, 30, 20_000)
    await batch(server, 30, 20_000)
    async with server.socket(f"?token={ADMIN}&since=0") as second:
        for _ in range(5):
            async with Raw(server.url) as first:
                first.writer.write(handshake(f"?token={ADMIN}&since=0"))
                await first.reader.readuntil(b"\r\n\r\n")
        got = [(await second.receive_json()).get("id") for _ in range(62)]
    assert got[1:61] == list(range(1, 61))


async def test_equal_wants_from_everywhere_see_each_event_once(server: Server) -> None:
    """Clients that start at all sorts of places, want different things, and share what they can."""
    types = ("user.created", "ticket.created", "payment.completed")
    bodies: list[dict[str, int]] = [{"user_id": 1}, {"ticket_id": 1, "user_id": 1}]
    bodies.append({"transaction_id": 1, "user_id": 1})
    events = [{"type": types[n % 3], "payload": bodies[n % 3]} for n in range(900)]
    assert (await server.call("POST", "/events/batch", {"events": events})).status == 202

    async def follow(since: int, wanted: int) -> None:
        headers = {"X-API-Key": ADMIN}
        query = f"?since={since}&events={types[wanted]}"
        async with server.session.get(
            f"{server.url}/events/stream{query}", headers=headers
        ) as stream:
            ids = []
            async for line in stream.content:
                if line.startswith(b"id: "):
                    ids.append(int(line[4:]))
                if b'"resumed"' in line:
                    break
        assert ids == [since, *(n for n in range(since + 1, 901) if (n - 1) % 3 == wanted)]

    await asyncio.gather(*(follow(97 * n % 850, n % 3) for n in range(30)))


@pytest.mark.parametrize("path", ["/ws", "/events/stream"])
async def test_who_is_sent_away_and_does_not_read_is_dropped(
    server: Server, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The last words to it do not hold the connection for ever."""
    monkeypatch.setattr(websocket, "CLOSE_SECONDS", 0.2)
    monkeypatch.setattr(eventstream, "CLOSE_SECONDS", 0.2)
    async with Raw(server.url) as raw:
        raw.writer.write(handshake(path=path, X_API_Key=ADMIN))
        await raw.reader.readuntil(b"\r\n\r\n")
        raw.reader._transport.pause_reading()  # type: ignore[attr-defined]
        narrow(server)
        await batch(server, 30, 20_000)
        [one] = server.parts.hub.sockets()
        one.close(1001, "")
        await until(lambda: not list(server.parts.hub.sockets()))
