"""Webhooks: create, list, change, delete, check (contract §4)."""

from typing import Any

import pytest

from tests.conftest import Receiver, Server, until

URL = "http://127.0.0.1:9/hook"


async def test_the_reply_has_every_field_and_no_secret(server: Server) -> None:
    """The secret is write-only; header values are masked."""
    made = await server.webhook(
        URL, "ticket.*", secret="s3cret", headers={"Authorization": "Bearer x"}
    )
    assert set(made) == {
        "id", "name", "url", "event_type", "is_active", "description", "created_at", "updated_at",
        "last_triggered_at", "failure_count", "success_count", "has_secret", "disabled_reason",
        "headers", "max_per_minute", "state", "failing_since", "last_error", "last_success_at",
        "undelivered", "format", "options", "accept_redirects", "event_types", "filter",
    }  # fmt: skip
    assert made["has_secret"] is True
    assert list(made["headers"]) == ["Authorization"]
    assert "Bearer x" not in str(made)
    assert (await server.call("GET", f"/webhooks/{made['id']}")).json == made


async def test_lists_are_paged_filtered_and_newest_first(server: Server) -> None:
    """items, total, limit, offset."""
    for number in range(5):
        await server.webhook(URL, "user.created", name=f"Hook {number}", is_active=number != 2)
    page = (await server.call("GET", "/webhooks?limit=2&offset=1")).json
    assert [one["name"] for one in page["items"]] == ["Hook 3", "Hook 2"]
    assert (page["total"], page["limit"], page["offset"]) == (5, 2, 1)
    inactive = (await server.call("GET", "/webhooks?is_active=false")).json
    assert [one["name"] for one in inactive["items"]] == ["Hook 2"]
    assert (await server.call("GET", "/webhooks?q=hook%204")).json["total"] == 1
    assert (await server.call("GET", "/webhooks?event_type=user.created")).json["total"] == 5
    for query in ("limit=0", "limit=201", "offset=-1", "is_active=maybe"):
        assert (await server.call("GET", f"/webhooks?{query}")).status == 422
    assert (await server.call("GET", "/webhooks?_=1768473000")).json["total"] == 5  # a cache-buster


