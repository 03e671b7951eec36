"""What a webhook gets: several types, and a filter; and a look at what would come of them."""

import json
from typing import Any

import pytest

from tests.conftest import Clock, Receiver, Server, until

URL = "http://127.0.0.1:1/"
PAYMENT = {"transaction_id": 1, "user_id": 1}
LARGE = {"field": "amount_kopeks", "op": "gte", "value": 100000}


async def verdicts(server: Server, event: dict[str, Any]) -> list[Any]:
    shown = (await server.call("GET", f"/events/{event['id']}")).json
    return list(shown["webhooks"])


async def test_types_that_overlap_make_one_delivery(server: Server, receiver: Receiver) -> None:
    """A list of a type, its family and everything is one subscription."""
    hook = await server.webhook(receiver.url, "", event_types=["ticket.created", "*", "ticket.*"])
    assert (hook["event_type"], hook["event_types"]) == (
        "ticket.created",
        ["ticket.created", "*", "ticket.*"],
    )
    made = await server.event("ticket.created", ticket_id=1, user_id=1)
    assert made["deliveries"] == 1
    await server.event(user_id=1)
    await until(lambda: len(receiver.requests) == 2)
    history = (await server.call("GET", f"/webhooks/{hook['id']}/deliveries")).json
    assert history["total"] == 2


async def test_a_list_is_found_by_each_of_its_types(server: Server) -> None:
    """`GET /webhooks?event_type=X` looks anywhere in the list, not at what X is covered by."""
    await server.webhook(URL, event_types=["user.created", "ticket.*"])
    await server.webhook(URL, "*")
    for kind, total in {"user.created": 1, "ticket.*": 1, "*": 1, "ticket.created": 0}.items():
        listed = await server.call("GET", f"/webhooks?event_type={kind}")
        assert listed.json["total"] == total, kind


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, ["event_type"]),
        ({"event_type": None, "event_types": None}, ["event_type"]),
        ({"event_types": []}, ["event_types"]),
        ({"event_types": ["*"] * 51}, ["event_types"]),
        ({"event_types": "*"}, ["event_types"]),
        ({"event_types": ["*", 5]}, ["event_types", 1]),
        ({"event_types": ["*", "tickets.*"]}, ["event_types"]),
        ({"event_types": ["*"], "filter": [LARGE] * 21}, ["filter"]),
        ({"event_types": ["*"], "filter": LARGE}, ["filter"]),
        ({"event_types": ["*"], "filter": ["x"]}, ["filter", 0]),
        ({"event_types": ["*"], "filter": [{**LARGE, "op": "~"}]}, ["filter", 0, "op"]),
        ({"event_types": ["*"], "filter": [{**LARGE, "field": "a..b"}]}, ["filter", 0, "field"]),
        ({"event_types": ["*"], "filter": [{**LARGE, "field": " "}]}, ["filter", 0, "field"]),
        ({"event_types": ["*"], "filter": [{**LARGE, "field": "x" * 201}]}, ["filter", 0, "field"]),
        ({"event_types": ["*"], "filter": [{**LARGE, "value": True}]}, ["filter", 0]),
        ({"event_types": ["*"], "filter": [{"field": "a", "op": "gte"}]}, ["filter", 0]),
        ({"event_types": ["*"], "filter": [{**LARGE, "value": "\ud800"}]}, ["filter", 0]),
        ({"event_types": ["*"], "filter": [{**LARGE, "colour": 1}]}, ["filter", 0, "colour"]),
    ],
)
async def test_a_subscription_that_cannot_be_is_refused(
    server: Server, fields: dict[str, Any], where: list[Any]
) -> None:
    """422 with the field, in a create and in a change; nothing is stored."""
    made = await server.call("POST", "/webhooks", {"name": "x", "url": URL, **fields})
    assert (made.status, made.json["errors"][0]["loc"]) == (422, where)
    assert (await server.call("GET", "/webhooks")).json["total"] == 0
    if where != ["event_type"]:
        hook = await server.webhook(URL)
        changed = await server.call("PATCH", f"/webhooks/{hook['id']}", fields)
        assert (changed.status, changed.json["errors"][0]["loc"]) == (422, where)


async def test_a_create_takes_either_and_ignores_the_first_beside_the_list(server: Server) -> None:
    """Also when that is nonsense: `event_type` is only the first of `event_types`."""
    both = await server.webhook(URL, "no such thing", event_types=["user.created"])
    assert both["event_types"] == ["user.created"]
    assert (await server.webhook(URL, "ticket.*"))["event_types"] == ["ticket.*"]
    twice = await server.webhook(URL, event_types=["*", " * ", "*"])
    assert twice["event_types"] == ["*"]


