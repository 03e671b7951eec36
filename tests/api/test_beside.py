"""A fuzz beside the OpenAPI document: headers, encodings, paths, queries and raw bytes.

Whatever comes is answered with what it is, in JSON; nothing of it is a mistake of ours (5xx).
"""

import asyncio
import re
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bedolaga_events.api import ROUTES
from tests.conftest import ADMIN, Server
from tests.raw import Client

AT_ONCE = 20
ENDLESS = ("/events/stream", "/ws", "/doctor/silence")  # what opens stays open
IDS = st.sampled_from(
    ["0", "1", "7", "9" * 5_000, "1" * 19, "-1", "1.5", "x", "%00", "٣", "%ED%A0%80"]
)
NASTY = st.sampled_from(
    [
        *("", "0", "-1", "9" * 30, "9" * 5_000, "1e308", "NaN", "null", "[", "http://[", "\x7f"),
        *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "2026-02-30", "gzip", "br", "*"),
        *("keep-alive, upgrade", "websocket", "bytes=0-1", 'W/"x", *', "100-continue", "\udc80"),
    ]
)
NAMES = st.sampled_from(
    [
        *("Accept", "Accept-Encoding", "Accept-Language", "Access-Control-Request-Method", "TE"),
        *("Content-Encoding", "Content-Type", "Cookie", "Expect", "Forwarded", "Idempotency-Key"),
        *("If-Modified-Since", "If-None-Match", "Last-Event-ID", "Origin", "Range", "Upgrade"),
        *("User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-API-Key"),
        *("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Connection"),
    ]
)
TEXTS = NASTY | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
FIELDS = ["limit", "offset", "since", "until", "since_id", "before_id", "event_id", "webhook_id"]
WORDS = ["q", "type", "status", "window", "lang", "payload", "is_active", "origin", "_"]
QUERIES = st.dictionaries(st.sampled_from(FIELDS + WORDS), TEXTS | st.text(max_size=20), max_size=3)
BODIES = st.sampled_from(
    [
        *(b"", b"{}", b"[]", b"null", b"{", b"\xff", b"\x1f\x8b", b'{"\\ud800": "\\udfff"}'),
        *(b"1e999", b'{"name": "\\ud800", "url": "http://\\ud800", "event_type": "*"}'),
        *(b'{"name": "\\ud800", "scopes": ["read"]}', b'{"url": "http://[\\udfff"}'),
        b'{"name": "x", "url": "https://e.example/", "event_type": "*", "secret": "\\ud800"}',
        *(b'{"since": "9999-12-31T23:59:59Z"}', b'{"overlap_hours": 1e308}'),
        *(b'{"total_users": 1e308}', b'{"code": "\\ud800"}', b'{"type": "\\ud800", "payload": {}}'),
    ]
)


class Asked(NamedTuple):
    """One request, as bytes."""

    raw: bytes


@st.composite
def asked(draw: Any) -> Asked:
    """A call of the site map with odd ids, query, headers and body."""
    routes = sorted({(one.method, one.path) for one in ROUTES if one.path not in ENDLESS})
    method, path = draw(st.sampled_from([*routes, ("GET", "/js/{name:.+}"), ("GET", "/")]))
    method = draw(st.sampled_from([method, method, method, "HEAD", "OPTIONS", "DELETE", "TRACE"]))
    path = re.sub(r"{[^}]+}", lambda _: draw(IDS), path)
    query = draw(QUERIES)
    pairs = (f"{name}={quote(text, errors='surrogateescape')}" for name, text in query.items())
    target = f"{quote(path, safe='/%')}?{'&'.join(pairs)}"
    headers = draw(st.lists(st.tuples(NAMES, TEXTS), max_size=3))
    body = draw(BODIES)
    lines = [
        f"{method} {target} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {ADMIN}",
        *(["Content-Type: application/json"] if draw(st.booleans()) else []),
        *(f"{name}: {value}" for name, value in headers),
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    text = "\r\n".join(lines) + "\r\n\r\n"
    return Asked(text.encode("utf-8", "surrogateescape") + body)


async def answered(server: Server, raw: bytes, *, ends: bool) -> tuple[int, dict[str, str], Any]:
    """The first answer to some bytes; 0 where there is none."""
    host, port = server.url.removeprefix("http://").split(":")
    client = Client(*await asyncio.open_connection(host, int(port)))
    try:
        client.writer.write(raw)
        if ends:
            client.writer.write_eof()
        return await client.answer(has_body=not raw.startswith(b"HEAD"))
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0, {}, None
    finally:
        client.writer.close()


async def generated(strategy: Any, count: int) -> list[Any]:
    """So many examples, always the same."""
    found: list[Any] = []

    @seed(17)
    @given(strategy)
    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def collect(one: Any) -> None:
        found.append(one)

    await asyncio.get_running_loop().run_in_executor(None, collect)
    return found


@pytest.mark.timeout(240)
async def test_no_request_beside_the_document_is_a_mistake_of_ours(starting: Any) -> None:
    """Any status but 5xx, and a sentence with every refusal."""
    server: Server = await starting(auth__max_failures=1_000_000)
    await server.webhook("http://127.0.0.1:9/", "ticket.*")
    await server.event(user_id=1)
    statuses = set()
    cases = await generated(asked(), 800)
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        answers = await asyncio.gather(*(answered(server, one.raw, ends=False) for one in some))
        for case, (status, _, content) in zip(some, answers, strict=True):
            assert 0 < status < 500, case
            if status >= 400 and not case.raw.startswith(b"HEAD"):
                assert content["detail"], case
            statuses.add(status)
    assert {200, 204, 400, 404, 405, 415, 417, 422} <= statuses


async def test_no_bytes_on_the_socket_are_a_mistake_of_ours(server: Server) -> None:
    """400 in JSON, or nothing yet; the server goes on."""
    starts = st.sampled_from([b"", b"GET / HTTP/1.1\r\n", b"POST /events HTTP/1.1\r\nHost: x\r\n"])
    raws = st.tuples(starts, st.binary(max_size=200), st.sampled_from([b"", b"\r\n\r\n"]))
    cases = [b"".join(one) for one in await generated(raws, 300)]
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        for case, (status, _, content) in zip(
            some,
            await asyncio.gather(*(answered(server, one, ends=True) for one in some)),
            strict=True,
        ):
            assert status < 500, case
            assert status < 400 or content["detail"], case
    assert (await server.call("GET", "/health")).status == 200
