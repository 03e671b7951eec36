"""GET /events/stream: the live feed as server-sent events (contract §3)."""

import asyncio
import json
from typing import Any, NamedTuple

import aiohttp

from tests.conftest import ADMIN, Server, until

SIGNED_IN = {"Authorization": f"Bearer {ADMIN}"}


class Sent(NamedTuple):
    """One block of a stream: what stands in its fields."""

    id: int | None
    event: str
    data: Any


async def batch(server: Server, count: int, **payload: Any) -> None:
    events = [{"type": "user.created", "payload": {"user_id": n, **payload}} for n in range(count)]
    assert (await server.call("POST", "/events/batch", {"events": events})).status == 202


async def next_block(stream: Any) -> Sent:
    fields: dict[str, str] = {}
    while (line := (await stream.content.readline()).decode()) not in ("\n", ""):
        name, _, value = line.removesuffix("\n").partition(": ")
        assert not (name == "id" and "data" in fields), "the id stands before the data"
        fields[name] = value
    data = json.loads(fields["data"]) if "data" in fields else None
    return Sent(int(fields["id"]) if "id" in fields else None, fields.get("event", ""), data)


def stream_of(server: Server, query: str = "", **headers: str) -> Any:
    return server.session.get(f"{server.url}/events/stream{query}", headers=SIGNED_IN | headers)


async def test_the_hello_tells_where_the_log_stands(server: Server) -> None:
    """With an id, so that a client that sees no event comes back to where it was (L30)."""
    await batch(server, 2)
    async with stream_of(server) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store, no-transform"
        hello = await next_block(stream)
        assert (hello.id, hello.event) == (2, "connection")
        assert hello.data["epoch"] == server.parts.database.uid
        assert hello.data["last_event_id"] == 2
        await server.event(user_id=3)
        assert (await next_block(stream))[:2] == (3, "")


async def test_resuming_goes_on_from_the_last_id(server: Server) -> None:
    """`Last-Event-ID` is `since`; the hello has that id, none that is to be replayed."""
    await batch(server, 3)
    async with stream_of(server, **{"Last-Event-ID": "1"}) as stream:
        assert (await next_block(stream)).id == 1
        assert [(await next_block(stream)).id for _ in range(2)] == [2, 3]
        resumed = await next_block(stream)
        assert (resumed.id, resumed.data["type"], resumed.data["replayed"]) == (None, "resumed", 2)
        await server.event(user_id=1)
        assert (await next_block(stream)).data["type"] == "user.created"
    async with stream_of(server, "?since=4") as stream:
        assert (await next_block(stream)).id == 4


async def test_an_id_beyond_the_last_is_not_kept(server: Server) -> None:
    """What cannot be resumed goes on from the present: the hello says so before the gap does."""
    await batch(server, 3)
    for query, last in (("?since=99", ""), ("?since=1&epoch=another", ""), ("", "9" * 25)):
        async with stream_of(server, query, **{"Last-Event-ID": last}) as stream:
            assert (await next_block(stream)).id == 3
            assert (await next_block(stream)).data["type"] == "gap"
            assert (await next_block(stream)).data["replayed"] == 0


async def test_pings_carry_the_id_past_what_is_not_wanted(starting: Any) -> None:
    """A client narrowed to a rare type stays current: an id alone dispatches nothing (WHATWG)."""
    server: Server = await starting(live__ping_seconds=0.2)
    async with stream_of(server, "?events=ticket.*,%20payment.completed") as stream:
        assert (await next_block(stream)).id == 0
        await batch(server, 5)
        async with asyncio.timeout(5):
            while (ping := await next_block(stream)).id != 5:
                assert ping == Sent(0, "", None)
        assert ping == Sent(5, "", None)


async def test_a_browser_comes_in_with_a_ticket(server: Server) -> None:
    """An EventSource cannot send headers; the ticket is good once."""
    ticket = (await server.call("POST", "/ws/ticket")).json["ticket"]
    address = f"{server.url}/events/stream?ticket={ticket}"
    for method, refused_query, status in (("HEAD", "", 200), ("GET", "&events=tickets", 422)):
        async with server.session.request(method, address + refused_query) as answer:
            assert answer.status == status  # and the ticket stays
    async with server.session.get(address) as stream:
        assert (await next_block(stream)).event == "connection"
    async with server.session.get(address) as refused:
        assert refused.status == 401
    assert (await server.call("GET", "/events/stream", token=None)).status == 401


async def test_another_sites_page_may_send_the_last_id(starting: Any) -> None:
    """Its preflight asks for it."""
    server: Server = await starting(security__allowed_origins=["https://admin.example"])
    asked = {
        "Origin": "https://admin.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "last-event-id",
    }
    reply = await server.call("OPTIONS", "/events/stream", token=None, headers=asked)
    assert reply.status in (200, 204)
    assert "last-event-id" in reply.headers["Access-Control-Allow-Headers"].lower()


async def raw(server: Server, request: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.encode())
    return reader, writer


async def test_http_1_0_gets_no_chunks(server: Server) -> None:
    """It would take their sizes for data."""
    reader, writer = await raw(
        server, f"GET /events/stream HTTP/1.0\r\nHost: x\r\nX-API-Key: {ADMIN}\r\n\r\n"
    )
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert b"transfer-encoding" not in head
    assert await reader.readline() == b"id: 0\n"
    await server.event(user_id=1)
    await reader.readuntil(b"\n\n")
    assert await reader.readline() == b"id: 1\n"
    writer.close()


async def test_head_is_headers_only(server: Server) -> None:
    """And the connection goes on."""
    head = f"HEAD /events/stream HTTP/1.1\r\nHost: x\r\nX-API-Key: {ADMIN}\r\n\r\n"
    reader, writer = await raw(server, head + head)
    for _ in range(2):
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"text/event-stream" in answer
    writer.close()
    assert not list(server.parts.hub.sockets())


async def test_what_is_not_known_is_refused(server: Server) -> None:
    """As everywhere."""
    for query in ("?events=tickets.*", "?topics=weather", "?since=soon"):
        assert (await server.call("GET", f"/events/stream{query}")).status == 422


async def test_who_goes_is_forgotten_at_once(server: Server) -> None:
    """Without waiting for the next message."""
    async with stream_of(server) as stream:
        await next_block(stream)
        assert list(server.parts.hub.sockets())
    await until(lambda: not list(server.parts.hub.sockets()))


async def test_one_address_gets_so_many_streams(starting: Any) -> None:
    """429 with Retry-After: a stream can say so, where a socket says 1013."""
    server: Server = await starting(live__max_connections=1)
    async with stream_of(server) as stream:
        await next_block(stream)
        async with stream_of(server) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (429, "5")


async def test_a_stream_ends_with_the_server(starting: Any) -> None:
    """In an orderly way: its last chunk is there."""
    server: Server = await starting()
    session = aiohttp.ClientSession(headers=SIGNED_IN)
    async with session.get(f"{server.url}/events/stream") as stream:
        await next_block(stream)
        stopping = asyncio.create_task(starting.stop())
        assert await stream.content.read() == b""
        await stopping
    await session.close()
