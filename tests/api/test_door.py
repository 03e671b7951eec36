"""The front door at a real address: names, ports, proxies, what strangers write (contract §3)."""

import asyncio
import json
from typing import Any

import pytest

from bedolaga_events.api import foreign
from bedolaga_events.api.crowd import Crowd
from tests.conftest import ADMIN, Server, until
from tests.raw import connected


async def test_the_last_forwarded_line_counts(starting: Any) -> None:
    """A client's own line in front of its proxy's is not believed: the guesser is slowed down."""
    server: Server = await starting(server__trusted_proxies=["127.0.0.1/32"], auth__max_failures=2)
    statuses = []
    for number in range(3):
        lines = [("X-Forwarded-For", f"192.0.2.{number}"), ("X-Forwarded-For", "198.51.100.7:99")]
        headers = [("Authorization", "Bearer wrong"), *lines]
        async with server.session.get(server.url + "/stats", headers=headers) as answer:
            statuses.append(answer.status)
            assert json.loads(await answer.text())["detail"]
    assert statuses == [401, 401, 429]


async def test_one_address_gets_so_many_connections_of_all_kinds(starting: Any) -> None:
    """429, on /ws 1013, behind a trusted proxy too; what becomes free can be taken."""
    server: Server = await starting(
        live__max_per_address=2, server__trusted_proxies=["127.0.0.1/32"]
    )
    crowded, other = ({"X-Forwarded-For": one} for one in ("198.51.100.7", "198.51.100.8"))
    token = {"Authorization": f"Bearer {ADMIN}"}
    stream = await server.session.get(server.url + "/events/stream", headers=token | crowded)
    async with server.socket(headers=crowded) as socket:
        assert (await socket.receive_json())["type"] == "connection"
        assert (await server.call("GET", "/stats", headers=crowded)).status == 429
        event = {"type": "user.created", "payload": {"user_id": 1}}
        refused = await server.call("POST", "/events", event, headers=crowded)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
        async with server.socket(headers=crowded) as third:
            assert (await third.receive()).data == 1013
        assert (await server.call("GET", "/stats", headers=other)).status == 200
        assert (await server.call("GET", "/stats")).status == 200  # the proxy itself
    stream.close()

    async def free() -> bool:
        return bool((await server.call("POST", "/events", event, headers=crowded)).status == 202)

    await until(free)


class Line:
    """A transport as far as the crowd looks at it."""

    def __init__(self) -> None:
        self.is_closed = False

    def is_closing(self) -> bool:
        return self.is_closed


