"""Coming back with `since`, subscriptions, topics, server-sent events (contract §3)."""

import asyncio
from typing import Any

import pytest

from bedolaga_events.live import hub
from bedolaga_events.store import retention
from bedolaga_events.store.transaction import Change
from tests.api.websockets import hello
from tests.conftest import ADMIN, Clock, Server, until


async def batch(server: Server, count: int, first: int = 0) -> None:
    events = [
        {"type": "user.created", "payload": {"user_id": n}} for n in range(first, first + count)
    ]
    reply = await server.call("POST", "/events/batch", {"events": events})
    assert reply.status == 202


async def test_resuming_sends_what_was_missed_and_then_what_is_live(server: Server) -> None:
    """Oldest first, then `resumed`, then live events."""
    await batch(server, 1000)
    async with server.socket(f"?token={ADMIN}&since=400&epoch={server.parts.database.uid}") as one:
        await hello(one)
        got = [(await one.receive_json())["id"] for _ in range(600)]
        assert got == list(range(401, 1001))
        assert await one.receive_json() == {
            "type": "resumed",
            "replayed": 600,
            "from": 401,
            "to": 1000,
        }
        await server.event(user_id=1)
        assert (await one.receive_json())["id"] == 1001


@pytest.mark.parametrize("pauses", [False, True], ids=["at once", "after pauses"])
async def test_no_gap_and_no_repeat_while_events_keep_coming(
    server: Server, monkeypatch: pytest.MonkeyPatch, pauses: bool
) -> None:
    """Clients that join from all sides while publishers run at full speed see each id once.

    Also when the fan-out rests after every write, as it does with a thousand sockets.
    """
    if pauses:
        monkeypatch.setattr(hub, "LONG", 0.0)
        monkeypatch.setattr(hub, "PAUSE", 100.0)
    await batch(server, 1000)
    publishing = True

    async def publish() -> None:
        number = 0
        while publishing:
            await batch(server, 20, number)
            number += 20

    async def join() -> None:
        for _ in range(10):
            async with server.socket() as socket:
                last = (await hello(socket))["last_event_id"]
                for number in range(last + 1, last + 30):
                    assert (await socket.receive_json())["id"] == number

    async def follow(since: int) -> None:
        async with server.socket(f"?token={ADMIN}&since={since}") as socket:
            await hello(socket)
            seen, resumed = since, None
            while seen < 3000:
                message = await socket.receive_json()
                if message["type"] == "resumed":
                    resumed = message
                    assert (message["from"], message["to"]) == (since + 1, seen)
                    continue
                assert message["id"] == seen + 1
                seen = message["id"]
            assert resumed is not None

    publisher = asyncio.create_task(publish())
    await asyncio.gather(join(), *(follow(since) for since in range(0, 1000, 100)))
    publishing = False
    await publisher


@pytest.mark.parametrize(
    ("query", "gap"),
    [
        ("since=5&epoch=another", {"type": "gap", "reason": "epoch", "oldest_id": 1}),
        ("since=99", {"type": "gap", "reason": "ahead", "oldest_id": 1}),
        ("since=9223372036854775807", {"type": "gap", "reason": "ahead", "oldest_id": 1}),
        ("since=" + "9" * 30, {"type": "gap", "reason": "ahead", "oldest_id": 1}),
        ("since=10", None),
        ("since=00000000000000000000010", None),
    ],
)
async def test_what_cannot_be_resumed_is_said_first(server: Server, query: str, gap: Any) -> None:
    """Another database, an id beyond the last; nothing is missing at the last id itself."""
    await batch(server, 10)
    async with server.socket(f"?token={ADMIN}&{query}") as socket:
        await hello(socket)
        if gap is not None:
            assert await socket.receive_json() == gap
        resumed = await socket.receive_json()
        assert (resumed["type"], resumed["replayed"]) == ("resumed", 0)
        await server.event(user_id=1)
        assert (await socket.receive_json())["id"] == 11


