"""What moves many deliveries at once: replay, cancel all, delete (contract §4)."""

from typing import Any

from tests.api.shown import ended, history, tried_once
from tests.conftest import Receiver, Server, until

SINCE = "2026-01-01T00:00:00Z"


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


async def test_what_a_receiver_missed_is_sent_again(starting: Any, receiver: Receiver) -> None:
    """What was given up and what waits for another attempt; not what was cancelled, nor tests."""
    server: Server = await starting(now=None, delivery__retry_schedule=[3600.0])
    receiver.status = 500
    hook = await server.webhook(receiver.url)
    path = f"/webhooks/{hook['id']}"
    for number in range(4):
        await server.event(user_id=number)
    await server.call("POST", f"{path}/test")
    await tried_once(server, hook["id"])
    await server.call("POST", f"{path}/deliveries/1/cancel")
    assert (await server.call("GET", path)).json["undelivered"] == 3
    body = {"since": SINCE, "status": "undelivered"}
    dry = await server.call("POST", f"{path}/replay", body | {"dry_run": True})
    assert dry.json["matching"] == 3
    receiver.status = 200
    assert (await server.call("POST", f"{path}/replay", body)).json == {"queued": 3}
    sent = await ended(server, hook["id"], "success", 3)
    assert [one["event_id"] for one in sent] == [4, 3, 2]
    assert (await server.call("GET", path)).json["undelivered"] == 0


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


async def test_deleting_a_webhook_with_a_long_history(server: Server, receiver: Receiver) -> None:
    """In steps; the counters follow."""
    hook = await server.webhook(receiver.url, is_active=False)
    events = [{"type": "user.created", "payload": {"user_id": n}} for n in range(1000)]
    for _ in range(3):
        await server.call("POST", "/events/batch", {"events": events})
    assert (await server.call("DELETE", f"/webhooks/{hook['id']}")).status == 204
    assert (await server.call("GET", "/webhooks/stats")).json["total_deliveries"] == 0
    assert (await server.call("GET", f"/webhooks/{hook['id']}")).status == 404
