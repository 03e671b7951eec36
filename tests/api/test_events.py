"""POST /events and the log (contract §2)."""

import asyncio
import io
import json
from typing import Any

import pytest

from bedolaga_events.store import webhooks
from bedolaga_events.store.transaction import change
from tests.conftest import ADMIN, Reply, Server


async def test_an_event_is_accepted_stored_and_listed(server: Server) -> None:
    """202 with its id; the log shows the payload unchanged."""
    payload: dict[str, Any] = {
        "user_id": 2**80,
        "first_name": "Вася 🚀 \u0000",
        "nested": {"b": [1.5, None], "a": 1},
    }
    made = await server.event(**payload)
    assert made["id"] == 1
    assert made["timestamp"].endswith("Z")
    [listed] = (await server.call("GET", "/events")).json["items"]
    assert listed["payload"] == payload
    assert (await server.call("GET", "/events/1")).json["payload"] == payload


async def test_the_same_key_is_one_event(server: Server) -> None:
    """Same body: 200 and duplicate; another body: 409."""
    body = {"type": "user.created", "payload": {"user_id": 1}}
    key = {"Idempotency-Key": "payment-17"}
    first = await server.call("POST", "/events", body, headers=key)
    again = await server.call("POST", "/events", body, headers=key)
    assert (first.status, again.status) == (202, 200)
    assert again.json == {**first.json, "duplicate": True}
    other = await server.call("POST", "/events", {**body, "payload": {"user_id": 2}}, headers=key)
    assert other.status == 409
    assert (await server.call("GET", "/events")).json["total"] == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_is_1_to_255_printable_characters(server: Server, key: str) -> None:
    """Anything else is refused rather than cut."""
    body = {"type": "user.created", "payload": {"user_id": 1}}
    reply = await server.call("POST", "/events", body, headers={"Idempotency-Key": key})
    assert reply.status == 422


async def test_a_batch_is_all_or_nothing_and_in_order(server: Server) -> None:
    """One bad event refuses the batch and says which; a known key inside is a duplicate."""
    good = [{"type": "user.created", "payload": {"user_id": n}} for n in range(3)]
    reply = await server.call("POST", "/events/batch", {"events": good})
    assert reply.status == 202
    assert [one["id"] for one in reply.json["items"]] == [1, 2, 3]
    bad = await server.call(
        "POST", "/events/batch", {"events": [*good, {"type": "x", "payload": {}}]}
    )
    assert bad.status == 422
    assert bad.json["errors"][0]["loc"][:2] == ["events", 3]
    keyed = {**good[0], "idempotency_key": "k"}
    reply = await server.call("POST", "/events/batch", {"events": [keyed, keyed]})
    assert [one.get("duplicate") for one in reply.json["items"]] == [None, True]
    clash = {**good[1], "idempotency_key": "k"}
    assert (await server.call("POST", "/events/batch", {"events": [good[2], clash]})).status == 409
    assert (await server.call("GET", "/events")).json["total"] == 4


LIMIT = 256 * 1024  # bytes of a single call


def sized(size: int, letter: str = "x") -> dict[str, Any]:
    """An event whose JSON without escapes has about so many bytes."""
    count = (size - 80) // len(letter.encode("utf-8", "surrogatepass"))
    return {"type": "user.created", "payload": {"user_id": 1, "username": letter * count}}


async def post(server: Server, path: str, content: Any, *, escaped: bool = True) -> Reply:
    """POST JSON, with or without escapes."""
    body = json.dumps(content, ensure_ascii=escaped).encode()
    headers = {"Content-Type": "application/json"}
    return await server.call("POST", path, data=io.BytesIO(body), headers=headers)


