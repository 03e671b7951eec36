"""The lists of events and deliveries: searched, filtered, paged (contract §2, §4)."""

import sqlite3
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.shown import ids
from tests.conftest import ADMIN, Clock, Receiver, Server, until


@pytest.mark.parametrize("path", ["/events", "/deliveries", "/webhooks/1/deliveries"])
@pytest.mark.parametrize("more", ["", "&q=wanted", "&status=skipped"])
async def test_pages_neither_repeat_nor_miss(server: Server, path: str, more: str) -> None:
    """Though events come between one page and the next."""
    await server.webhook("http://example.com/", is_active=False)
    for number in range(11):
        await server.event(user_id=number, username="wanted")
    more = more if "status" not in more or path != "/events" else ""
    seen, before = list[int](), ""
    while page := await ids(server, f"{path}?limit=3{more}{before}"):
        seen += page
        before = f"&before_id={page[-1]}"
        await server.event(user_id=99, username="wanted")
    assert seen == list(range(11, 0, -1))


async def test_the_times_of_events_narrow_the_list(server: Server) -> None:
    """By when it happened: from `since` on, before `until`; with a search and without one."""
    for hour in range(5):
        moment = f"2025-03-01T{hour:02}:00:00Z"
        body = {"type": "user.created", "payload": {"user_id": hour}, "timestamp": moment}
        await server.call("POST", "/events", body)
    window = "since=2025-03-01T01:00:00Z&until=2025-03-01T03:00:00Z"
    reply = await server.call("GET", f"/events?{window}")
    assert [one["id"] for one in reply.json["items"]] == [3, 2]
    assert reply.json["total"] == 2
    assert await ids(server, f"/events?{window}&q=user_id") == [3, 2]
    assert await ids(server, f"/events?{window}&type=ticket.created") == []
    assert await ids(server, f"/events?{window}&since_id=2") == [3]
    assert await ids(server, "/events?until=2025-03-01T00:00:00Z") == []


async def test_the_times_of_deliveries_narrow_the_list(server: Server, clock: Clock) -> None:
    """By when they were made; `total` counts what lies in that time."""
    await server.webhook("http://example.com/", is_active=False)
    for number in range(3):
        await server.event(user_id=number)
        clock.advance(3_600)
    window = "since=2026-01-15T11:00:00Z&until=2026-01-15T12:00:00Z"
    for path in ("/deliveries", "/webhooks/1/deliveries"):
        for more in ("", "&status=skipped", "&q=user_id"):
            reply = await server.call("GET", f"{path}?{window}{more}")
            assert [one["id"] for one in reply.json["items"]] == [2]
            assert reply.json["total"] == 1


@pytest.mark.parametrize("path", ["/events", "/deliveries", "/webhooks/1/deliveries"])
async def test_what_is_empty_was_not_asked_for(server: Server, path: str) -> None:
    """A form sends its empty fields; the largest numbers and odd texts find nothing."""
    await server.webhook("http://example.com/", is_active=False)
    await server.event(user_id=1)
    empty = "type=&status=&q=%20&since=&until=&since_id=&before_id=&event_id=&limit=&offset="
    assert await ids(server, f"{path}?{empty}") == [1]
    largest = 2**63 - 1
    assert await ids(server, f"{path}?before_id={largest}") == [1]
    for odd in ("q=" + "9" * 200, "q=%00", "q=%ED%A0%80", f"offset={largest}&limit=200"):
        assert await ids(server, f"{path}?{odd}") == []
        assert await ids(server, f"{path}?{odd}&q=1&offset={largest}") == []


@pytest.mark.parametrize("path", ["/events", "/deliveries", "/webhooks/1/deliveries"])
async def test_payloads_are_left_out_on_request(server: Server, path: str) -> None:
    """The rest of each row stays as it is, in a search too."""
    await server.webhook("http://example.com/", is_active=False)
    await server.event(user_id=1, username="Анна")
    for more in ("", f"&q={quote('анна')}"):
        [whole] = (await server.call("GET", f"{path}?limit=5{more}")).json["items"]
        [bare] = (await server.call("GET", f"{path}?payload=false{more}")).json["items"]
        assert whole.pop("payload") == {"user_id": 1, "username": "Анна"}
        assert whole == bare


