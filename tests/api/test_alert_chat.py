"""`alerts.webhook_id`: alerts in a chat's words and language, without a delivery (contract §5)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bedolaga_events.messengers import NO_CHAT, ChatWebhook
from tests.api.chats import CHAT, TOKEN, Chats, running
from tests.conftest import Receiver, Server, until

SECRET = TOKEN.partition(":")[2]


@pytest.fixture
async def chats(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chats]:
    monkeypatch.setattr(ChatWebhook, "pauses", (0.01, 0.01))
    async with running() as one:
        yield one


async def with_chat(starting: Any, chats: Chats, **fields: Any) -> Server:
    """A server whose webhook 1 is the chat that gets the alerts."""
    server: Server = await starting(alerts__webhook_id=1)
    options = {"chat_id": CHAT, **fields.pop("options", {})}
    given = {"format": "telegram", "secret": TOKEN, "options": options, "is_active": False}
    made = await server.webhook(chats.url + "/", **{**given, **fields})
    assert made["id"] == 1
    return server


async def deactivated(server: Server, receiver: Receiver, name: str) -> None:
    """A webhook that the server deactivates."""
    receiver.status = 410
    await server.webhook(receiver.url + "hook", name=name)
    await server.event(user_id=1)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_an_alert_is_said_in_the_chat(
    starting: Any, chats: Chats, receiver: Receiver, language: str
) -> None:
    """In its language, escaped, though the webhook is inactive; there is no delivery of it."""
    server = await with_chat(starting, chats, options={"language": language})
    await deactivated(server, receiver, "CRM <b> & {name}")
    await until(lambda: chats.messages)
    assert [one["shown"] for one in chats.messages] == [
        {
            "ru": "Вебхук «CRM <b> & {name}» отключён сервером: "
            "получатель ответил 410 Gone: его больше нет.",
            "en": "Webhook “CRM <b> & {name}” was deactivated: The receiver answered 410 Gone.",
        }[language]
    ]
    page = (await server.call("GET", "/webhooks/1/deliveries")).json
    assert [one["status"] for one in page["items"]] == ["skipped"]  # the event's
    shown = (await server.call("GET", "/webhooks/1")).json
    assert (shown["success_count"], shown["failure_count"]) == (0, 0)


async def test_it_is_tried_three_times(starting: Any, chats: Chats, receiver: Receiver) -> None:
    """Then it is given up, and the next one has its own tries."""
    server = await with_chat(starting, chats)
    chats.answers = [web.Response(status=502) for _ in range(3)]
    await deactivated(server, receiver, "first")
    await until(lambda: len(chats.requests) == 3)
    await deactivated(server, receiver, "second")
    await until(lambda: chats.messages)
    assert ["first" in one["shown"] for one in chats.messages] == [False]
    assert len(chats.requests) == 4


async def test_no_alert_is_about_itself(starting: Any, chats: Chats, receiver: Receiver) -> None:
    """When it is the chat's own webhook that is deactivated, only the others are told."""
    server = await with_chat(starting, chats, is_active=True)
    chats.answers = [web.Response(status=410)]
    await server.event(user_id=1)

    async def is_off() -> bool:
        return bool((await server.call("GET", "/webhooks/1")).json["state"] == "disabled")

    await until(is_off)
    await deactivated(server, receiver, "other")
    await until(lambda: chats.messages)
    assert ["other" in one["shown"] for one in chats.messages] == [True]


async def test_the_test_tells_what_the_chat_said(starting: Any, chats: Chats) -> None:
    """In the service's words with advice; the token is in none of them."""
    server = await with_chat(starting, chats)
    [said] = (await server.call("POST", "/alerts/test")).json["items"]
    assert said == {"name": "alerts.webhook_id 1", "ok": True, "sentence": "the chat took it"}
    chats.chats[str(CHAT)] = "kicked"
    [said] = (await server.call("POST", "/alerts/test")).json["items"]
    assert not said["ok"]
    assert "kicked" in said["sentence"]
    assert SECRET not in str(said)


async def test_a_chat_with_a_new_id_is_followed(
    starting: Any, chats: Chats, receiver: Receiver
) -> None:
    """No delivery stores the id for it: the second try goes there."""
    old = -7
    chats.chats[str(old)] = "moved"
    server = await with_chat(starting, chats, options={"chat_id": old})
    await deactivated(server, receiver, "CRM")
    await until(lambda: chats.messages)
    assert [one["chat_id"] for one in chats.messages] == [CHAT]


async def test_an_id_of_no_chat_is_a_warning_at_the_start(starting: Any, chats: Chats) -> None:
    """Whether there is no such webhook, or it is none of a chat; it may become one later."""
    with capture_logs() as lines:
        server: Server = await starting(alerts__webhook_id=1)
        await until(lambda: any(one["event"] == NO_CHAT for one in lines))
    [said] = (await server.call("POST", "/alerts/test")).json["items"]
    assert (said["ok"], said["sentence"]) == (False, NO_CHAT)
    await server.webhook(chats.url + "/", is_active=False)
    [said] = (await server.call("POST", "/alerts/test")).json["items"]
    assert (said["ok"], said["sentence"]) == (False, NO_CHAT)
    given: dict[str, Any] = {"format": "telegram", "secret": TOKEN, "options": {"chat_id": CHAT}}
    given["url"] = chats.url + "/"
    assert (await server.call("PATCH", "/webhooks/1", given)).status == 200
    [said] = (await server.call("POST", "/alerts/test")).json["items"]
    assert said["ok"]
