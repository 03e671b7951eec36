"""What a chat's answer means: its words, its wishes, where it moved, what is none (contract §4)."""

import gzip
import re
from typing import Any

import pytest
from aiohttp import web

from tests.api.chats import CHAT, Chats, hook, last
from tests.conftest import Clock, Receiver, Server, until


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


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok": true, "result": {"text": "' + b"\\u0444" * 4_000 + b'"}}',  # only 16 KiB are kept
        b'{"ok": true, "result": {"text": "br',
        b'\xef\xbb\xbf {"ok":true}',
        gzip.compress(b'{"ok": true}'),
    ],
    ids=["long", "broken off", "from PHP", "compressed"],
)
async def test_what_telegram_took_is_not_sent_again(
    server: Server, chats: Chats, body: bytes
) -> None:
    """It said so in the beginning of its answer."""
    made = await hook(server, chats)
    chats.answers = [web.Response(body=body, content_type="application/json")]
    await server.event(user_id=1)
    assert (await last(server, made["id"]))["status"] == "success"


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("telegram", {"ok": False, "description": None}, "Telegram: HTTP 400"),
        ("telegram", {"ok": False, "description": {"a": 1}}, "Telegram: HTTP 400"),
        ("discord", {"message": None}, "Discord: HTTP 400"),
        (
            "discord",
            {
                "message": "Invalid Form Body",
                "errors": {"content": {"_errors": [{"code": "X", "message": "Too long."}]}},
            },
            "Discord: Invalid Form Body: Too long.",
        ),
        ("slack", {"success": False, "error": "invalid-channel"}, "Slack: invalid-channel"),
        ("slack", {"message": ["x"]}, "HTTP 400"),
        ("ntfy", {"error": None}, "ntfy: HTTP 400"),
        ("max", {"message": {}}, "MAX: HTTP 400"),
    ],
)
async def test_an_odd_refusal_is_told_in_words(
    server: Server, chats: Chats, kind: str, said: Any, words: str
) -> None:
    """No None, no dictionary: its words where there are some, else the status."""
    made = await hook(server, chats, kind)
    chats.answers = [web.json_response(said, status=400)]
    await server.event(user_id=1)
    assert (await last(server, made["id"]))["error_message"] == words


@pytest.mark.parametrize("moved", [True, -1e300, 10**40, "", "x", [CHAT]])
async def test_no_odd_id_takes_the_place_of_the_chat(
    server: Server, chats: Chats, moved: Any
) -> None:
    """Only a number moves it, and only then it is told so."""
    made = await hook(server, chats)
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    said = {"ok": False, "description": words, "parameters": {"migrate_to_chat_id": moved}}
    chats.answers = [web.json_response(said, status=400)]
    await server.event(user_id=1)
    assert (await last(server, made["id"]))["error_message"] == f"Telegram: {words}"
    after = (await server.call("GET", f"/webhooks/{made['id']}")).json
    assert after["options"] == {"chat_id": CHAT}


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