def test_who_has_too_many_has_them_until_one_closes() -> None:
    """Direct connections count from when they are opened; IPv6 by the household."""
    crowd = Crowd(2, lambda address: address == "127.0.0.1")
    lines: list[Any] = [Line() for _ in range(4)]
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"]
    guests = [
        crowd.enter(line, one, is_known=False) for line, one in zip(lines, addresses, strict=True)
    ]
    assert [one.is_surplus for one in guests] == [False, False, True, False]
    assert not crowd.admits(lines[2], addresses[2])
    assert crowd.admits(lines[0], addresses[0])
    assert crowd.is_full("2001:db8::9")
    lines[1].is_closed = True  # a WebSocket's end, of which nobody tells
    assert crowd.admits(lines[2], addresses[2])
    crowd.leave(lines[0])
    assert not crowd.is_full("2001:db8::9")
    lines[2].is_closed = True
    crowd.sweep()
    assert len(crowd) == 1
    anyone: list[Any] = [Line() for _ in range(5)]
    assert not any(crowd.enter(one, "127.0.0.1", is_known=False).is_surplus for one in anyone)


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "PROXY"),
        (b"PROXY UNKNOWN\r\n", "PROXY"),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + b"\1" * 12 + b"GET / HTTP/1.1\r\n", "PROXY"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "TLS"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "SSH"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "HTTP/2"),
        (b"\x05\x01\0", "SOCKS5"),
        (b"\x04\x01\0\x50\x7f\0\0\x01\0", "SOCKS4"),
    ],
)
@pytest.mark.parametrize("pieces", [1, 3])
async def test_what_comes_in_place_of_http_is_named(
    server: Server, capsys: pytest.CaptureFixture[str], first: bytes, name: str, pieces: int
) -> None:
    """400 with the way out, and one line in the log a minute, not one a connection."""
    for _ in range(3):
        async with connected(server.url) as client:
            size = -(-len(first) // pieces)
            for start in range(0, len(first), size):
                client.writer.write(first[start : start + size])
                await client.writer.drain()
                await asyncio.sleep(0)
            status, _, content = await client.answer()
        assert status == 400
        assert name in content["detail"]
    lines = [one for one in capsys.readouterr().out.splitlines() if "was not HTTP" in one]
    assert len(lines) == 1
    found = foreign.recognised(first)
    assert found is not None
    assert found.sentence in lines[0]


UPGRADES = [
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "connection: upgrade\r\nupgrade: TLS/1.2, h2c\r\n",
]


@pytest.mark.parametrize("upgrade", UPGRADES)
async def test_an_upgrade_that_is_not_ours_is_ignored(server: Server, upgrade: str) -> None:
    """Java's client offers h2c: it and what comes behind it are answered (RFC 9110 §7.8)."""
    event = b'{"type": "user.created", "payload": {"user_id": 1}}'
    head = f"Host: x\r\nAuthorization: Bearer {ADMIN}\r\nContent-Type: application/json\r\n"
    post = f"POST /events HTTP/1.1\r\n{head}{{}}Content-Length: {len(event)}\r\n\r\n"
    offering, plain = post.format(upgrade).encode() + event, post.format("").encode() + event
    async with connected(server.url) as client:
        client.writer.write(offering + offering + plain)
        assert [(await client.answer())[2]["id"] for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("path", ["/health", "/nothing", "/events"])
async def test_an_expectation_is_met_or_refused_in_json(server: Server, path: str) -> None:
    """100-continue is; any other is 417, wherever."""
    async with connected(server.url) as client:
        raw = f"GET {path} HTTP/1.1\r\nHost: x\r\nExpect: keep-alive\r\n\r\n"
        status, headers, content = await client.send(raw.encode())
        assert (status, headers["Content-Type"][:16]) == (417, "application/json")
        assert "100-continue" in content["detail"]


async def test_head_works_wherever_get_does(server: Server) -> None:
    """The same status and headers, without a body."""
    for path in ("/", "/js/app.js", "/health", "/openapi.json", "/events", "/docs", "/metrics"):
        got, head = await server.call("GET", path), await server.call("HEAD", path)
        assert (head.status, head.json) == (200, None if head.json is None else "")
        kept = {"Content-Type", "Content-Length", "Cache-Control", "ETag"}
        if path != "/metrics":  # they count each other
            for name in kept & got.headers.keys():
                assert head.headers[name] == got.headers[name], (path, name)
    stream = await server.call("HEAD", "/events/stream")
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    assert (await server.call("HEAD", "/ws")).status == 426


@pytest.mark.parametrize("origins", [[], ["https://shop.example"]])
async def test_options_says_what_there_is(starting: Any, origins: list[str]) -> None:
    """204 with Allow, without a token: what HAProxy's and others' health checks ask."""
    server: Server = await starting(security__allowed_origins=origins)
    for path, methods in (
        ("/", "GET, HEAD, OPTIONS"),
        ("/js/app.js", "GET, HEAD, OPTIONS"),
        ("/events", "GET, HEAD, OPTIONS, POST"),
        ("/webhooks/7", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/ws", "GET, HEAD, OPTIONS"),
        ("/events/stream", "GET, HEAD, OPTIONS"),
    ):
        reply = await server.call("OPTIONS", path, token=None)
        assert (reply.status, reply.headers["Allow"]) == (204, methods), path
    assert (await server.call("OPTIONS", "/nothing", token=None)).status == 404
    async with connected(server.url) as client:
        status, headers, _ = await client.send(b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
        assert (status, "POST" in headers["Allow"]) == (204, True)  # `option httpchk OPTIONS *`


async def test_a_route_without_a_scope_refuses(server: Server, starting: Any) -> None:
    """Whoever adds one has to say who may call it."""

    async def forgotten(_: Any) -> Any:
        raise AssertionError

    server.app.router._frozen = False
    server.app.router.add_get("/forgotten", forgotten)
    assert (await server.call("GET", "/forgotten")).status == 403


async def test_the_page_comes_compressed_and_is_asked_for_again_by_its_tag(server: Server) -> None:
    """Brotli or gzip for who takes it; 304 for who has it; never a file from elsewhere."""
    for path in ("/", "/js/app.js", "/css/base.css", "/icons/icon.svg", "/openapi.json"):
        plain = await server.call("GET", path, headers={"Accept-Encoding": "identity"})
        packed = await server.call("GET", path, headers={"Accept-Encoding": "br, gzip"})
        assert plain.status == packed.status == 200
        assert packed.json == plain.json
        assert int(packed.headers["Content-Length"]) <= int(plain.headers["Content-Length"])
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in packed.headers["Vary"]
        for reply in (plain, packed):
            again = {"If-None-Match": f'"x", W/{reply.headers["ETag"]}'}
            if reply is plain:
                again["Accept-Encoding"] = "gzip;q=0"
            known = await server.call("GET", path, headers=again)
            assert (known.status, known.json) == (304, "")
    for taken, coding in (
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("x-gzip;q=1, br;q=0.0", "gzip"),
    ):
        app = await server.call("GET", "/js/app.js", headers={"Accept-Encoding": taken})
        assert app.headers["Content-Encoding"] == coding
        assert app.headers["Content-Type"].startswith("text/javascript")
    for path in ("/js/%00", "/js/" + "x" * 5_000, "/js/%ED%A0%80", "/js/..%2f..%2fpyproject.toml"):
        assert (await server.call("GET", path)).status == 404


async def test_documents_are_right_under_any_prefix(starting: Any) -> None:
    """OpenAPI is relative to itself; AsyncAPI names the address that it was asked at."""
    server: Server = await starting()
    assert (await server.call("GET", "/openapi.json")).json["servers"] == [{"url": "."}]
    made = server.parts.documents["openapi"]
    takes = {"Accept-Encoding": "gzip"}
    again = await server.call("GET", "/openapi.json", token=None, headers=takes)
    assert server.parts.documents["openapi"] is made  # once, whoever asks
    assert again.headers["ETag"] == f'"{made.tag}-gzip"'
    here = (await server.call("GET", "/asyncapi.json")).json["servers"]["here"]
    assert here == {"host": server.url[7:], "pathname": "/", "protocol": "ws"}
    await starting.stop()
    public: Server = await starting(server__public_url="https://events.example.com/shop/")
    here = (await public.call("GET", "/asyncapi.json")).json["servers"]["here"]
    assert here == {"host": "events.example.com", "pathname": "/shop/", "protocol": "wss"}
