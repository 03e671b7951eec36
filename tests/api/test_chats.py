"""Chats: every format against a stand-in that refuses what the service refuses (contract §4)."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.api.chats import CHAT, TOKEN, Chats, running
from tests.conftest import Clock, Receiver, Server, until

SECRET = TOKEN.partition(":")[2]
OPTIONS: dict[str, dict[str, Any]] = {
    "telegram": {"chat_id": CHAT},
    "discord": {},
    "slack": {},
    "ntfy": {},
    "max": {"chat_id": CHAT},
}
PATHS = {
    "telegram": "/",
    "discord": "/api/webhooks/815/KEY-of-the-channel",
    "slack": "/services/T00/B00/KEYofthehook",
    "ntfy": "/topic",
    "max": "/",
}
SECRETS = {"telegram": TOKEN, "max": TOKEN}
EVERY = pytest.mark.parametrize("kind", list(OPTIONS))


@pytest.fixture
async def chats() -> AsyncIterator[Chats]:
    async with running() as one:
        yield one


async def hook(server: Server, chats: Chats, kind: str = "telegram", **fields: Any) -> Any:
    """A webhook of a format, into its stand-in."""
    options = {**OPTIONS[kind], **fields.pop("options", {})}
    secret = {"secret": SECRETS[kind]} if kind in SECRETS else {}
    return await server.webhook(
        chats.url + PATHS[kind], format=kind, options=options, **{**secret, **fields}
    )


async def last(server: Server, webhook_id: int) -> Any:
    """The latest delivery of a webhook once it was attempted, with its attempts."""

    async def tried() -> Any:
        path = f"/webhooks/{webhook_id}/deliveries"
        [*items] = (await server.call("GET", path)).json["items"]
        done = items and items[0]["attempt_number"]
        return done and (await server.call("GET", f"{path}/{items[0]['id']}")).json

    return await until(tried)


@EVERY
async def test_an_event_is_said_in_the_chat(server: Server, chats: Chats, kind: str) -> None:
    """In the catalogue's words, Russian unless English is asked for; as success."""
    made = await hook(server, chats, kind)
    english = await hook(server, chats, kind, options={"language": "en"}, name="english")
    assert (made["format"], made["max_per_minute"]) == (kind, 20)
    paid = {"transaction_id": 1, "user_id": 5, "amount_kopeks": 540_000}
    await server.event("payment.completed", **paid)
    await until(lambda: len(chats.messages) == 2)
    assert sorted(one["shown"] for one in chats.messages) == [
        "Top-up of 5,400 ₽, user 5",
        "Пополнение 5 400 ₽, пользователь 5",
    ]
    for one in (made, english):
        assert (await last(server, one["id"]))["status"] == "success"
    assert all("X-Webhook-Id" not in one.headers for one in chats.requests)
    assert all("webhook-signature" not in one.headers for one in chats.requests)


@EVERY
async def test_a_test_works_for_every_format(server: Server, chats: Chats, kind: str) -> None:
    """The type's example, in words."""
    made = await hook(server, chats, kind, event_type="ticket.created")
    assert (await server.call("POST", f"/webhooks/{made['id']}/test")).status == 202
    await until(lambda: chats.messages)
    assert chats.messages[0]["shown"] == "Новый тикет 42: Не работает VPN"


@EVERY
@pytest.mark.parametrize("one", ["x", "&", "<", "😀", "*_~`|>[](#-\\", "<b>&amp;</b>\n# x\n"])
async def test_what_is_too_long_is_cut_never_refused(
    server: Server, chats: Chats, kind: str, one: str
) -> None:
    """With «…» at the end, whatever escaping adds, and never in the middle of an escape."""
    await hook(server, chats, kind, options={"text": "{message_text}"})
    text = (one * 50_000)[: 50_000 if one.isascii() else 20_000].rstrip()
    await server.event("ticket.message_added", ticket_id=1, message_id=1, message_text=text)
    await until(lambda: chats.messages)
    shown = chats.messages[0]["shown"]
    assert shown.endswith("…") or shown == text
    assert text.startswith(shown.removesuffix("…"))
    assert len(shown) >= 700


