"""PATCH of a webhook: what is given changes, what was read may be sent back (contract §4)."""

import base64
import hmac
from typing import Any

from tests.conftest import Receiver, Server, until


async def test_patch_changes_what_is_given(server: Server, receiver: Receiver) -> None:
    """An empty secret leaves it, null removes it; the type may come along unchanged."""
    made = await server.webhook(receiver.url, "user.created", secret="s3cret")
    path = f"/webhooks/{made['id']}"
    same = await server.call(
        "PATCH", path, {"name": "new", "secret": "", "event_type": "user.created"}
    )
    assert (same.status, same.json["name"], same.json["has_secret"]) == (200, "new", True)
    assert same.json["url"] == receiver.url
    other = await server.call("PATCH", path, {"event_type": "*"})
    assert other.status == 422
    await server.event(user_id=1)
    await until(lambda: receiver.requests)
    assert "X-Webhook-Signature" in receiver.requests[0].headers
    assert (await server.call("PATCH", path, {"secret": None})).json["has_secret"] is False
    await server.event(user_id=2)
    await until(lambda: len(receiver.requests) == 2)
    assert "X-Webhook-Signature" not in receiver.requests[1].headers
    assert (await server.call("PATCH", "/webhooks/99", {"name": "x"})).status == 404


async def test_a_webhook_as_it_was_read_may_be_sent_back(
    server: Server, receiver: Receiver
) -> None:
    """Whole: what cannot be changed is ignored, what is masked stays; only the name is new."""
    made = await server.webhook(
        receiver.url, secret="s3cret", headers={"X-A": "1"}, description="d"
    )
    path = f"/webhooks/{made['id']}"
    await server.event(user_id=1)
    await until(lambda: receiver.requests)

    async def recorded() -> Any:
        shown = (await server.call("GET", path)).json
        return shown if shown["last_success_at"] else None

    shown = await until(recorded)
    lies = {"state": "off", "undelivered": 9, "last_error": {"code": "dns"}, "id": 7}
    told = {"skipped_since_inactive": 3}
    reply = await server.call("PATCH", path, {**shown, **lies, **told, "name": "new"})
    assert reply.status == 200
    changed = {"name": "new", "updated_at": reply.json["updated_at"]}
    assert reply.json == shown | changed
    await server.event(user_id=2)
    await until(lambda: len(receiver.requests) == 2)
    assert receiver.requests[1].headers["X-A"] == "1"


async def test_what_is_left_out_of_a_change_has_no_default_in_the_document(server: Server) -> None:
    """A generated client that sends its defaults would wipe what it does not name (T1, T20)."""
    schemas = (await server.call("GET", "/openapi.json")).json["components"]["schemas"]
    for name in ("WebhookChange", "StatsInput"):
        fields = schemas[name]["properties"].values()
        assert fields
        assert not any("default" in one for one in fields), name
        assert not schemas[name].get("required")


async def test_what_is_pasted_is_trimmed(server: Server, receiver: Receiver) -> None:
    """The secret that signs has no blanks at its ends, nor has the URL (D21)."""
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    made = await server.webhook(
        f"  {receiver.url}\n", name=" CRM ", secret=f" {secret}\n", description=" d "
    )
    assert (made["name"], made["url"], made["description"]) == ("CRM", receiver.url, "d")
    await server.event(user_id=1)
    await until(lambda: receiver.requests)
    got = receiver.requests[0]
    expected = hmac.digest(secret.encode(), got.body, "sha256").hex()
    assert got.headers["X-Webhook-Signature"] == f"sha256={expected}"
    blank = await server.call("PATCH", f"/webhooks/{made['id']}", {"secret": "  "})
    assert blank.json["has_secret"] is True


async def test_masked_headers_keep_their_values(server: Server, receiver: Receiver) -> None:
    """An edit form sends back what it was shown."""
    made = await server.webhook(receiver.url, headers={"Authorization": "Bearer x", "X-Old": "1"})
    shown = {"Authorization": made["headers"]["Authorization"], "X-New": "2"}
    await server.call("PATCH", f"/webhooks/{made['id']}", {"headers": shown})
    await server.event(user_id=1)
    await until(lambda: receiver.requests)
    got = receiver.requests[0].headers
    assert (got["Authorization"], got["X-New"], got.get("X-Old")) == ("Bearer x", "2", None)
