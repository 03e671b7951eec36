"""Chats: every format against a stand-in that refuses what the service refuses (contract §4)."""

import json
import re
from typing import Any

import pytest
from aiohttp import web

from tests.api.chats import CHAT, OPTIONS, PATHS, TOKEN, Chats, hook
from tests.conftest import Clock, Receiver, Server, until

SECRET = TOKEN.partition(":")[2]
EVERY = pytest.mark.parametrize("kind", list(OPTIONS))


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


async def test_a_burst_is_one_message_and_each_event_has_its_attempt(
    server: Server, chats: Chats, clock: Clock
) -> None:
    """Counts by type, their money, the last few in words; retried together."""
    made = await hook(server, chats, is_active=False)
    for _ in range(12):
        paid = {"transaction_id": 1, "user_id": 5, "amount_kopeks": 45_000}
        await server.event("payment.completed", **paid)
    for number in range(3):
        await server.event("ticket.created", ticket_id=number, user_id=1, title="<Не\nработает>")
    path = f"/webhooks/{made['id']}"
    await server.call("PATCH", path, {"is_active": True})
    chats.chats[str(CHAT)] = "busy"
    await server.call(
        "POST", f"{path}/replay", {"since": "2020-01-01T00:00:00Z", "status": "skipped"}
    )
    await until(lambda: chats.requests)
    chats.chats[str(CHAT)] = "fine"

    async def attempted() -> Any:
        items = (await server.call("GET", f"{path}/deliveries")).json["items"]
        return all(one["attempt_number"] == 1 for one in items) and items

    items = await until(attempted)
    assert {one["error_code"] for one in items} == {"http_status"}
    assert len({one["next_retry_at"] for one in items}) == 1
    clock.advance(60)
    await server.event("user.created", user_id=1)  # makes the worker look around
    await until(lambda: chats.messages)
    clock.advance(4)
    await server.event("user.created", user_id=2)
    await until(lambda: len(chats.messages) == 2)
    first, *rest = chats.messages[1]["shown"].split("\n")
    assert first.startswith("12 пополнений, 5 400 ₽ · 3 новых тикета")
    assert "• Новый тикет 2: <Не работает>" in rest
    assert len(rest) == 5
    after = (await server.call("GET", path)).json
    assert after["failure_count"] == 15


async def test_a_redirect_counts_as_taken_where_that_was_asked_for(
    server: Server, receiver: Receiver
) -> None:
    """302 and 303, as Google Apps Script answers after its work; no other one."""

    async def done(request: web.Request) -> web.Response:
        status = int(request.path.strip("/"))
        return web.Response(status=status, headers={"Location": "https://elsewhere.example/"})

    receiver.answer = done
    for status, outcome in ((302, "success"), (303, "success"), (301, "pending"), (307, "pending")):
        made = await server.webhook(f"{receiver.url}{status}", "ticket.*", accept_redirects=True)
        assert made["accept_redirects"] is True
        await server.event("ticket.created", ticket_id=1, user_id=1)
        assert (await last(server, made["id"]))["status"] == outcome
        await server.call("PATCH", f"/webhooks/{made['id']}", {"is_active": False})
    made = await server.webhook(f"{receiver.url}302", "user.created")
    await server.event(user_id=1)
    assert (await last(server, made["id"]))["error_code"] == "redirect"