@pytest.mark.parametrize("letter", ["x", "ж", "🔥", "\n", "\ud800"])
async def test_an_event_of_a_batch_is_no_larger_than_one_alone(server: Server, letter: str) -> None:
    """What a single call takes, a batch takes; what is larger is 413, and nothing is stored."""
    escaped = letter in "\n\ud800"
    fits = sized(LIMIT // 6 if escaped else LIMIT, letter)
    large, small = sized(2 * LIMIT, letter), sized(1_000)
    assert (await post(server, "/events", fits, escaped=escaped)).status == 202
    batch = {"events": [fits, fits]}
    assert (await post(server, "/events/batch", batch, escaped=escaped)).status == 202
    reply = await post(server, "/events/batch", {"events": [small, large, small]})
    assert (reply.status, reply.json["detail"]) == (413, "events.1: The event is over 256 KiB.")
    assert (await server.call("GET", "/events?payload=false")).json["total"] == 3


async def test_a_list_is_as_small_as_what_is_asked_for(server: Server) -> None:
    """The largest events in batches: their number bounds a page, and without payloads its size."""
    for _ in range(4):
        batch = {"events": [sized(LIMIT)] * 15}
        assert (await post(server, "/events/batch", batch)).status == 202

    async def size(path: str) -> int:
        headers = {"Authorization": f"Bearer {ADMIN}"}
        async with server.session.get(server.url + path, headers=headers) as answer:
            return len(await answer.read())

    assert await size("/events") < 50 * (LIMIT + 1_000)
    assert await size("/events?payload=false") < 50 * 300
    assert await size("/deliveries?payload=false") < 50 * 300


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_batch_has_1_to_1000_events(server: Server, size: int) -> None:
    """More would hold the others up."""
    events = [{"type": "user.created", "payload": {"user_id": 1}}] * size
    assert (await server.call("POST", "/events/batch", {"events": events})).status == 422


async def test_the_timestamp_may_be_given(server: Server) -> None:
    """When it happened, whatever zone it is written in."""
    body = {
        "type": "user.created",
        "payload": {"user_id": 1},
        "timestamp": "2026-01-02T03:04:05.5+03:00",
    }
    reply = await server.call("POST", "/events", body)
    assert reply.json["timestamp"] == "2026-01-02T00:04:05.500000Z"


async def test_the_log_pages_both_ways(server: Server) -> None:
    """Newest first; with since_id oldest first after it."""
    for number in range(5):
        await server.event(user_id=number)
    await server.event("ticket.created", ticket_id=1, user_id=1)

    async def ids(query: str) -> list[int]:
        return [one["id"] for one in (await server.call("GET", f"/events{query}")).json["items"]]

    assert await ids("?limit=2") == [6, 5]
    assert await ids("?limit=2&offset=2") == [4, 3]
    assert await ids("?since_id=3&limit=2") == [4, 5]
    assert await ids("?type=ticket.created") == [6]
    assert (await server.call("GET", "/events?type=user.created")).json["total"] == 5


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b'{"type": "user.created", "payload": {"user_id": NaN}}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"type": "user.created", "payload": []}', 422),
        (b'{"type": "user.created", "payload": {"user_id": 1e999}}', 422),
        (b'{"type": "user.created", "payload": {"user_id": 1, "x": 1e999}}', 422),
        (b'{"type": "nope", "payload": {}}', 422),
        (b'{"type": "user.created", "payload": {"user_id": 1}, "timestamp": "soon"}', 422),
        (b'{"type": "user.created", "payload": {"user_id": 1}, "more": 1}', 422),
        (
            b'{"type": "user.created", "payload": {"user_id": 1, "x": "' + b"y" * 262_144 + b'"}}',
            413,
        ),
    ],
)
async def test_bad_bodies_get_one_sentence(server: Server, raw: bytes, status: int) -> None:
    """And nothing is stored."""
    headers = {"Content-Type": "application/json"}
    reply = await server.call("POST", "/events", headers=headers, data=raw)
    assert reply.status == status, reply.json
    assert reply.json["detail"]
    assert (await server.call("GET", "/events")).json["total"] == 0


async def test_the_types_are_listed_in_two_languages(starting: Any) -> None:
    """Six built in; each with its label, schema and an example."""
    server: Server = await starting()
    assert len((await server.call("GET", "/event-types?lang=en")).json) == 6
    russian = (await server.call("GET", "/event-types?lang=ru")).json
    english = (
        await server.call("GET", "/event-types", headers={"Accept-Language": "en-GB,ru;q=0.5"})
    ).json
    assert russian[0]["label"] != english[0]["label"]
    assert russian[0]["schema"]["properties"]["user_id"]["type"] == "integer"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.1, ru;q=0.9", "ru"),
        ("ru;q=0, en", "en"),
        ("de, EN-us;q=0.5", "en"),
        ("rup, en;q=0.3", "en"),
        ("ru;q=0", "ru"),
        ("*", "ru"),
        (";;q=,", "ru"),
    ],
)
async def test_the_language_is_the_one_that_is_wanted_most(
    server: Server, wanted: str, language: str
) -> None:
    """By weight (RFC 9110 §12.5.4), Russian without any of ours."""
    said = await server.call("GET", "/event-types", headers={"Accept-Language": wanted})
    labels = {"ru": "Создание пользователя", "en": "User created"}
    assert said.json[0]["label"] == labels[language]


async def test_every_webhook_has_a_verdict_on_an_event(server: Server) -> None:
    """Why it got the event, or why not."""
    await server.webhook("http://127.0.0.1:1/", "ticket.*")
    await server.webhook("http://127.0.0.1:1/", "user.*", is_active=False)
    event = await server.event(user_id=1)
    await server.webhook("http://127.0.0.1:1/", "*")
    shown = (await server.call("GET", f"/events/{event['id']}")).json
    assert [one["verdict"] for one in shown["webhooks"]] == [
        "not_subscribed",
        "skipped",
        "created_later",
    ]
    assert all(one["reason"] for one in shown["webhooks"])
    await change(
        server.parts.writer,
        lambda it: webhooks.update(
            it.connection, 1, {"event_types": ["*"], "wants_since": it.now}, it.now
        ),
    )
    shown = (await server.call("GET", f"/events/{event['id']}")).json
    assert shown["webhooks"][0]["verdict"] == "changed_later"


async def test_many_publishers_get_ids_in_commit_order(server: Server) -> None:
    """No id is used twice and none is missing."""
    made = await asyncio.gather(*(server.event(user_id=n) for n in range(60)))
    assert sorted(one["id"] for one in made) == list(range(1, 61))
    log = (await server.call("GET", "/events?since_id=0&limit=200")).json["items"]
    sent = {one["id"]: n for n, one in enumerate(made)}
    assert all(one["payload"] == {"user_id": sent[one["id"]]} for one in log)
    assert json.dumps(log)