async def test_who_knows_what_still_waits_does_not_get_it_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publisher that follows from its own event, which the others will see after the pause."""
    monkeypatch.setattr(hub, "LONG", 0.0)
    monkeypatch.setattr(hub, "PAUSE", 1e9)
    async with server.socket() as other:
        await hello(other)
        await batch(server, 2)
        assert [(await other.receive_json())["id"] for _ in range(2)] == [1, 2]
        await batch(server, 4)  # waits
        async with server.socket(f"?token={ADMIN}&since=4") as socket:
            assert (await hello(socket))["last_event_id"] == 6
            resumed = [await socket.receive_json() for _ in range(3)]
        assert [one.get("id") for one in resumed] == [5, 6, None]
        assert [(await other.receive_json())["id"] for _ in range(4)] == [3, 4, 5, 6]


async def test_events_that_come_one_at_a_time_do_not_wait(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long each fan-out takes: nobody else is publishing for whom it would have to rest."""
    monkeypatch.setattr(hub, "LONG", 0.0)
    monkeypatch.setattr(hub, "PAUSE", 1e9)
    async with server.socket() as socket:
        await hello(socket)
        for number in range(1, 4):
            await server.event(user_id=number)
            assert (await socket.receive_json())["id"] == number


async def test_a_pause_while_nobody_listens_loses_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only client leaves during a pause, events come, and somebody resumes."""
    monkeypatch.setattr(hub, "LONG", 0.0)
    monkeypatch.setattr(hub, "PAUSE", 1e9)
    async with server.socket() as only:
        await hello(only)
        await batch(server, 2)
        assert [(await only.receive_json())["id"] for _ in range(2)] == [1, 2]
    await until(lambda: not list(server.parts.hub.sockets()))
    await batch(server, 4)
    async with server.socket(f"?token={ADMIN}&since=2") as socket:
        await hello(socket)
        got = [await socket.receive_json() for _ in range(5)]
        assert [one.get("id") for one in got] == [3, 4, 5, 6, None]


async def test_what_retention_took_is_a_gap(server: Server, clock: Clock) -> None:
    """The rest is replayed."""
    await batch(server, 10)
    clock.advance(86_400)
    before = clock()
    await batch(server, 10)
    step = Change(lambda it: retention.prune(it.connection, before, 0, 100))
    await server.parts.writer.commit(step)
    async with server.socket(f"?token={ADMIN}&since=3") as socket:
        await hello(socket)
        assert await socket.receive_json() == {
            "type": "gap",
            "reason": "retention",
            "oldest_id": 11,
        }
        assert [(await socket.receive_json())["id"] for _ in range(10)] == list(range(11, 21))
        resumed = await socket.receive_json()
        assert (resumed["from"], resumed["to"], resumed["replayed"]) == (11, 20, 10)
    async with server.socket(f"?token={ADMIN}&since=10") as socket:
        await hello(socket)
        assert (await socket.receive_json())["id"] == 11


async def test_a_bad_since_is_an_error_and_the_connection_is_live(server: Server) -> None:
    """Not a silent replay of everything."""
    async with server.socket(f"?token={ADMIN}&since=soon") as socket:
        await hello(socket)
        assert (await socket.receive_json())["type"] == "error"
        await server.event(user_id=1)
        assert (await socket.receive_json())["id"] == 1


async def test_everybody_comes_back_at_once(starting: Any) -> None:
    """After a restart hundreds of clients resume together; the server answers meanwhile."""
    server: Server = await starting(live__max_per_address=1_000)
    await batch(server, 1000)
    await starting.stop()
    again: Server = await starting(live__max_per_address=1_000)

    async def come_back() -> None:
        async with again.socket(f"?token={ADMIN}&since=900") as socket:
            await hello(socket)
            got = [await socket.receive_json() for _ in range(101)]
            assert [one["id"] for one in got[:100]] == list(range(901, 1001))
            assert got[100]["type"] == "resumed"

    storm = asyncio.gather(*(come_back() for _ in range(300)))
    accepted = 0
    while not storm.done():
        reply = await again.call("GET", "/health")
        assert reply.status == 200
        accepted += 1
    await storm
    assert accepted
    await until(lambda: not list(again.parts.hub.sockets()))
