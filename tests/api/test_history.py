"""What is kept of deliveries, and shown: attempts, charts, who saw an event live (contract §4)."""

import json
from typing import Any

from tests.api.shown import ended
from tests.conftest import Receiver, Server, until


async def test_every_attempt_is_kept_with_what_was_sent(starting: Any, receiver: Receiver) -> None:
    """Headers as sent (signature included), status, headers, body, duration, address."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.01])
    receiver.status = 500
    hook = await server.webhook(
        receiver.url, secret="s3cret", headers={"Authorization": "Bearer x"}
    )
    await server.event(user_id=1)
    [failed] = await ended(server, hook["id"], "failed")
    shown = (await server.call("GET", f"/webhooks/{hook['id']}/deliveries/{failed['id']}")).json
    assert [one["number"] for one in shown["attempts"]] == [1, 2]
    first = shown["attempts"][0]
    sent = dict(first["request_headers"])
    assert sent["X-Webhook-Signature"] == receiver.requests[0].headers["X-Webhook-Signature"]
    assert "Bearer x" not in json.dumps(shown)
    assert (first["response_status"], first["response_body"]) == (500, "thanks")
    assert first["error_message"] == "the receiver answered HTTP 500 Internal Server Error"
    assert first["remote_address"] == "127.0.0.1"


async def test_deliveries_of_all_webhooks_with_filters(server: Server, receiver: Receiver) -> None:
    """By webhook, status, event, time, and by what the payload holds, in Russian too."""
    one = await server.webhook(receiver.url)
    two = await server.webhook(receiver.url, is_active=False)
    await server.event(user_id=1, first_name="Вася")
    await server.event(user_id=2, first_name="Петя")
    await ended(server, one["id"], "success", 2)

    async def found(query: str) -> list[tuple[int, int]]:
        reply = await server.call("GET", f"/deliveries{query}")
        assert reply.status == 200
        assert reply.json["total"] == len(reply.json["items"])
        return [(item["webhook_id"], item["event_id"]) for item in reply.json["items"]]

    assert len(await found("")) == 4
    assert await found(f"?webhook_id={two['id']}") == [(two["id"], 2), (two["id"], 1)]
    assert await found("?status=success&event_id=1") == [(one["id"], 1)]
    assert await found("?q=Вася&status=skipped") == [(two["id"], 1)]
    assert await found("?since=2999-01-01T00:00:00Z") == []


async def test_series_show_outcomes_latency_events_and_revenue(
    server: Server, receiver: Receiver
) -> None:
    """By bucket, for the charts."""
    hook = await server.webhook(receiver.url)
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=12_300)
    await ended(server, hook["id"], "success")
    [mine] = (await server.call("GET", "/webhooks/series")).json["items"]
    assert (mine["webhook_id"], len(mine["success"])) == (hook["id"], 24)
    assert (mine["success"][-1], mine["failed"][-1]) == (1, 0)
    for path in (f"/webhooks/{hook['id']}/series", "/deliveries/series"):
        chart = (await server.call("GET", f"{path}?window=24h")).json
        assert (len(chart["items"]), chart["bucket_seconds"]) == (24, 3600)
        assert (chart["items"][-1]["success"], chart["items"][-1]["failed"]) == (1, 0)
        assert chart["items"][-1]["p50_ms"] is not None
        last = chart["items"][-1]
        assert chart["whole"] == {name: last[name] for name in last if name != "start"}
    for window, count in (("24h", 24), ("7d", 28), ("30d", 30)):
        chart = (await server.call("GET", f"/stats/series?window={window}")).json
        assert len(chart["items"]) == count
        assert chart["items"][-1]["events"] == {"payment.completed": 1}
        assert chart["items"][-1]["revenue"] == 123.0
    assert (await server.call("GET", "/stats/series?window=1y")).status == 422


async def test_who_saw_an_event_live(server: Server) -> None:
    """The tokens of the sockets that wanted it when it came."""
    made = await server.call("POST", "/tokens", {"name": "phone", "scopes": ["read"]})
    async with server.socket(f"?token={made.json['token']}") as socket:
        await socket.receive_json()
        await socket.send_json({"type": "subscribe", "events": ["ticket.*"]})
        await socket.receive_json()
        await server.event(user_id=1)
        await server.event("ticket.created", ticket_id=1, user_id=1)
        await socket.receive_json()
    await until(lambda: not list(server.parts.hub.sockets()))
    await server.event("ticket.created", ticket_id=2, user_id=1)
    seen = [(await server.call("GET", f"/events/{one}")).json["seen_by"] for one in (1, 2, 3)]
    assert seen == [[], [{"token_id": made.json["id"], "name": "phone"}], []]
