"""Retry, cancel, replay, test, rotate: what an operator does about deliveries (contract §4)."""

import asyncio
import json
from functools import partial
from typing import Any

from aiohttp import web

from bedolaga_events.store import check
from tests.conftest import Clock, Receiver, Server, until

SINCE = "2026-01-01T00:00:00Z"


async def history(server: Server, webhook_id: int, query: str = "") -> Any:
    return (await server.call("GET", f"/webhooks/{webhook_id}/deliveries{query}")).json["items"]


async def ended(server: Server, webhook_id: int, status: str, count: int = 1) -> Any:
    async def all_ended() -> Any:
        items = await history(server, webhook_id, f"?status={status}&limit=200")
        return items if len(items) >= count else None

    return await until(all_ended)


async def tried_once(server: Server, webhook_id: int) -> None:
    """Wait until each delivery of a webhook has had its first attempt."""

    async def all_tried() -> bool:
        items = await history(server, webhook_id)
        return bool(items) and all(one["attempt_number"] == 1 for one in items)

    await until(all_tried)


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


async def test_a_retry_goes_on_counting_and_takes_the_automatic_one_s_place(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """The pending retry is not made again when its time comes."""
    receiver.status = 500
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)
    await tried_once(server, hook["id"])
    receiver.status = 200
    reply = await server.call("POST", f"/webhooks/{hook['id']}/deliveries/1/retry")
    assert (reply.status, reply.json["status"]) == (202, "pending")
    [delivery] = await ended(server, hook["id"], "success")
    assert delivery["attempt_number"] == 2
    clock.advance(3600)
    await server.event(user_id=2)
    await ended(server, hook["id"], "success", 2)
    assert len(receiver.requests) == 3


async def test_a_retry_while_an_attempt_is_out_comes_after_it(
    server: Server, receiver: Receiver
) -> None:
    """Whatever that one's outcome; asked for four times meanwhile, it is made once."""
    hold = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await hold.wait()
        return web.Response()

    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)
    await ended(server, hook["id"], "success")
    receiver.answer = slow
    path = f"/webhooks/{hook['id']}/deliveries/1/retry"
    assert (await server.call("POST", path)).status == 202
    await until(lambda: len(receiver.requests) == 2)
    replies = await asyncio.gather(*(server.call("POST", path) for _ in range(4)))
    assert {one.status for one in replies} == {202}
    hold.set()
    await until(lambda: len(receiver.requests) == 3)
    [delivery] = await ended(server, hook["id"], "success")
    assert delivery["attempt_number"] == 3
    ids = {one.headers.get("X-Webhook-Delivery") for one in receiver.requests}
    assert len(ids) == 1
    assert (await server.call("POST", f"/webhooks/{hook['id']}/deliveries/9/retry")).status == 404


async def test_a_skipped_delivery_is_sent_by_retry(server: Server, receiver: Receiver) -> None:
    """Also while its webhook is inactive: a person asked for it."""
    hook = await server.webhook(receiver.url, is_active=False)
    await server.event(user_id=1)
    assert (await history(server, hook["id"]))[0]["error_message"]
    await server.call("POST", f"/webhooks/{hook['id']}/deliveries/1/retry")
    await ended(server, hook["id"], "success")
    assert len(receiver.requests) == 1


async def test_cancelling_gives_up_what_is_pending(server: Server, receiver: Receiver) -> None:
    """It fails with the code `cancelled`; what has ended cannot be cancelled."""
    receiver.status = 500
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)
    await tried_once(server, hook["id"])
    path = f"/webhooks/{hook['id']}/deliveries/1/cancel"
    reply = await server.call("POST", path)
    assert (reply.status, reply.json["status"], reply.json["error_code"]) == (
        200,
        "failed",
        "cancelled",
    )
    assert (await server.call("POST", path)).status == 409


async def test_a_whole_backlog_is_given_up(server: Server, receiver: Receiver) -> None:
    """Of an inactive webhook, say: what is pending fails with the code, and is not sent later."""
    receiver.status = 500
    hook = await server.webhook(receiver.url)
    for number in range(5):
        await server.event(user_id=number)
    await tried_once(server, hook["id"])
    path = f"/webhooks/{hook['id']}/cancel"
    assert (await server.call("POST", path)).json == {"cancelled": 5}
    assert (await server.call("POST", path)).json == {"cancelled": 0}
    codes = {one["error_code"] for one in await history(server, hook["id"])}
    assert codes == {"cancelled"}
    assert (await server.call("POST", "/webhooks/99/cancel")).status == 404


async def test_replay_sends_what_matches_again(starting: Any, receiver: Receiver) -> None:
    """A dry count first; then each one once, with attempts that go on counting."""
    server: Server = await starting(now=None, delivery__retry_schedule=[])
    receiver.status = 500
    hook = await server.webhook(receiver.url)
    events = [{"type": "user.created", "payload": {"user_id": n}} for n in range(700)]
    await server.call("POST", "/events/batch", {"events": events})

    async def stats() -> Any:
        return (await server.call("GET", "/webhooks/stats")).json

    async def all_failed() -> bool:
        return bool((await stats())["failed_deliveries"] == 700)

    await until(all_failed)
    path = f"/webhooks/{hook['id']}/replay"
    dry = await server.call("POST", path, {"since": SINCE, "dry_run": True})
    assert dry.json["matching"] == 700
    receiver.status = 200
    reply = await server.call("POST", path, {"since": SINCE, "status": "failed"})
    assert (reply.status, reply.json) == (202, {"queued": 700})

    async def all_sent() -> bool:
        return bool((await stats())["successful_deliveries"] == 700)

    await until(all_sent)
    assert len(receiver.requests) == 1400
    assert (await stats())["replaying_deliveries"] == 0
    nothing = await server.call("POST", path, {"since": "2999-01-01T00:00:00Z"})
    assert nothing.json == {"queued": 0}
    assert (await server.call("POST", path, {"since": SINCE, "status": "pending"})).status == 422
    assert (await server.call("POST", path, {})).status == 422