async def test_the_types_change(server: Server, receiver: Receiver, clock: Clock) -> None:
    """By the list; what came before says `changed_later` unless it wanted the same all along."""
    hook = await server.webhook(receiver.url, "user.created", event_types=None)
    path = f"/webhooks/{hook['id']}"
    before = await server.event("ticket.created", ticket_id=1, user_id=1)
    clock.advance(1)
    same = {"event_type": "user.created", "name": "same", "filter": None}
    assert (await server.call("PATCH", path, same)).status == 200
    assert [one["verdict"] for one in await verdicts(server, before)] == ["not_subscribed"]
    refused = await server.call("PATCH", path, {"event_type": "ticket.*"})
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["event_type"])
    null = {"event_types": None, "event_type": None}
    assert (await server.call("PATCH", path, null)).json["event_types"] == ["user.created"]
    wanted = {"event_types": ["ticket.*", "user.created"], "event_type": "user.created"}
    changed = (await server.call("PATCH", path, wanted)).json
    assert (changed["event_type"], changed["event_types"]) == ("ticket.*", wanted["event_types"])
    assert [one["verdict"] for one in await verdicts(server, before)] == ["changed_later"]
    await server.event("ticket.created", ticket_id=2, user_id=1)
    await until(lambda: receiver.requests)
    assert receiver.requests[0].headers["X-Webhook-Event"] == "ticket.created"


async def test_what_a_filter_holds_back_makes_no_row(server: Server, receiver: Receiver) -> None:
    """Neither pending nor skipped; the event tells which condition did not hold."""
    hook = await server.webhook(receiver.url, "payment.completed", filter=[LARGE])
    assert hook["filter"] == [LARGE]
    small = await server.event("payment.completed", **PAYMENT, amount_kopeks=99999)
    assert small["deliveries"] == 0
    large = await server.event("payment.completed", **PAYMENT, amount_kopeks=100000)
    assert large["deliveries"] == 1
    await until(lambda: receiver.requests)
    [verdict] = await verdicts(server, small)
    assert (verdict["verdict"], verdict["condition"], verdict["delivery_id"]) == (
        "filtered",
        LARGE,
        None,
    )
    assert verdict["reason"] == "Its filter wants amount_kopeks gte 100000."
    [verdict] = await verdicts(server, large)
    assert verdict["verdict"] in ("pending", "success")
    assert verdict["condition"] is None
    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": False})
    assert (await server.event("payment.completed", **PAYMENT, amount_kopeks=1))["deliveries"] == 0


async def test_each_event_of_a_batch_is_filtered_for_itself(server: Server) -> None:
    """And each webhook has its own filter."""
    small = {"field": "amount_kopeks", "op": "lt", "value": 100000}
    for wanted in ([LARGE], [small], None):
        await server.webhook(URL, filter=wanted)
    events = [
        {"type": "payment.completed", "payload": {**PAYMENT, "amount_kopeks": amount}}
        for amount in (1, 100000)
    ] + [{"type": "user.created", "payload": {"user_id": 1}}]
    made = (await server.call("POST", "/events/batch", {"events": events})).json["items"]
    assert [one["deliveries"] for one in made] == [2, 2, 1]


async def test_a_filter_changes_and_goes(server: Server, clock: Clock) -> None:
    """`null` is none and `[]` holds nothing back; what came before it changed says so."""
    hook = await server.webhook(URL, filter=[LARGE])
    path = f"/webhooks/{hook['id']}"
    event = await server.event("payment.completed", **PAYMENT, amount_kopeks=1)
    clock.advance(1)
    assert (await server.call("PATCH", path, {"filter": [LARGE]})).json["filter"] == [LARGE]
    assert [one["verdict"] for one in await verdicts(server, event)] == ["filtered"]
    for wanted in (None, [], [{"field": "user_id", "op": "exists"}]):
        assert (await server.call("PATCH", path, {"filter": wanted})).json["filter"] == wanted
        assert (await server.event("user.created", user_id=1))["deliveries"] == 1
    assert [one["verdict"] for one in await verdicts(server, event)] == ["changed_later"]