@EVERY
async def test_own_words_are_escaped_and_expanded_once(
    server: Server, chats: Chats, clock: Clock, kind: str
) -> None:
    """Markup in a payload or in the text is shown, not obeyed."""
    text = "<i>{type}</i> *{id}* {user.name}{gone}"
    made = await hook(server, chats, kind, options={"text": text})
    event = await server.event("user.created", user_id=1, user={"name": "<b>{type} & @everyone_"})
    await until(lambda: chats.messages)
    assert chats.messages[0]["shown"] == (
        f"<i>user.created</i> *{event['id']}* <b>{{type}} & @everyone_"
    )
    await server.call(
        "PATCH", f"/webhooks/{made['id']}", {"options": made["options"] | {"text": "{gone}"}}
    )
    clock.advance(3)
    await server.event("user.created", user_id=1)
    await until(lambda: len(chats.messages) == 2)
    assert chats.messages[1]["shown"] == "Новый пользователь"


async def test_topic_sound_and_an_own_api(server: Server, chats: Chats) -> None:
    """Values may come as texts, as forms send them."""
    options = {"chat_id": str(CHAT), "thread_id": "7", "silent": "true", "text": ""}
    made = await server.webhook(
        f"{chats.url}/own", format="telegram", secret=TOKEN, options=options
    )
    assert made["options"] == {"chat_id": str(CHAT), "thread_id": 7, "silent": True}
    await server.event(user_id=1)
    await until(lambda: chats.messages)
    [message] = chats.messages
    assert (message["message_thread_id"], message["disable_notification"]) == (7, True)
    assert chats.requests[0].path.startswith("/own/bot")


async def test_ntfy_gets_priority_tags_and_its_token(server: Server, chats: Chats) -> None:
    """As headers; what is not ASCII as RFC 2047; the token is not kept with the attempt."""
    options = {"priority": "5", "tags": "moneybag, оплата"}
    made = await hook(server, chats, "ntfy", secret="tk_secret", options=options)
    await server.event(user_id=1)
    await until(lambda: chats.messages)
    headers = chats.messages[0]["headers"]
    assert headers["Priority"] == "5"
    assert headers["Tags"].startswith("=?utf-8?")
    assert headers["Authorization"] == "Bearer tk_secret"
    assert "tk_secret" not in json.dumps(await last(server, made["id"]))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"secret": "1:wrong"}, "Telegram: Unauthorized"),
        ({"options": {"chat_id": 1}}, "Telegram: Bad Request: chat not found"),
        (
            {"options": {"chat_id": "@kicked"}},
            "Telegram: Forbidden: bot was kicked from the supergroup chat",
        ),
        ({"options": {"thread_id": 8}}, "Telegram: Bad Request: message thread not found"),
        ({"options": {"chat_id": -2, "thread_id": 7}}, "Telegram: Bad Request: TOPIC_CLOSED"),
    ],
)
async def test_telegrams_refusal_is_told_in_its_words(
    server: Server, chats: Chats, fields: Any, words: str
) -> None:
    """The API's description is the error, and the attempt failed."""
    chats.chats |= {"@kicked": "kicked", "-2": "closed"}
    made = await hook(server, chats, **fields)
    await server.event(user_id=1)
    delivery = await last(server, made["id"])
    assert delivery["error_code"] == "http_status"
    assert re.fullmatch(re.escape(words) + r"\. [A-Z].*\.", delivery["error_message"])
    assert delivery["status"] == "pending"


