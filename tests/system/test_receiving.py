"""Receivers under their usual hosts, each run against what the server really sends (T5 to T8)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver, Server, until
from tests.system.hosts import EXAMPLES, HOSTS, LIBRARIES, blocks, hosting

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TRIO = ("webhook-id", "webhook-timestamp", "webhook-signature")
Head = list[tuple[str, bytes]]

pytestmark = pytest.mark.timeout(300)


async def status(port: int, headers: Head, body: bytes) -> int:
    """What a receiver answers to a request with just these headers, byte by byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [b"POST /bedolaga HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close"]
    lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    lines += [name.encode() + b": " + value for name, value in headers]
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    async with asyncio.timeout(20):
        line = await reader.readline()
        await reader.read()
    writer.close()
    return int(line.split()[1])


async def recorded(server: Server, port: int, receiver: Receiver, secret: str) -> tuple[Head, Any]:
    """A request as the host and a recorder got it; the host has answered it 2xx."""
    hook = await server.webhook(f"http://127.0.0.1:{port}/bedolaga", secret=secret)
    await server.webhook(receiver.url, secret=secret)
    await server.event(user_id=1, first_name="Вася")

    async def ended() -> Any:
        shown = (await server.call("GET", f"/webhooks/{hook['id']}")).json
        assert shown["last_error"] is None, shown["last_error"]
        return shown["success_count"]

    await until(ended, 30)
    got = await until(lambda: receiver.requests and receiver.requests[0])
    named = [(name.lower(), value.encode()) for name, value in got.headers.items()]
    return [one for one in named if "webhook" in one[0]], got.body


def odd(genuine: Head) -> list[Head]:
    """What strangers send: nothing, each header missing, and values that are none."""
    found = [[], *([one for one in genuine if one[0] != name] for name in TRIO)]
    for name in TRIO:
        for value in (b"", b"x", b"-1", b"9" * 3_000, "١٢٣ é".encode(), b"\xff\xfe", b"v1,", b"v1"):
            found.append([(one, value if one == name else kept) for one, kept in genuine])
    return found


async def stands(port: int, genuine: Head, body: bytes) -> None:
    """True for a genuine request with names in any case; false, not an error, for all others."""
    for case in (str.lower, str.upper, str.title):
        assert await status(port, [(case(name), value) for name, value in genuine], body) < 300
    for headers in odd(genuine):
        assert await status(port, headers, body) in (400, 401), headers  # 400: the host's own word
    assert await status(port, genuine, body + b" ") == 401
    assert await status(port, genuine, b"") == 401
    assert await status(port, genuine, body) < 300


@pytest.mark.parametrize("secret", ["s3cret", WHSEC], ids=["plain", "whsec"])
@pytest.mark.parametrize("host", HOSTS)
async def test_a_receiver_of_the_documents(
    starting: Any, receiver: Receiver, tmp_path: Path, host: str, secret: str
) -> None:
    """It takes what the server sends, and nothing that a stranger sends ends it."""
    async with hosting(host, tmp_path, secret) as port:
        server: Server = await starting(now=None)
        genuine, body = await recorded(server, port, receiver, secret)
        await stands(port, genuine, body)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_library_of_the_documents(
    starting: Any, receiver: Receiver, tmp_path: Path, library: str
) -> None:
    """With a generated secret and the raw body it takes what the server sends (T7)."""
    async with hosting(library, tmp_path, WHSEC) as port:
        server: Server = await starting(now=None)
        genuine, body = await recorded(server, port, receiver, WHSEC)
        await stands(port, genuine, body)


@pytest.mark.parametrize(
    ("language", "examples"),
    [
        ("python", ["receiver.py", "receiver_flask.py"]),
        ("js", ["receiver.mjs", "receiver_express.mjs"]),
        ("go", ["receiver.go"]),
        ("ruby", ["receiver.rb"]),
    ],
)
def test_the_functions_of_the_page_are_those_of_the_programs(
    language: str, examples: list[str]
) -> None:
    """Who copies either has the same."""
    code = blocks("delivery.md", language)[0].replace("export function", "function")
    start = {"python": "def verify(", "js": "const lower", "go": "func ", "ruby": "def verify("}
    end = {"python": "\n\n\ndef verify_simple", "js": "\n\nfunction verifySimple"}
    function = code[code.index(start[language]) :].partition(end.get(language, "\0"))[0].rstrip()
    for name in examples:
        assert function in (EXAMPLES / name).read_text(), name
