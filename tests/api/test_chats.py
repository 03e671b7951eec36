"""Events in words, into every chat; its stand-in refuses what the service refuses (contract §4)."""

import json
from typing import Any

import pytest

from tests.api.chats import CHAT, EVERY, TOKEN, Chats, hook, last
from tests.conftest import Clock, Server, until


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
@pytest.mark.parametrize("one", ["x", "ы", "&", "<", "😀", "*_~`|>[](#-\\", "<b>&amp;</b>\n# x\n"])
async def test_what_is_too_long_is_cut_never_refused(
    server: Server, chats: Chats, kind: str, one: str
) -> None:
    """With «…» at the end, never in the middle of an escape; once, though the answer repeats it."""
    made = await hook(server, chats, kind, options={"text": "{message_text}"})
    text = (one * 50_000)[: 50_000 if one.isascii() else 20_000].rstrip()
    await server.event("ticket.message_added", ticket_id=1, message_id=1, message_text=text)
    await until(lambda: chats.messages)
    shown = chats.messages[0]["shown"]
    assert shown.endswith("…") or shown == text
    assert text.startswith(shown.removesuffix("…"))
    assert len(shown) >= 700
    assert (await last(server, made["id"]))["status"] == "success"


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
