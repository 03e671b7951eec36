"""The bot's side: events wait in an outbox and arrive exactly once (bedolaga_events.client)."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from bedolaga_events import client
from bedolaga_events.client import EventPublisher, SyncEventPublisher
from tests.conftest import ADMIN, Server, until


async def logged(server: Server) -> list[Any]:
    items = (await server.call("GET", "/events?since_id=0&limit=200")).json["items"]
    return [one["payload"].get("user_id") for one in items]


async def test_events_arrive_in_order(server: Server, tmp_path: Path) -> None:
    """In batches, with the moment at which they happened."""
    publisher = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    for number in range(150):
        await publisher.emit("user.created", {"user_id": number}, db=object())
    await until(lambda: publisher.pending() == 0)
    assert await logged(server) == list(range(150))
    await publisher.close()


async def test_a_server_that_is_away_delays_and_loses_nothing(
    starting: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """Restarts of the bot and of the server in between; each event once."""
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.05)
    away = EventPublisher("http://127.0.0.1:1", ADMIN, tmp_path / "outbox.db")
    for number in range(5):
        await away.emit("user.created", {"user_id": number})
    await away.close(seconds=0.05)
    server: Server = await starting()
    again = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    assert again.pending() == 5
    await again.emit("user.created", {"user_id": 5})
    await until(lambda: again.pending() == 0)
    assert await logged(server) == [0, 1, 2, 3, 4, 5]
    await again.close()


async def test_a_lost_answer_is_no_second_event(
    server: Server, tmp_path: Path, monkeypatch: Any
) -> None:
    """The request arrived, its answer did not: the repetition is known by its keys."""
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    publisher = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    courier = publisher._courier
    post, calls = courier.post, 0

    def lose_the_first_answer(waiting: Any) -> None:
        nonlocal calls
        calls += 1
        post(waiting)
        if calls == 1:
            raise OSError("the answer was lost")

    monkeypatch.setattr(courier, "post", lose_the_first_answer)
    await publisher.emit("user.created", {"user_id": 1})
    await until(lambda: publisher.pending() == 0)
    assert (calls, await logged(server)) == (2, [1])
    await publisher.close()


async def test_a_bad_event_does_not_hold_up_the_others(server: Server, tmp_path: Path) -> None:
    """It is put aside with the server's sentence; emit itself never fails."""
    publisher = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    await publisher.emit("user.created", {"user_id": 1})
    await publisher.emit("user.created", {"user_id": "not a number"})
    await publisher.emit("user.created", {"user_id": 3, "amount": Decimal("1.5")})
    await until(lambda: publisher.pending() == 0)
    assert await logged(server) == [1, 3]
    await publisher.close()


async def test_listeners_are_called_and_their_mistakes_stay_theirs(
    server: Server, tmp_path: Path
) -> None:
    """`on` and `off` as the bot's own emitter has them."""
    publisher = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    heard: list[str] = []

    async def listen(event: dict[str, Any]) -> None:
        heard.append(event["type"])

    def broken(_: dict[str, Any]) -> None:
        raise RuntimeError("a mistake")

    publisher.on("user.created", listen)
    publisher.on("*", broken)
    await publisher.emit("user.created", {"user_id": 1})
    publisher.off("user.created", listen)
    await publisher.emit("user.created", {"user_id": 2})
    assert heard == ["user.created"]
    await publisher.close()


async def test_the_sync_publisher(server: Server, tmp_path: Path) -> None:
    """For scripts: what was emitted has arrived when the block ends."""

    def script() -> None:
        with SyncEventPublisher(server.url, ADMIN, tmp_path / "outbox.db") as publisher:
            for number in range(10):
                publisher.emit("user.created", {"user_id": number})

    await asyncio.to_thread(script)
    assert await logged(server) == list(range(10))
