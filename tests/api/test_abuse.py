"""Slow, silent and malformed clients: each is dropped or answered, and costs the others nothing."""

import asyncio
import json
import ssl
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedolaga_events.api import doorway, foreign, reading, refusing
from tests.conftest import ADMIN, Server

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)
EVENT_FIELDS = ["type", "payload", "timestamp", "events", "idempotency_key"]
WEBHOOK_FIELDS = ["name", "url", "event_type", "secret", "headers", "is_active", "description"]
OTHER_FIELDS = ["since", "until", "status", "scopes", "overlap_hours", "total_users", "mode"]
FIELDS = [*EVENT_FIELDS, *WEBHOOK_FIELDS, *OTHER_FIELDS]
bodies = anything | st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6)
CALLS = [
    ("POST", "/events"),
    ("POST", "/events/batch"),
    ("POST", "/webhooks"),
    ("PATCH", "/webhooks/1"),
    ("POST", "/webhooks/check-url"),
    ("POST", "/webhooks/1/replay"),
    ("POST", "/webhooks/1/test"),
    ("POST", "/webhooks/1/rotate-secret"),
    ("PUT", "/stats"),
    ("PUT", "/sink"),
    ("POST", "/tokens"),
    ("POST", "/login"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_no_body_is_a_mistake_of_ours(server: Server, method: str, path: str) -> None:
    """Whatever JSON comes: an answer, a sentence, never a 500."""
    await server.webhook("http://127.0.0.1:9/")
    loop = asyncio.get_running_loop()
    seen: list[Any] = []

    @given(bodies)
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def collect(body: Any) -> None:
        seen.append(body)

    await loop.run_in_executor(None, collect)
    for body in seen:
        headers = {"Content-Type": "application/json"}
        raw = json.dumps(body).encode()
        reply = await server.call(method, path, data=raw, headers=headers)
        assert reply.status < 500, (body, reply.json)
        if reply.status >= 400:
            assert reply.json["detail"]


async def test_a_connection_that_never_asks_is_dropped(
    starting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent, or with headers that never end; others are served meanwhile."""
    monkeypatch.setattr(doorway, "SILENT_SECONDS", 0.3)
    server: Server = await starting()
    host, port = server.url.removeprefix("http://").split(":")
    connections = [await asyncio.open_connection(host, int(port)) for _ in range(20)]
    for _, writer in connections[:10]:
        writer.write(b"GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert (await server.call("GET", "/health")).status == 200
    async with asyncio.timeout(5):
        for reader, writer in connections:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            writer.close()


async def test_a_tls_handshake_that_never_begins_is_dropped(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands before the door, where nobody is counted: it takes a descriptor all the same."""
    monkeypatch.setattr(doorway, "SILENT_SECONDS", 0.3)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    site = doorway.Doorway(server.runner, ["127.0.0.1"], 0, ssl_context=context)
    await site.start()
    reader, writer = await asyncio.open_connection(*server.runner.addresses[-1][:2])
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_body_that_drips_is_408(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the connection ends with it."""
    monkeypatch.setattr(reading, "BODY_SECONDS", 0.2)
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
    )
    assert b" 408 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n\tb: c\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\x01\r\n\r\n".encode(),
    ],
    ids=["folded", "tls", "negative", "chunk", "long", "token"],
)
async def test_what_is_not_http_is_one_sentence(server: Server, raw: bytes) -> None:
    """400 in JSON that quotes nothing, and the end of the connection; the server lives."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(raw)
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        body = json.loads(await reader.read())
    writer.close()
    assert head.split()[1] == b"400"
    found = foreign.recognised(raw)
    assert body == {"detail": refusing.NOT_HTTP if found is None else found.sentence}
    assert (await server.call("GET", "/health")).status == 200
