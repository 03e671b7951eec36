"""Who says no more still gets what he asked for; who knocks in a wrong tongue is told of (§6)."""

import asyncio
import json
import re
import ssl
from typing import Any

import pytest
import trustme

from bedolaga_events.api.doorway import Doorway
from tests.api.websockets import TEXT, Raw, frame, handshake
from tests.conftest import ADMIN, Server, until

HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"type": "user.created", "payload": {"user_id": 1}}'
EVENT = (
    f"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY
LIST = f"GET /events HTTP/1.1\r\nHost: x\r\nX-API-Key: {ADMIN}\r\n\r\n".encode()


async def said_and_shut(server: Server, sent: bytes) -> bytes:
    """All that comes back to a client that sends and shuts its side down, until the end."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    writer.write_eof()
    async with asyncio.timeout(5):
        found = await reader.read()
    writer.close()
    return found


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (HEALTH, [b"200"]),
        (EVENT, [b"202"]),
        (LIST, [b"200"]),
        (HEALTH * 3, [b"200"] * 3),
        (EVENT + EVENT, [b"202"] * 2),
        (EVENT + HEALTH, [b"202", b"200"]),
        (b"no HTTP\r\n\r\n", [b"400"]),
        (b"", []),
    ],
    ids=["aiohttp", "express", "read", "pipelined", "events", "handed over", "noise", "nothing"],
)
async def test_a_half_closed_client_gets_its_answers(
    server: Server, sent: bytes, statuses: list[bytes]
) -> None:
    """All of them, and then the connection ends at once (RFC 9112 §9.6)."""
    answers = await said_and_shut(server, sent)
    assert re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", answers) == statuses
    await until(lambda: len(server.parts.crowd) == 0)


async def test_half_a_body_gets_no_answer_and_holds_nothing(server: Server) -> None:
    """It will never be whole."""
    assert b" 202 " not in await said_and_shut(server, EVENT[:-5])
    await until(lambda: len(server.parts.crowd) == 0)
    assert (await server.call("GET", "/health")).json["last_event_id"] == 0


async def test_what_comes_behind_a_list_of_upgrades_is_heard(server: Server) -> None:
    """A handshake that offers h2c as well, with a ping right behind it."""
    async with Raw(server.url) as raw:
        raw.writer.write(handshake(Upgrade="h2c, WebSocket") + frame(TEXT, b'{"type": "ping"}'))
        head = await raw.reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head
        kinds = [json.loads((await raw.next())[1])["type"] for _ in range(2)]
        assert kinds == ["connection", "pong"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (HEALTH, "plain HTTP came: use https://"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no TLS came: SSH, or the PROXY protocol"),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n\x16\x03", "turn it off at the proxy"),
    ],
    ids=["http", "ssh", "proxy"],
)
async def test_what_is_no_tls_is_counted_and_told_once(
    server: Server, capfd: Any, sent: bytes, said: str
) -> None:
    """The connection is closed at once; a scanner does not fill the log."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    site = Doorway(server.runner, ["127.0.0.1"], 0, ssl_context=context)
    await site.start()
    for _ in range(3):
        reader, writer = await asyncio.open_connection(*server.runner.addresses[-1][:2])
        writer.write(sent)
        async with asyncio.timeout(5):
            await reader.read()  # perhaps an alert, then the end
        writer.close()
    told = [line for line in capfd.readouterr().out.splitlines() if "TLS handshake" in line]
    assert len(told) == 1
    assert said in told[0]
    metrics = (await server.call("GET", "/metrics")).json
    assert "bedolaga_events_tls_failures_total 3.0" in metrics
