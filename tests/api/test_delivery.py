"""Event in, signed webhook out, retried until it arrives."""

import hashlib
import hmac
import json
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.conftest import Clock, Receiver, Server, until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def history(server: Server, webhook_id: int) -> Any:
    return (await server.call("GET", f"/webhooks/{webhook_id}/deliveries")).json


async def test_an_event_arrives_signed_both_ways(server: Server, receiver: Receiver) -> None:
    """Both documented checks pass: over the raw body and over the payload dumped again."""
    await server.webhook(receiver.url, "user.created", secret=SECRET)
    await server.event(user_id=1, first_name="Вася 🚀", big=2**70, pi=1.10, z={"b": 1, "a": 2})
    await until(lambda: receiver.requests)
    [got] = receiver.requests
    dumped = json.dumps(json.loads(got.body), sort_keys=True).encode()
    assert dumped == got.body
    digest = hmac.new(SECRET.encode(), dumped, hashlib.sha256).hexdigest()
    assert got.headers["X-Webhook-Signature"] == f"sha256={digest}"
    assert got.headers["X-Webhook-Event"] == "user.created"


async def test_the_published_library_verifies_every_attempt(
    starting: Any, receiver: Receiver
) -> None:
    """`standardwebhooks` accepts the first try and the retry, under one webhook-id."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.01])
    receiver.status = 500
    hook = await server.webhook(receiver.url, "user.created", secret=SECRET)
    await server.event(user_id=1)
    await until(lambda: len(receiver.requests) == 2)
    for one in receiver.requests:
        Webhook(SECRET).verify(one.body, {name.lower(): v for name, v in one.headers.items()})
    assert len({one.headers["webhook-id"] for one in receiver.requests}) == 1
    assert [one.headers["X-Webhook-Attempt"] for one in receiver.requests] == ["1", "2"]

    async def ended() -> bool:
        return bool((await history(server, hook["id"]))["items"][0]["status"] == "failed")

    await until(ended)


async def test_a_request_tells_which_event_and_when(server: Server, receiver: Receiver) -> None:
    """When it happened, not when it came: at first, by hand again, and sent elsewhere by hand."""
    hook = await server.webhook(receiver.url)
    elsewhere = await server.webhook(f"{receiver.url}elsewhere", "ticket.*")
    body = {"type": "user.created", "payload": {"user_id": 1}, "timestamp": "2026-01-15T10:30:00Z"}
    event = (await server.call("POST", "/events", body)).json
    await until(lambda: receiver.requests)
    [delivery] = (await history(server, hook["id"]))["items"]
    await server.call("POST", f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/retry")
    await server.call("POST", f"/events/{event['id']}/send", {"webhook_id": elsewhere["id"]})
    await until(lambda: len(receiver.requests) == 3)
    for one in receiver.requests:
        assert one.headers["X-Webhook-Event-Id"] == str(event["id"])
        assert one.headers["X-Webhook-Event-Time"] == "2026-01-15T10:30:00.000000Z"


async def test_what_waited_in_the_table_tells_when_it_happened(
    server: Server, receiver: Receiver
) -> None:
    """A delivery that was not in memory any more is sent with its event's time."""
    hook = await server.webhook(receiver.url, is_active=False)
    body = {"type": "user.created", "payload": {"user_id": 1}, "timestamp": "2026-01-15T10:30:00Z"}
    await server.call("POST", "/events", body)
    await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    replay = {"since": "2020-01-01T00:00:00Z", "status": "skipped"}
    assert (await server.call("POST", f"/webhooks/{hook['id']}/replay", replay)).status == 202
    await until(lambda: receiver.requests)
    assert receiver.requests[0].headers["X-Webhook-Event-Time"] == "2026-01-15T10:30:00.000000Z"


async def test_a_test_is_no_event(server: Server, receiver: Receiver) -> None:
    """It has no event's id, so that nobody books it, and the time when it was made."""
    hook = await server.webhook(receiver.url)
    made = (await server.call("POST", f"/webhooks/{hook['id']}/test")).json
    await until(lambda: receiver.requests)
    headers = receiver.requests[0].headers
    assert "X-Webhook-Event-Id" not in headers
    assert headers["X-Webhook-Event-Time"] == made["created_at"]


async def test_a_failed_delivery_waits_for_its_time(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """The first retry is due 5 to 6 s after the failure, and is told."""
    receiver.status = 503
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)

    async def tried() -> bool:
        return bool((await history(server, hook["id"]))["items"][0]["attempt_number"] == 1)

    await until(tried)
    [delivery] = (await history(server, hook["id"]))["items"]
    assert delivery["status"] == "pending"
    assert delivery["error_code"] == "http_status"
    assert delivery["response_status"] == 503
    assert delivery["next_retry_at"] > delivery["created_at"]
    assert len(receiver.requests) == 1


async def test_an_inactive_webhook_skips_and_says_so(server: Server, receiver: Receiver) -> None:
    """Nothing is sent, nothing is forgotten."""
    hook = await server.webhook(receiver.url, is_active=False)
    event = await server.event(user_id=1)
    [delivery] = (await history(server, hook["id"]))["items"]
    assert delivery["status"] == "skipped"
    shown = (await server.call("GET", f"/events/{event['id']}")).json
    assert shown["webhooks"][0]["verdict"] == "skipped"
    on = await server.call("PATCH", f"/webhooks/{hook['id']}", {"is_active": True})
    assert on.json["skipped_since_inactive"] == 1
    assert receiver.requests == []


async def test_a_restart_goes_on_where_it_stopped(starting: Any, receiver: Receiver) -> None:
    """What was pending when the server stopped is sent by the next one."""
    server: Server = await starting(now=None, delivery__retry_schedule=[0.3])
    receiver.status = 500
    await server.webhook(receiver.url)
    await server.event(user_id=1)
    await until(lambda: receiver.requests)
    await starting.stop()
    receiver.status = 200
    again: Server = await starting(now=None)

    async def delivered() -> bool:
        stats = await again.call("GET", "/webhooks/stats")
        return bool(stats.json["successful_deliveries"] == 1)

    await until(delivered)


async def test_a_private_address_is_refused_when_it_is_saved(server: Server) -> None:
    """The sentence names the address and the setting."""
    for url in ("http://10.0.0.5/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"):
        body = {"name": "x", "url": url, "event_type": "*"}
        reply = await server.call("POST", "/webhooks", body)
        assert reply.status == 422
        assert "allowed_networks" in reply.json["detail"]