async def test_skipped_events_are_replayed_after_activation(
    server: Server, receiver: Receiver
) -> None:
    """Activation tells how many there are."""
    hook = await server.webhook(receiver.url, is_active=False)
    for number in range(3):
        await server.event(user_id=number)
    on = await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    assert on.json["skipped_since_inactive"] == 3
    body = {"since": SINCE, "status": "skipped"}
    assert (await server.call("POST", f"/webhooks/{hook['id']}/replay", body)).json["queued"] == 3
    await ended(server, hook["id"], "success", 3)


async def test_a_test_delivery_is_marked_and_tried_once(server: Server, receiver: Receiver) -> None:
    """The type's example; no event, no retry, also for an inactive webhook."""
    receiver.status = 500
    hook = await server.webhook(receiver.url, "ticket.*", is_active=False)
    reply = await server.call("POST", f"/webhooks/{hook['id']}/test")
    assert (reply.status, reply.json["is_test"], reply.json["event_id"]) == (202, True, None)
    [failed] = await ended(server, hook["id"], "failed")
    assert (failed["attempt_number"], failed["response_status"]) == (1, 500)
    assert json.loads(receiver.requests[0].body) == failed["payload"]
    body = {"event_type": "ticket.message_added"}
    asked = await server.call("POST", f"/webhooks/{hook['id']}/test", body)
    assert asked.json["event_type"] == "ticket.message_added"
    wrong = await server.call(
        "POST", f"/webhooks/{hook['id']}/test", {"event_type": "user.created"}
    )
    assert wrong.status == 422
    assert (await server.call("GET", "/events")).json["total"] == 0


async def test_410_deactivates_at_once(server: Server, receiver: Receiver) -> None:
    """With a reason; activating clears it."""
    receiver.status = 410
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)
    await ended(server, hook["id"], "failed")
    shown = (await server.call("GET", f"/webhooks/{hook['id']}")).json
    assert (shown["is_active"], "410" in shown["disabled_reason"]) == (False, True)
    on = await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    assert on.json["disabled_reason"] is None


async def test_failing_for_too_long_deactivates_and_activation_resumes(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """What was pending is held, and goes on when the webhook is activated."""
    receiver.status = 500
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)
    await until(lambda: len(receiver.requests) == 1)

    async def webhook() -> Any:
        return (await server.call("GET", f"/webhooks/{hook['id']}")).json

    async def counted(attempts: int) -> bool:
        return bool((await webhook())["failure_count"] >= attempts)

    for day in range(1, 6):
        await until(partial(counted, day))
        clock.advance(24 * 3600)
        await server.call("POST", f"/webhooks/{hook['id']}/deliveries/1/retry")

    async def disabled() -> bool:
        return not (await webhook())["is_active"]

    await until(disabled)
    assert "120 hours" in (await webhook())["disabled_reason"]
    pending = await history(server, hook["id"], "?status=pending")
    assert pending
    receiver.status = 200
    clock.advance(24 * 3600)
    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    await ended(server, hook["id"], "success", len(pending))


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
    for window, count in (("24h", 24), ("7d", 28), ("30d", 30)):
        chart = (await server.call("GET", f"/stats/series?window={window}")).json
        assert len(chart["items"]) == count
        assert chart["items"][-1]["events"] == {"payment.completed": 1}
        assert chart["items"][-1]["revenue"] == 123.0
    assert (await server.call("GET", "/stats/series?window=1y")).status == 422


async def test_deleting_a_webhook_with_a_long_history(server: Server, receiver: Receiver) -> None:
    """In steps; the counters follow."""
    hook = await server.webhook(receiver.url, is_active=False)
    events = [{"type": "user.created", "payload": {"user_id": n}} for n in range(1000)]
    for _ in range(3):
        await server.call("POST", "/events/batch", {"events": events})
    assert (await server.call("DELETE", f"/webhooks/{hook['id']}")).status == 204
    assert (await server.call("GET", "/webhooks/stats")).json["total_deliveries"] == 0
    assert (await server.call("GET", f"/webhooks/{hook['id']}")).status == 404


async def test_an_event_is_sent_to_a_webhook_that_a_person_chose(
    server: Server, receiver: Receiver
) -> None:
    """Also to one that was made later or wants other types; there is never a second delivery."""
    await server.event(user_id=1)
    hook = await server.webhook(receiver.url, "ticket.*", secret="s3cret")
    made = await server.call("POST", "/events/1/send", {"webhook_id": hook["id"]})
    assert (made.status, made.json["status"], made.json["event_id"]) == (202, "pending", 1)
    await until(lambda: len(receiver.requests) == 1)
    again = await server.call("POST", "/events/1/send", {"webhook_id": hook["id"]})
    assert again.json["id"] == made.json["id"]
    await until(lambda: len(receiver.requests) == 2)
    first, second = (one.headers["webhook-id"] for one in receiver.requests)
    assert first == second
    shown = (await server.call("GET", "/events/1")).json
    assert [one["id"] for one in shown["deliveries"]] == [made.json["id"]]
    assert shown["webhooks"][0]["delivery_id"] == made.json["id"]
    listed = (await server.call("GET", "/events")).json["items"][0]
    assert listed["deliveries"] == 1
    assert (await server.call("POST", "/events/9/send", {"webhook_id": 1})).status == 404
    assert (await server.call("POST", "/events/1/send", {"webhook_id": 9})).status == 404
    assert await server.parts.database.read(lambda it: list(check.findings(it))) == []


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
