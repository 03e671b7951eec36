"""What a format asks of a webhook's other fields, and what becomes of its secrets (contract §4)."""

from typing import Any

import pytest

from tests.api.chats import CHAT, PATHS, TOKEN, Chats, hook
from tests.conftest import Receiver, Server, until


@pytest.mark.parametrize("kind", ["discord", "slack"])
async def test_a_secret_url_is_masked_and_may_be_sent_back(
    server: Server, chats: Chats, kind: str
) -> None:
    """Host and first characters are shown; sent back it means unchanged, elsewhere nothing."""
    made = await hook(server, chats, kind)
    assert made["url"] == f"{chats.url}{PATHS[kind][:6]}••••••"
    path = f"/webhooks/{made['id']}"
    same = await server.call("PATCH", path, {**made, "name": "new"})
    assert (same.status, same.json["url"], same.json["name"]) == (200, made["url"], "new")
    await server.event(user_id=1)
    await until(lambda: chats.messages)
    other = await server.call("PATCH", path, {"url": "https://discord.com/api/••••••"})
    assert (other.status, other.json["errors"][0]["loc"]) == (422, ["url"])
    assert (await server.call("PATCH", path, {"format": "json"})).status == 422
    body = {"name": "x", "event_type": "*", "format": kind, "url": made["url"]}
    assert (await server.call("POST", "/webhooks", body)).status == 422
    assert (await server.call("PATCH", path, {"url": f"{chats.url}/services/a/b/c"})).status == 200
    kept = await server.parts.database.read(
        lambda it: it.execute("SELECT url FROM webhooks").fetchall()
    )
    assert kept == [(f"{chats.url}/servi••••••",)]


BOT = {"format": "telegram", "secret": TOKEN}
HERE = {"url": "http://127.0.0.1/"}
NTFY = {"format": "ntfy", **HERE}


@pytest.mark.parametrize(
    ("fields", "options", "where"),
    [
        ({"format": "telegram"}, {"chat_id": 1}, ["secret"]),
        (BOT, {}, ["options", "chat_id"]),
        (BOT, {"chat_id": "me"}, ["options", "chat_id"]),
        (BOT, {"chat_id": True}, ["options", "chat_id"]),
        ({**BOT, "url": "https://tg.example/api?key=1"}, {"chat_id": 1}, ["url"]),
        ({**BOT, "url": "https://tg.example/#x"}, {"chat_id": 1}, ["url"]),
        ({**BOT, "format": "max"}, {"chat_id": "@shop"}, ["options", "chat_id"]),
        ({"format": "discord", **HERE}, {"username": "My Discord"}, ["options", "username"]),
        (BOT, {"chat_id": 1, "tags": "x"}, ["options", "tags"]),
        (BOT, {"chat_id": 1, "thread_id": "x"}, ["options", "thread_id"]),
        ({**BOT, "secret": "a b"}, {"chat_id": 1}, ["secret"]),
        ({"format": "telegram", "generate_secret": True}, {"chat_id": 1}, ["generate_secret"]),
        ({"format": "discord", **HERE, "secret": "x"}, {}, ["secret"]),
        ({"format": "discord"}, {}, ["url"]),
        ({"format": "discord", **HERE}, {"username": "\ud800"}, ["options", "username"]),
        ({**NTFY, "secret": "ключ"}, {}, ["secret"]),
        (NTFY, {"priority": 6}, ["options", "priority"]),
        (NTFY, {"tags": ["a\r\nb"]}, ["options", "tags"]),
        ({"format": "slack", **HERE}, {"language": "de"}, ["options", "language"]),
        (HERE, {"text": "x"}, ["options", "text"]),
        (HERE, {"colour": "x"}, ["options", "colour"]),
        (HERE, "x", ["options"]),
        ({"format": "icq", **HERE}, {}, ["format"]),
        ({}, {}, ["url"]),
    ],
)
async def test_what_a_format_does_not_take_is_named(
    server: Server, fields: Any, options: Any, where: list[str]
) -> None:
    """422 with the field; nothing is stored."""
    body = {"name": "x", "event_type": "*", **fields, "options": options}
    reply = await server.call("POST", "/webhooks", body)
    assert reply.status == 422
    assert reply.json["errors"][0]["loc"][: len(where)] == where
    assert (await server.call("GET", "/webhooks")).json["total"] == 0


async def test_a_change_of_format_takes_nothing_along_that_it_should_not(
    server: Server, chats: Chats, receiver: Receiver
) -> None:
    """A signing secret is no token, a receiver's address no API; a token signs nothing."""
    made = await server.webhook(receiver.url, secret="signing")
    path = f"/webhooks/{made['id']}"
    change: dict[str, Any] = {"format": "telegram", "options": {"chat_id": CHAT}}
    assert (await server.call("PATCH", path, change)).json["errors"][0]["loc"] == ["secret"]
    moved = (await server.call("PATCH", path, {**change, "secret": TOKEN})).json
    assert (moved["url"], moved["max_per_minute"]) == ("https://api.telegram.org", 20)
    assert (await server.call("PATCH", path, {"secret": None})).status == 422
    assert (await server.call("POST", f"{path}/rotate-secret")).status == 422
    assert (await server.call("PATCH", path, {"url": chats.url})).status == 200
    await server.event(user_id=1)
    await until(lambda: chats.messages)
    assert (await server.call("PATCH", path, {"format": "json"})).json["errors"][0]["loc"] == [
        "url"
    ]
    back = (await server.call("PATCH", path, {"format": "json", "url": receiver.url})).json
    assert (back["has_secret"], back["options"], back["max_per_minute"]) == (False, {}, 0)
    await server.event(user_id=2)
    await until(lambda: receiver.requests)
    assert "X-Webhook-Signature" not in receiver.requests[0].headers
    assert receiver.requests[0].body == b'{"user_id": 2}'
