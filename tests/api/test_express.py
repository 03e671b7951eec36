"""A plain POST /events is taken on a way of its own, and nobody can tell by the answers."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.api import express
from bedolaga_events.api.doorway import Doorway
from tests.conftest import ADMIN, Server, until
from tests.raw import Client, connected

EVENT = {"type": "user.created", "payload": {"user_id": 1}}
BODY = json.dumps(EVENT).encode()


@pytest.fixture
async def client(server: Server) -> Any:
    async with connected(server.url) as one:
        yield one


def request(
    body: bytes = json.dumps(EVENT).encode(),
    token: str = ADMIN,
    path: str = "/events",
    more: str = "",
) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def test_it_looks_like_any_other_answer(client: Client) -> None:
    """The same headers and the same members, on a connection that stays."""
    status, headers, first = await client.send(request())
    assert (status, first["id"], first["deliveries"]) == (202, 1, 0)
    # A header that aiohttp has to look at takes the connection there, for good.
    status, others, second = await client.send(request(more="Origin: http://x\r\n"))
    assert (status, second["id"]) == (202, 2)
    assert headers.keys() == others.keys()
    assert {k: v for k, v in headers.items() if k != "Date"} == {
        k: v for k, v in others.items() if k != "Date"
    }
    assert (await client.send(request()))[2]["id"] == 3


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (request(token="wrong"), 401),
        (request(b"{"), 400),
        (request(b"\xff"), 400),
        (request(b'{"type": "user.created", "payload": {}}'), 422),
        (request(b'{"type": "nobody.knows", "payload": {}}'), 422),
        (request(more="Idempotency-Key: \r\n"), 422),
        (request().replace(b"application/json", b"text/plain"), 415),
        (request(path="/nowhere"), 404),
        (request(b"x" * (256 * 1024 + 1)), 413),
        (request(more="Transfer-Encoding: chunked\r\n"), 400),
        (request(more="Content-Length: 1\r\n"), 400),
        (request(more="X: a\rb\r\n"), 400),
    ],
)
async def test_a_mistake_is_answered_by_who_answers_all_mistakes(
    client: Client, server: Server, bad: bytes, status: int
) -> None:
    """First something good, then something bad, on one connection; nothing bad is stored."""
    assert (await client.send(request()))[0] == 202
    got, _, content = await client.send(bad)
    assert got == status
    assert content is None or content["detail"]
    assert (await server.call("GET", "/events")).json["total"] == 1


async def test_a_key_is_a_key(client: Client) -> None:
    """The same again is 200 with the first reply, something else is 409."""
    key = "Idempotency-Key: k\r\n"
    _, _, first = await client.send(request(more=key))
    assert await _content(client, request(more=key)) == (200, first | {"duplicate": True})
    other = json.dumps(EVENT | {"payload": {"user_id": 2}}).encode()
    assert (await client.send(request(other, more=key)))[0] == 409
    assert await _content(client, request(more=key)) == (200, first | {"duplicate": True})


async def _content(client: Client, raw: bytes) -> tuple[int, Any]:
    status, _, content = await client.send(raw)
    return status, content


async def test_requests_in_pieces_and_ahead_of_their_answers(client: Client) -> None:
    """A body after its head, a head in two halves, five at once: each is answered, in order."""
    raw = request()
    for cut in (10, raw.index(b"\r\n\r\n") + 4, len(raw) - 1):
        client.writer.write(raw[:cut])
        await client.writer.drain()
        assert (await client.send(raw[cut:]))[0] == 202
    client.writer.write(raw * 5)
    ids = [(await client.answer())[2]["id"] for _ in range(5)]
    assert ids == [4, 5, 6, 7, 8]


async def test_ahead_of_an_answer(client: Client, server: Server) -> None:
    """What comes while the first one waits for the disk is not lost, nor answered before it."""
    with held(server):
        client.writer.write(request())
        await until(lambda: waiting(server))
        client.writer.write(request() + request(path="/nowhere") + request())
    statuses = [(await client.answer())[0] for _ in range(4)]
    assert statuses == [202, 202, 404, 202]


async def test_a_stop_answers_what_was_asked(starting: Any) -> None:
    """The answer comes, then the end; an idle connection just ends."""
    server: Server = await starting()
    host, port = server.url.removeprefix("http://").split(":")
    busy, idle = [Client(*await asyncio.open_connection(host, int(port))) for _ in range(2)]
    assert (await idle.send(request()))[0] == 202
    with held(server):
        busy.writer.write(request())
        await until(lambda: waiting(server))
        stopping = asyncio.create_task(starting.stop())
        assert await idle.reader.read() == b""
    assert (await busy.answer())[0] == 202
    assert await busy.reader.read() == b""
    await stopping
    for one in (busy, idle):
        one.writer.close()


async def test_a_client_that_leaves_is_forgotten(client: Client, server: Server) -> None:
    """Also while its event is on the way to the disk, where it arrives; it might still listen."""
    with held(server):
        client.writer.write(request())
        await until(lambda: waiting(server))
        client.writer.close()
    await until(lambda: server.parts.hub.last_event_id == 1)
    await until(lambda: not connections(server))


@contextmanager
def held(server: Server) -> Iterator[None]:
    """Nothing is written meanwhile."""
    gate = threading.Event()
    holding = asyncio.ensure_future(server.parts.writer.aside(lambda _: gate.wait()))
    try:
        yield
    finally:
        gate.set()
    assert not holding.cancelled()


def connections(server: Server) -> set[express.Express]:
    [site] = server.runner.sites
    assert isinstance(site, Doorway)
    return site.express


def waiting(server: Server) -> bool:
    """Whether a request waits for the disk."""
    return any(one.answering is not None for one in connections(server))


@given(st.binary(max_size=300), st.integers(0, 200))
def test_only_whole_requests_are_plain(junk: bytes, cut: int) -> None:
    """Whatever comes is a whole request, or not ours."""
    raw = request()
    assert express.plain(raw) is not None
    assert express.plain(raw[: min(cut, len(raw) - 1)]) is None
    mixed = raw[:cut] + junk + raw[cut:]
    found = express.plain(mixed)
    assert found is None or mixed.endswith(b"\r\n\r\n" + found.body)