async def test_a_wait_that_telegram_asks_for_is_kept(
    server: Server, chats: Chats, clock: Clock
) -> None:
    """`parameters.retry_after`, later than the schedule would have it, for all that waits."""
    chats.chats["-3"] = "busy"
    made = await hook(server, chats, options={"chat_id": -3}, max_per_minute=0)
    await server.event(user_id=1)
    delivery = await last(server, made["id"])
    assert delivery["next_retry_at"] >= "2026-01-15T10:30:33"
    clock.advance(30)
    await server.event(user_id=2)
    assert len(chats.requests) == 1
    chats.chats["-3"] = "fine"
    clock.advance(10)
    await server.event(user_id=3)  # makes the worker look around
    await until(lambda: len(chats.messages) == 3)


async def test_discord_and_slack_say_what_is_wrong(server: Server, chats: Chats) -> None:
    """A float retry_after; a word of Slack's."""
    made = await hook(server, chats, "discord")
    limited = {"message": "You are being rate limited.", "retry_after": 61.5, "global": False}
    chats.answers = [web.json_response(limited, status=429)]
    await server.event(user_id=1)
    delivery = await last(server, made["id"])
    assert delivery["error_message"] == "Discord: You are being rate limited."
    assert delivery["next_retry_at"] >= "2026-01-15T10:31:01"
    await server.call("PATCH", f"/webhooks/{made['id']}", {"is_active": False})
    made = await hook(server, chats, "slack", name="slack")
    chats.answers = [web.Response(status=403, text="invalid_token")]
    await server.event(user_id=1)
    assert (await last(server, made["id"]))["error_message"] == "Slack: invalid_token"


@pytest.mark.parametrize("answer", ["<html>Welcome to nginx!", "[]", '{"result": 1}', "9" * 5_000])
async def test_a_stranger_behind_the_address_is_no_success(
    server: Server, chats: Chats, answer: str
) -> None:
    """A 200 that is not the Bot API's."""
    made = await hook(server, chats)
    chats.answers = [web.Response(text=answer)]
    await server.event(user_id=1)
    delivery = await last(server, made["id"])
    assert (delivery["status"], delivery["error_code"]) == ("pending", "bad_response")


async def test_a_group_that_became_a_supergroup_is_followed(
    server: Server, chats: Chats, clock: Clock
) -> None:
    """The new id is stored, and the next attempt uses it."""
    chats.chats["-55"] = "moved"
    made = await hook(server, chats, options={"chat_id": -55})
    await server.event(user_id=1)
    await last(server, made["id"])
    after = (await server.call("GET", f"/webhooks/{made['id']}")).json
    assert after["options"] == {"chat_id": CHAT}
    clock.advance(7)
    await until(lambda: chats.messages)
    assert chats.messages[0]["chat_id"] == CHAT


@EVERY
async def test_no_secret_comes_out(server: Server, chats: Chats, kind: str, capfd: Any) -> None:
    """Not in a reply, an attempt (though the receiver repeats it), the feed, metrics or the log."""
    made = await hook(server, chats, kind)
    hidden = {"discord": "KEY-of-the-channel", "slack": "KEYofthehook"}.get(kind, SECRET)
    if kind in ("telegram", "discord", "slack"):
        where = f"https://elsewhere{PATHS[kind]}bot{TOKEN}"
        chats.answers = [web.Response(status=302, headers={"Location": where}, text=where)]
    seen = [json.dumps(made)]
    async with server.socket() as socket:
        await socket.receive()
        await socket.send_json({"type": "subscribe", "events": ["*"], "topics": ["deliveries"]})
        await server.event(user_id=1)
        seen.append(json.dumps(await last(server, made["id"])))
        seen += [(await socket.receive()).data for _ in range(3)]
        await server.call("PATCH", f"/webhooks/{made['id']}", {"description": "x"})
        seen.append((await socket.receive()).data)
    for path in ("/webhooks", "/metrics", f"/webhooks/{made['id']}", "/deliveries", "/events/1"):
        seen.append(str((await server.call("GET", path)).json))
    seen += capfd.readouterr()
    assert not [one for one in seen if hidden in one]


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