async def test_a_list_without_payloads_reads_none(server: Server) -> None:
    """SQLite is asked which columns the statements touch."""
    await server.webhook("http://example.com/", is_active=False)
    await server.event(user_id=1)
    touched = set[tuple[str, str]]()

    def note(action: int, table: str | None, column: str | None, *_: Any) -> int:
        if action == sqlite3.SQLITE_READ:
            touched.add((table or "", column or ""))
        return sqlite3.SQLITE_OK

    def watch(connection: sqlite3.Connection, callback: Any) -> None:
        connection.set_authorizer(callback)

    async def listed(path: str) -> set[tuple[str, str]]:
        touched.clear()
        for callback in (note, None):
            for _ in range(2):  # each of the two readers
                await server.parts.database.read(watch, callback)
            if callback is not None:
                await server.call("GET", path)
        return touched & {("events", "payload"), ("deliveries", "test_payload")}

    assert await listed("/events") == {("events", "payload")}
    assert await listed("/deliveries?limit=7") == {
        ("events", "payload"),
        ("deliveries", "test_payload"),
    }
    assert await listed("/events?payload=false") == set()
    assert await listed("/deliveries?payload=false") == set()
    assert await listed("/webhooks/1/deliveries?payload=false&status=skipped") == set()


async def test_what_was_not_delivered_is_a_list(server: Server, receiver: Receiver) -> None:
    """Failed, or failing and still tried; not what is cancelled, not yet tried, or a test."""
    receiver.status = 500
    await server.webhook(receiver.url)
    await server.webhook("http://example.com/", event_type="ticket.*", is_active=False)

    async def are(*wanted: int) -> None:
        """Wait until both lists show these, and count them right."""
        for path in ("/deliveries", "/webhooks/1/deliveries"):
            await until(partial(shows, server, f"{path}?status=undelivered", wanted))

    await server.event(user_id=1)
    await server.event(user_id=2)
    await server.call("POST", "/webhooks/1/test")
    await server.event("ticket.created", ticket_id=1, user_id=1)
    tested, ticket = 3, 4 + 1  # the other webhook's is between them
    await until(lambda: tried(server, tested))
    await are(ticket, 2, 1)
    await server.call("POST", "/webhooks/1/deliveries/1/cancel")
    await are(ticket, 2)
    receiver.status = 200
    await server.call("POST", "/webhooks/1/deliveries/2/retry")
    await are(ticket)
    assert await ids(server, "/webhooks/2/deliveries?status=undelivered") == []
    assert await ids(server, "/deliveries?status=undelivered&webhook_id=1&q=ticket") == [ticket]


async def shows(server: Server, path: str, wanted: tuple[int, ...]) -> bool:
    """Whether a list shows these, and says how many they are."""
    reply = (await server.call("GET", path)).json
    return (*(one["id"] for one in reply["items"]), reply["total"]) == (*wanted, len(wanted))


async def tried(server: Server, delivery_id: int) -> bool:
    """Whether a delivery of the first webhook was attempted."""
    reply = await server.call("GET", f"/webhooks/1/deliveries/{delivery_id}")
    return bool(reply.json["attempt_number"])


async def test_a_brief_list_weighs_little(server: Server) -> None:
    """Of a long payload what a line can tell: its plain values, texts cut; short ones are whole."""
    short: dict[str, Any] = {"user_id": 1, "nested": {"a": [1]}}
    long: dict[str, Any] = {
        "user_id": 2,
        "username": "x" * 30_000,
        "yes": True,
        "no": None,
        "sum": 1.5,
    }
    await server.event(**short)
    await server.event(**long, nested={"a": 1}, many=[1])
    many: dict[str, Any] = {f"field{number:04}": number for number in range(5_000)}
    await server.event(**many, user_id=3)
    reply = await server.call("GET", "/events?brief=true")
    assert reply.headers["Content-Encoding"] == "gzip"
    listed = [one["payload"] for one in reply.json["items"]]
    assert listed[2] == short
    assert listed[1] == {**long, "username": "x" * 200}
    assert len(str(listed[0])) < 4_000
    assert listed[0].items() <= {**many, "user_id": 3}.items()
    reply = await server.call("GET", "/events?brief=true&payload=false")
    assert "payload" not in reply.json["items"][0]
    assert (await server.call("GET", "/events")).json["items"][0]["payload"]["user_id"] == 3


@pytest.mark.parametrize(
    "path", ["/events", "/events?brief=true", "/event-types", "/stats/series?window=30d"]
)
@pytest.mark.parametrize(
    "accepted", ["gzip, deflate, br", "br, gzip;q=0.5", "identity", "gzip;q=0"]
)
async def test_a_long_reply_comes_packed_to_who_takes_gzip(
    server: Server, path: str, accepted: str
) -> None:
    """Once, and whatever else is taken: the same comes out as for who takes it plain."""
    for number in range(50):
        await server.event(user_id=number, username="somebody")
    headers = {"Authorization": f"Bearer {ADMIN}", "Accept-Encoding": accepted}
    async with server.session.get(f"{server.url}{path}", headers=headers) as answer:
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        assert is_packed == (accepted not in ("identity", "gzip;q=0"))
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert await answer.json() == (await server.call("GET", path)).json


async def test_a_short_reply_comes_as_it_is(server: Server) -> None:
    """Packed it would be no shorter in packets."""
    reply = await server.call("GET", "/events", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in reply.headers
