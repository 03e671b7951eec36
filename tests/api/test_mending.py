"""Retry, cancel, replay, test, rotate: what an operator does about deliveries (contract §4)."""

import asyncio
import json
from functools import partial
from typing import Any

from aiohttp import web

from bedolaga_events.store import check
from tests.api.shown import ended, history, tried_once
from tests.conftest import Clock, Receiver, Server, until


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