async def test_search_knows_upper_and_lower_case_in_russian_too(server: Server) -> None:
    """In the name, the URL and the description."""
    await server.webhook(URL, name="Бухгалтерия", description="Для Ольги")
    await server.webhook(URL + "CRM", name="CRM")
    for text, names in (("бухг", 1), ("ОЛЬГ", 1), ("crm", 1), ("HTTP:", 2), ("нет", 0)):
        found = (await server.call("GET", f"/webhooks?q={text}")).json
        assert len(found["items"]) == found["total"] == names, text


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "http://user:pw@example.com/"}, "url"),
        ({"url": "http:///nowhere"}, "url"),
        ({"url": "http://example.com/a b"}, "url"),
        ({"url": "http://example.com:99999/"}, "url"),
        ({"url": "http://10.0.0.5/"}, "url"),
        ({"url": "http://2130706433.1/"}, None),
        ({"event_type": "tickets.*"}, "event_type"),
        ({"url": "http://xn--a.example/"}, "url"),
        ({"url": "http://a..b/"}, "url"),
        ({"url": "http://example.com/\ud800"}, "url"),
        ({"url": "http://\udfff.example/"}, "url"),
        ({"url": "http://example.com:0/"}, "url"),
        ({"url": "http://example.com:-1/"}, "url"),
        ({"url": "http://example.com:http/"}, "url"),
        ({"url": "http://example.com:٣/"}, "url"),
        ({"url": "http://[::1/"}, "url"),
        ({"url": f"http://{'a' * 64}.example/"}, "url"),
        ({"url": "   "}, "url"),
        ({"name": "a\ud800"}, "name"),
        ({"name": " "}, "name"),
        ({"description": "\udc00"}, "description"),
        ({"event_type": "\ud83d"}, "event_type"),
        ({"secret": "\ud83d"}, "secret"),
        ({"secret": "whsec_***"}, "secret"),
        ({"secret": "whsec_"}, "secret"),
        ({"secret": " whsec_ "}, "secret"),
        ({"secret": "whsec_" + "A" * 28 + "=="}, "secret"),
        ({"secret": "whsec_" + "AAAA" * 22}, "secret"),
        ({"max_per_minute": -1}, "max_per_minute"),
        ({"headers": {"TE": "x"}}, "headers"),
        ({"headers": {"trailer": "x"}}, "headers"),
        ({"headers": {"Upgrade": "x"}}, "headers"),
        ({"headers": {"EXPECT": "100-continue"}}, "headers"),
        ({"headers": {"Accept-Encoding": "gzip"}}, "headers"),
        ({"headers": {"X-A": "\x00"}}, "headers"),
        ({"headers": {"X-A": "••••••"}}, "headers"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "headers"),
        ({"headers": {"Host": "x"}}, "headers"),
        ({"headers": {"X-Webhook-Id": "x"}}, "headers"),
        ({"headers": {"Content-Length": "x"}}, "headers"),
        ({"headers": {"X-A": "b\r\nX-C: d"}}, "headers"),
        ({"headers": {"X A": "b"}}, "headers"),
        ({"headers": {f"X-{n}": "b" for n in range(21)}}, "headers"),
        ({"is_active": "yes"}, "is_active"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_bad_fields_are_named(server: Server, fields: Any, where: str | None) -> None:
    """422 with the field; nothing is stored."""
    body = {"name": "x", "url": URL, "event_type": "*", **fields}
    reply = await server.call("POST", "/webhooks", body)
    if where is None:  # a name that does not resolve now may be saved
        assert reply.status in (201, 422)
        return
    assert reply.status == 422
    assert reply.json["errors"][0]["loc"][0] == where
    assert (await server.call("GET", "/webhooks")).json["total"] == 0


async def test_a_generated_secret_is_shown_once(server: Server) -> None:
    """In the reply to its making only."""
    made = await server.webhook(URL, generate_secret=True)
    assert made["secret"].startswith("whsec_")
    assert "secret" not in (await server.call("GET", f"/webhooks/{made['id']}")).json


async def test_null_means_unchanged_or_none(server: Server) -> None:
    """None for the description and the secret, unchanged for everything else."""
    fields = {"secret": "s3cret", "headers": {"X-A": "1"}, "description": "d", "max_per_minute": 5}
    made = await server.webhook(URL, "ticket.*", is_active=False, **fields)
    path = f"/webhooks/{made['id']}"
    unchanged = dict.fromkeys(
        ("name", "url", "event_type", "is_active", "headers", "max_per_minute")
    )
    reply = await server.call("PATCH", path, unchanged)
    assert reply.json == made | {"updated_at": reply.json["updated_at"]}
    none = await server.call("PATCH", path, {"description": None, "secret": None})
    assert (none.json["description"], none.json["has_secret"]) == (None, False)
    unknown = await server.call("PATCH", path, {"colour": None})
    assert (unknown.status, unknown.json["errors"][0]["loc"]) == (422, ["colour"])


async def test_how_a_webhook_fares_is_told(starting: Any, receiver: Receiver) -> None:
    """State, since when, why and how many; the stats add them up."""
    server: Server = await starting(now=None, delivery__retry_schedule=[60])
    made = await server.webhook(receiver.url)
    path = f"/webhooks/{made['id']}"
    assert (made["state"], made["last_error"], made["undelivered"]) == ("working", None, 0)
    receiver.status = 503
    await server.event(user_id=1)

    async def stands(state: str) -> Any:
        shown = (await server.call("GET", path)).json
        return shown if shown["state"] == state else None

    failing = await until(lambda: stands("failing"))
    error = failing["last_error"]
    assert (error["code"], error["status"]) == ("http_status", 503)
    assert failing["failing_since"] <= error["at"]
    assert (failing["undelivered"], failing["last_success_at"]) == (1, None)
    stats = (await server.call("GET", "/webhooks/stats")).json
    assert stats["undelivered_deliveries"] == 1
    receiver.status = 200
    await server.call("POST", f"{path}/deliveries/1/retry")
    working = await until(lambda: stands("working"))
    assert (working["failing_since"], working["last_error"]) == (None, None)
    assert working["last_success_at"]
    off = await server.call("PATCH", path, {"is_active": False})
    assert (off.json["state"], off.json["undelivered"]) == ("off", 0)


async def test_deleting_takes_the_deliveries_along(server: Server) -> None:
    """204, then 404; the totals follow."""
    made = await server.webhook(URL, is_active=False)
    await server.event(user_id=1)
    assert (await server.call("GET", "/webhooks/stats")).json["skipped_deliveries"] == 1
    assert (await server.call("DELETE", f"/webhooks/{made['id']}")).status == 204
    assert (await server.call("GET", f"/webhooks/{made['id']}")).status == 404
    stats = (await server.call("GET", "/webhooks/stats")).json
    assert (stats["total_webhooks"], stats["total_deliveries"], stats["success_rate"]) == (
        0,
        0,
        0.0,
    )


async def test_check_url_says_what_saving_would(server: Server) -> None:
    """The addresses with their rules."""
    local = await server.call("POST", "/webhooks/check-url", {"url": URL})
    assert local.json["allowed"] is True
    refused = await server.call("POST", "/webhooks/check-url", {"url": "http://[::ffff:a00:1]/"})
    assert refused.json["allowed"] is False
    assert refused.json["addresses"][0]["rule"] == "private network 10.0.0.0/8"
    assert "allowed_networks" in refused.json["detail"]


async def test_secrets_are_not_readable_in_the_file(server: Server) -> None:
    """Encrypted at rest; the key lies beside it, for its owner only."""
    await server.webhook(URL, secret="s3cret-in-clear", headers={"X-Key": "header-in-clear"})
    folder = server.parts.database.path.parent
    for file in folder.glob("events.db*"):
        content = file.read_bytes()
        assert b"s3cret-in-clear" not in content
        assert b"header-in-clear" not in content
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