async def test_a_person_may_send_what_a_filter_held_back(
    server: Server, receiver: Receiver
) -> None:
    """`POST /events/{id}/send` and a test ask no filter."""
    hook = await server.webhook(receiver.url, filter=[LARGE])
    event = await server.event(user_id=1)
    sent = await server.call("POST", f"/events/{event['id']}/send", {"webhook_id": hook["id"]})
    assert sent.status == 202
    assert (await server.call("POST", f"/webhooks/{hook['id']}/test")).status == 202
    await until(lambda: len(receiver.requests) == 2)


async def test_a_test_carries_a_type_of_the_list(server: Server) -> None:
    """Any of them may be asked for, no other."""
    hook = await server.webhook(URL, event_types=["ticket.created", "user.created"])
    path = f"/webhooks/{hook['id']}/test"
    for kind, status in {"user.created": 202, "ticket.created": 202, "ticket.new": 422}.items():
        assert (await server.call("POST", path, {"event_type": kind})).status == status


async def test_trying_tells_what_would_have_been_sent(server: Server, receiver: Receiver) -> None:
    """The last ten that match, newest first, with their bodies; nothing is stored or sent."""
    for amount in range(12):
        await server.event("payment.completed", **PAYMENT, amount_kopeks=amount * 10_000)
    await server.event(user_id=1)
    wanted: dict[str, Any] = {"event_types": ["payment.*"], "filter": [LARGE]}
    tried = (await server.call("POST", "/webhooks/try", wanted)).json
    assert (tried["looked_at"], tried["matching"]) == (13, 2)
    assert [one["id"] for one in tried["items"]] == [12, 11]
    assert list(tried["items"][0]) == ["id", "type", "timestamp", "body"]
    payload = {**PAYMENT, "amount_kopeks": 110000}
    assert tried["items"][0]["body"] == json.dumps(payload, sort_keys=True)
    everything = (await server.call("POST", "/webhooks/try", {"event_types": ["*"]})).json
    assert (everything["matching"], len(everything["items"])) == (13, 10)
    assert (await server.call("GET", "/webhooks")).json["total"] == 0
    assert (await server.call("GET", "/deliveries")).json["total"] == 0
    assert not receiver.requests


async def test_trying_shows_the_message_of_a_chat(server: Server) -> None:
    """As that chat's service takes it: the page's own sentence, or the words that were given."""
    await server.event(user_id=1, first_name="A<b>")
    wanted: dict[str, Any] = {"event_types": ["*"], "format": "telegram", "options": {}}
    lacking = await server.call("POST", "/webhooks/try", wanted)
    assert (lacking.status, lacking.json["errors"][0]["loc"]) == (422, ["options", "chat_id"])
    wanted["options"] = {"chat_id": "-100", "text": "New: {first_name}"}
    tried = (await server.call("POST", "/webhooks/try", wanted)).json
    sent = json.loads(tried["items"][0]["body"])
    assert (str(sent["chat_id"]), sent["text"]) == ("-100", "New: A&lt;b&gt;")
    ntfy = {"event_types": ["*"], "format": "ntfy", "options": {"language": "en"}}
    [item] = (await server.call("POST", "/webhooks/try", ntfy)).json["items"]
    assert "user" in item["body"]
    other = {**wanted, "format": "json"}
    assert (await server.call("POST", "/webhooks/try", other)).status == 422


async def test_trying_is_for_admins_and_known_types(server: Server) -> None:
    """401, 403 and 422 as everywhere."""
    body = {"event_types": ["*"]}
    read = (await server.call("POST", "/tokens", {"name": "r", "scopes": ["read"]})).json["token"]
    assert (await server.call("POST", "/webhooks/try", body, token=read)).status == 403
    for bad in ({"event_types": ["x.y"]}, {}, {**body, "filter": [{}]}, {**body, "format": "fax"}):
        assert (await server.call("POST", "/webhooks/try", bad)).status == 422


async def test_trying_looks_at_fewer_large_events(server: Server) -> None:
    """No call costs more than a search does, however large what it looks into is."""
    for _ in range(45):
        await server.event(user_id=1, text="x" * 200_000)
    wanted = {"event_types": ["*"], "filter": [{"field": "text", "op": "contains", "value": "y"}]}
    tried = (await server.call("POST", "/webhooks/try", wanted)).json
    assert (tried["looked_at"], tried["matching"]) == (40, 0)
    elsewhere = {**wanted, "event_types": ["ticket.*"]}  # their payloads are not looked into
    assert (await server.call("POST", "/webhooks/try", elsewhere)).json["looked_at"] == 45
