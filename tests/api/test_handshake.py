"""Opening /ws: what is taken, what is refused and how, what is never told (contract §1, §3)."""

import asyncio
import logging
from typing import Any

import pytest

from tests.api.websockets import CLOSE, Raw, frame, handshake
from tests.conftest import ADMIN, Server


async def answer(server: Server, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers with lower-case names, and the beginning of what follows them."""
    async with Raw(server.url) as raw:
        raw.writer.write(request)
        async with asyncio.timeout(5):
            head = (await raw.reader.readuntil(b"\r\n\r\n")).decode()
            rest = await raw.reader.read(2_000)
    first, *lines = head.split("\r\n")[:-2]
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), {name.lower(): headers[name] for name in headers}, rest


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "h2c, websocket"},
        {"Upgrade": "WebSocket"},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": "upgrade"},
        {"Sec_WebSocket_Version": "13, 8"},
        {"Sec_WebSocket_Version": "8, 13"},
        {"Sec_WebSocket_Extensions": "permessage-deflate; client_max_window_bits"},
        {"Sec_WebSocket_Protocol": "chat, superchat"},
        {"Origin": "http://events.test"},
    ],
    ids=str,
)
async def test_a_handshake_is_taken(server: Server, changed: dict[str, str]) -> None:
    """With the key of RFC 6455 §1.3 and its answer; nothing that was not asked for is agreed on."""
    status, headers, rest = await answer(server, handshake(**changed))
    assert status == 101
    assert headers == {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    }
    assert b'"connection"' in rest


@pytest.mark.parametrize(
    ("status", "changed"),
    [
        (426, {"Sec_WebSocket_Version": "8"}),
        (426, {"Sec_WebSocket_Version": "7"}),
        (426, {"Sec_WebSocket_Version": "0"}),
        (426, {"Sec_WebSocket_Version": "14"}),
        (426, {"Sec_WebSocket_Version": "thirteen"}),
        (426, {"Sec_WebSocket_Version": None}),
        (426, {"version": "1.0"}),
        (426, {"version": "1.0", "Connection": "keep-alive, Upgrade"}),
        (426, {"Upgrade": None}),
        (426, {"Upgrade": "h2c"}),
        (426, {"Upgrade": None, "Connection": None}),
        (426, {"Connection": "keep-alive"}),
        (426, {"Connection": None}),
        (400, {"Sec_WebSocket_Key": None}),
        (400, {"Sec_WebSocket_Key": "c2hvcnQ="}),
        (400, {"Sec_WebSocket_Key": "no base64 at all, really"}),
        (400, {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ"}),
        (403, {"Origin": "https://evil.example"}),
        (403, {"Origin": "http://["}),
    ],
    ids=str,
)
async def test_a_refusal_is_a_sentence_and_uses_no_ticket_up(
    server: Server, status: int, changed: dict[str, str | None]
) -> None:
    """426 says what is spoken here (RFC 6455 §4.4), and the same ticket opens the next one."""
    ticket = (await server.call("POST", "/ws/ticket")).json["ticket"]
    words: Any = changed  # None leaves a header out
    refused, headers, rest = await answer(server, handshake(f"?ticket={ticket}", **words))
    assert refused == status
    assert rest.startswith(b'{"detail": "')
    if status == 426:
        assert headers["sec-websocket-version"] == "13"
        assert headers["upgrade"] == "websocket"
    async with Raw(server.url) as raw:
        assert '"connection"' in await raw.open(f"?ticket={ticket}")


async def test_a_connection_that_was_refused_goes_on(server: Server) -> None:
    """The next request on it is answered."""
    async with Raw(server.url) as raw:
        for _ in range(2):
            raw.writer.write(handshake(Upgrade=None))
            head = await raw.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 426")
            size = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
            await raw.reader.readexactly(int(size))


@pytest.mark.parametrize("path", ["/ws", "/doctor/silence"])
async def test_a_token_offered_as_a_subprotocol_is_in_no_log(
    server: Server, path: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some clients can send it nowhere else; neither we nor aiohttp write it down (L4)."""
    secret = "bev_a-secret-that-is-nobodys"
    with caplog.at_level(logging.DEBUG):
        for query in (f"?token={ADMIN}", "", f"?token={secret}", f"?ticket={secret}"):
            offered = handshake(query, path, Sec_WebSocket_Protocol=f"bearer, {secret}")
            async with Raw(server.url) as raw:
                raw.writer.write(offered)
                assert b" 101 " in await raw.reader.readuntil(b"\r\n\r\n")
                raw.writer.write(frame(CLOSE))
                await raw.reader.read()
        await answer(server, handshake("", path, Sec_WebSocket_Protocol=secret, Upgrade=None))
    seen = capsys.readouterr()
    assert secret not in caplog.text + seen.out + seen.err
    assert ADMIN not in caplog.text + seen.out + seen.err
