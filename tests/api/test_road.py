"""The road out, seen from outside: URLs as typed, names that are silent, answers that are odd."""

import asyncio
import gzip
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.test_receivers import NO_RETRY, outcome
from tests.conftest import Receiver, Server, until
from tests.delivery.conftest import receiving, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOT_URLS = (
    "http://xn--a.example/",
    "http://a..b/",
    "http://h/\ud800",
    "http://\ud800.example/",
    "http://" + "a" * 64 + ".example/",
    "http://h:99999/",
    "http://[::1/",
    "http://user:word@h/",
)


@pytest.mark.parametrize("url", NOT_URLS, ids=ascii)
async def test_a_url_that_cannot_be_used_is_refused_in_words(server: Server, url: str) -> None:
    """When it is saved, changed or checked; never a 500."""
    hook = await server.webhook("http://127.0.0.1:1/")
    for method, path in (
        ("POST", "/webhooks"),
        ("PATCH", f"/webhooks/{hook['id']}"),
        ("POST", "/webhooks/check-url"),
    ):
        body = {"name": "x", "url": url, "event_type": "*"} if path == "/webhooks" else {"url": url}
        # Not by `json=`: a lone surrogate has to come as its escape.
        reply = await server.call(
            method, path, data=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert reply.status == 422, reply.json
        assert reply.json["errors"][0]["loc"][-1] == "url"


async def test_a_stored_url_that_cannot_be_used_is_a_dns_error(starting: Any) -> None:
    """0.1.0 saved what no name server can know: its deliveries say so, and nothing breaks."""
    server: Server = await starting(now=None, **NO_RETRY)
    hook = await server.webhook("http://127.0.0.1:1/")
    path = server.parts.settings.database.path
    await starting.stop()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE webhooks SET url = 'http://a..b/'")
    connection.close()
    server = await starting(now=None, **NO_RETRY)
    await server.event(user_id=1)

    async def ended() -> Any:
        page = (await server.call("GET", f"/webhooks/{hook['id']}/deliveries")).json
        return next((one for one in page["items"] if one["status"] == "failed"), None)

    got = await until(ended)
    assert (got["error_code"], got["error_message"]) == ("dns", "this is no name of a host")


async def test_a_signed_url_arrives_as_it_was_typed(starting: Any) -> None:
    """Escapes are not undone, dots not resolved, and what is no ASCII is encoded once."""
    server: Server = await starting(now=None, **NO_RETRY)
    typed = "/a/../%7Eb//c?sp=%2Ftriggers&sig=a%2Bb=&x={y}|z&q=ж#part"
    async with receiving(says(OK)) as receiver:
        got = await outcome(server, f"http://127.0.0.1:{receiver.port}{typed}")
    assert got["status"] == "success"
    [request] = receiver.requests
    line, *headers = request.decode().split("\r\n")
    sent = "/a/../%7Eb//c?sp=%2Ftriggers&sig=a%2Bb=&x={y}|z&q=%D0%B6"
    assert line == f"POST {sent} HTTP/1.1"
    assert "Accept-Encoding: identity" in headers


async def test_what_comes_compressed_is_named_so(starting: Any) -> None:
    """Nobody reads gzip, and nobody wants its escapes in the history."""
    server: Server = await starting(now=None, **NO_RETRY)
    packed = gzip.compress(b"an error in words")
    sent = b"HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    async with receiving(says(sent % (len(packed), packed))) as receiver:
        got = await outcome(server, receiver.url)
    assert got["response_body"] == f"[gzip: {len(packed)} bytes, compressed]"


async def test_what_is_no_http_is_kept_and_shown(starting: Any) -> None:
    """An SSH port, a PHP warning: the first bytes tell a person what listens there."""
    server: Server = await starting(now=None, **NO_RETRY)
    async with receiving(says(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n")) as receiver:
        got = await outcome(server, receiver.url)
    assert got["error_code"] == "bad_response"
    assert got["error_message"].endswith("not valid HTTP: SSH-2.0-OpenSSH_9.2p1 Debian")
    assert got["response_body"] == "SSH-2.0-OpenSSH_9.2p1 Debian\r\n"


@pytest.fixture
def silent_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system's resolver hangs for names under silent.test, until the test ends."""
    resolve, ended = socket.getaddrinfo, threading.Event()

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name.endswith("silent.test") and not options.get("flags"):
            ended.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "silent")
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    ended.set()


@pytest.mark.usefixtures("silent_names")
async def test_a_silent_name_server_is_noticed_by_nobody_else(
    starting: Any, receiver: Receiver
) -> None:
    """Twenty webhooks with such names; the page, check-url and two healthy webhooks go on."""
    server: Server = await starting(
        now=None, server__shutdown_seconds=0.1, delivery__connect_timeout=1.0
    )
    by_name = receiver.url.replace("127.0.0.1", "localhost")
    with_names = [f"http://{number}.silent.test/" for number in range(20)]
    await asyncio.gather(*(server.webhook(url, "user.created") for url in with_names))
    for number in range(5):
        await server.event(user_id=number)
    healthy = [await server.webhook(url, "ticket.created") for url in (receiver.url, by_name)]
    for number in range(10):
        await server.event("ticket.created", ticket_id=number, user_id=1)
        async with asyncio.timeout(2):
            assert (await server.call("GET", "/", token=None)).status == 200
            checked = await server.call("POST", "/webhooks/check-url", {"url": receiver.url})
        assert checked.json["allowed"]

    async def delivered() -> bool:
        paths = [f"/webhooks/{one['id']}" for one in healthy]
        shown = [(await server.call("GET", path)).json["success_count"] for path in paths]
        return shown == [10, 10]

    await until(delivered)
    for one in healthy:
        items = (await server.call("GET", f"/webhooks/{one['id']}/deliveries")).json["items"]
        assert {item["attempt_number"] for item in items} == {1}
    await starting.stop()
