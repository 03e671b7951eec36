"""Subscriptions and topics: what a client asks for on /ws (contract §3)."""

import json

import aiohttp
import pytest

from tests.api.websockets import hello
from tests.conftest import Receiver, Server


async def test_a_subscription_takes_effect_between_two_events(server: Server) -> None:
    """Families and types; what does not fit is not sent; another connection is not touched."""
    async with server.socket() as narrow, server.socket() as wide:
        await hello(narrow)
        await hello(wide)
        await narrow.send_json({"type": "subscribe", "events": ["ticket.*"]})
        assert await narrow.receive_json() == {"type": "subscribed", "events": ["ticket.*"]}
        await server.event(user_id=1)
        await server.event("ticket.created", ticket_id=1, user_id=1)
        assert (await narrow.receive_json())["id"] == 2
        assert [(await wide.receive_json())["id"] for _ in range(2)] == [1, 2]
        await narrow.send_json({"type": "subscribe", "events": ["*"]})
        await narrow.receive_json()
        await server.event(user_id=1)
        assert (await narrow.receive_json())["id"] == 3


async def test_the_delivery_feed_is_for_who_asks(server: Server, receiver: Receiver) -> None:
    """pending, then success; without bodies; webhooks too."""
    async with server.socket() as socket, server.socket() as other:
        await hello(socket)
        await hello(other)
        await socket.send_json({"type": "subscribe", "topics": ["deliveries"]})
        await socket.receive_json()
        hook = await server.webhook(receiver.url)
        created = await socket.receive_json()
        assert (created["type"], created["payload"]["id"]) == ("webhook.updated", hook["id"])
        await server.event(user_id=1)
        news = [await socket.receive_json() for _ in range(4)]
        assert [one["type"] for one in news] == [
            "user.created",
            "delivery.updated",
            "delivery.updated",
            "webhook.updated",
        ]
        assert [one["payload"]["status"] for one in news[1:3]] == ["pending", "success"]
        assert "response_body" not in news[2]["payload"]
        assert "payload" not in news[2]["payload"]
        assert news[3]["payload"]["success_count"] == 1
        assert (await other.receive_json())["type"] == "user.created"
        with pytest.raises(TimeoutError):
            await other.receive(timeout=0.05)


async def test_a_disabled_webhook_is_told(server: Server, receiver: Receiver) -> None:
    """On both topics."""
    receiver.status = 410
    async with server.socket() as socket:
        await hello(socket)
        await socket.send_json({"type": "subscribe", "events": [], "topics": ["webhooks"]})
        await socket.receive_json()
        await server.webhook(receiver.url)
        await server.event(user_id=1)
        types = [(await socket.receive_json())["type"] for _ in range(3)]
        assert types == ["webhook.updated", "webhook.updated", "webhook.disabled"]


async def test_a_client_that_floods_is_answered_with_errors_and_then_closed(server: Server) -> None:
    """A hundred messages in ten seconds are enough for anybody."""
    async with server.socket() as socket:
        await hello(socket)
        for _ in range(450):
            await socket.send_json({"type": "ping"})
        kinds = []
        while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            kinds.append(json.loads(message.data)["type"])
        assert message.data == 1008
        assert kinds.count("pong") >= 100
        assert "error" in kinds
