"""What is refused for its type or payload is counted, logged and listed (contract §2)."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.conftest import Server


async def refuse(server: Server, event_type: str, times: int = 1, **payload: Any) -> None:
    for _ in range(times):
        body = {"type": event_type, "payload": payload}
        assert (await server.call("POST", "/events", body)).status == 422


async def refused(server: Server) -> Any:
    return (await server.call("GET", "/events/refused")).json["items"]


async def test_refusals_are_listed_by_type(server: Server) -> None:
    """How often, since when, and why the last one was; the newest type first (B10)."""
    await refuse(server, "subscription.renewed", times=3, user_id=1)
    await refuse(server, "user.created", user_id="x")
    items = await refused(server)
    assert [(one["type"], one["count"]) for one in items] == [
        ("user.created", 1),
        ("subscription.renewed", 3),
    ]
    assert items[0]["detail"].startswith("user.created: payload.user_id")
    assert items[1]["first_at"] < items[1]["last_at"] < items[0]["first_at"]
    metrics = (await server.call("GET", "/metrics")).json
    assert 'bedolaga_events_refused_events_total{type="subscription.renewed"} 3.0' in metrics


async def test_of_a_batch_only_the_events_at_fault_count(server: Server) -> None:
    """Each is named in the answer, with its place."""
    good = {"type": "user.created", "payload": {"user_id": 1}}
    events = [
        good,
        {"type": "odd.type", "payload": {}},
        good,
        {"type": "user.created", "payload": {}},
    ]
    reply = await server.call("POST", "/events/batch", {"events": events})
    assert reply.status == 422
    assert reply.json["detail"].startswith("events.1: ")
    assert [error["loc"][:2] for error in reply.json["errors"]] == [["events", 1], ["events", 3]]
    assert {one["type"]: one["count"] for one in await refused(server)} == {
        "odd.type": 1,
        "user.created": 1,
    }


async def test_types_without_end_are_told_apart_up_to_a_hundred(server: Server) -> None:
    """What is malformed, and what comes besides, is `other`."""
    await refuse(server, "Not A Type")
    for number in range(120):
        await refuse(server, f"odd.type{number}")
    items = {one["type"]: one["count"] for one in await refused(server)}
    assert len(items) == 100
    assert items["other"] == 22


async def test_the_log_tells_of_a_type_once_a_minute(server: Server) -> None:
    """A bot that sends a thousand does not fill it."""
    with capture_logs() as lines:
        await refuse(server, "odd.type", times=5)
        await refuse(server, "user.created")
    told = [line["type"] for line in lines if line["event"] == "an event was refused"]
    assert told == ["odd.type", "user.created"]


@pytest.mark.parametrize("server", [{"events__unknown_types": "accept"}], indirect=True)
async def test_a_well_formed_type_is_taken_where_the_config_says_so(
    server: Server, receiver: Any
) -> None:
    """It can be subscribed to, and tested."""
    webhook = await server.webhook(receiver.url, "order.shipped")
    await server.event("order.shipped", anything=[1])
    await refuse(server, "Order Shipped")
    tested = await server.call("POST", f"/webhooks/{webhook['id']}/test")
    assert (tested.status, tested.json["payload"]) == (202, {})
    assert [one["type"] for one in await refused(server)] == ["other"]


async def test_the_catalogue_is_told_in_both_languages(server: Server) -> None:
    """With the sentence for one event."""
    texts = [
        (await server.call("GET", f"/event-types?lang={language}")).json[0]["text"]
        for language in ("ru", "en")
    ]
    assert texts[0].startswith("Новый пользователь")
    assert texts[1].startswith("New user")
