"""The bot's side against odd servers, odd files and odd objects (contract §2, cases B1 to B12)."""

import asyncio
import json
import logging
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events_client import EventPublisher, SyncEventPublisher, courier, keeper
from bedolaga_events_client.post import address_of
from tests.client.conftest import OddServer, emit, refusal
from tests.conftest import until


async def test_emit_does_not_wait_for_another_programs_lock(
    bot: EventPublisher, odd: OddServer, outbox: Path
) -> None:
    """B2: the loop goes on, the event is kept in memory and sent when the lock is gone."""
    await emit(bot, 0)
    await until(lambda: odd.numbers == [0] and bot.pending() == 0)
    with closing(sqlite3.connect(outbox, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        await emit(bot, 1)
        assert time.monotonic() - started < 0.5
        assert bot.pending() == 1
        await until(lambda: "outbox" in (bot.state().waits_for or ""))
        started = time.monotonic()
        await emit(bot, *range(2, 102))
        assert time.monotonic() - started < 0.5  # it is known that the file cannot be written
        assert bot.state().in_memory == 101
    await until(lambda: bot.pending() == 0)
    assert odd.numbers == list(range(102))
    await until(lambda: bot.state().waits_for is None)


async def test_an_event_put_aside_while_the_file_is_locked_loses_none_behind_it(
    bot: EventPublisher, odd: OddServer, outbox: Path
) -> None:
    """B1: twenty good events behind one of an unknown type all arrive, also after a restart."""
    known = {"user.created"}
    odd.behave = lambda events: (
        refusal() if any(event["type"] not in known for event in events) else None
    )
    with closing(sqlite3.connect(outbox, isolation_level=None)) as other:
        await bot.emit("no.such.type", {})
        await until(lambda: odd.requests)
        other.execute("PRAGMA busy_timeout = 5000")
        other.execute("BEGIN IMMEDIATE")
        await asyncio.to_thread(time.sleep, 1.2)  # longer than the client waits for a lock
    await emit(bot, *range(20))
    await until(lambda: bot.pending() == 0)
    assert odd.numbers == list(range(20))
    assert [aside.reason for aside in bot.refused()] == ["HTTP 422: Unknown event type."]


async def test_two_publishers_on_one_file_are_safe(odd: OddServer, outbox: Path) -> None:
    """A bot and its worker process: each event once, in the order of each."""
    both = [EventPublisher(odd.url, "token", outbox) for _ in range(2)]
    for number in range(50):
        await emit(both[number % 2], number)
    await until(lambda: all(one.pending() == 0 for one in both))
    assert odd.numbers == list(range(50))
    for one in both:
        await one.close()


async def test_an_outbox_that_cannot_be_opened_stops_nothing_and_is_told_each_minute(
    odd: OddServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    """B12: the bot starts, events wait in memory, the log names the path; then all arrive."""
    monkeypatch.setattr(keeper, "TELL_EVERY", 0.05)
    folder = tmp_path / "data"
    folder.write_text("a file stands where the folder should be")
    with caplog.at_level(logging.ERROR):
        bot = EventPublisher(odd.url, "token", folder / "outbox.db")
        await emit(bot, 1, 2)
        await until(lambda: len([r for r in caplog.records if str(folder) in r.message]) > 2)
    assert (bot.pending(), bot.state().in_memory) == (2, 2)
    folder.unlink()
    await until(lambda: odd.numbers == [1, 2])
    await bot.close()


async def test_a_file_that_is_no_database_is_left_alone(odd: OddServer, outbox: Path) -> None:
    """Its owner moves it away, and the events go on."""
    outbox.write_bytes(b"somebody's diary" * 1000)
    bot = EventPublisher(odd.url, "token", outbox)
    await emit(bot, 1)
    await until(lambda: "not a database" in (bot.state().waits_for or ""))
    assert bot.pending() == 1
    assert outbox.read_bytes().startswith(b"somebody's diary")
    outbox.rename(outbox.with_name("diary"))
    await until(lambda: odd.numbers == [1])
    await bot.close()


async def test_memory_is_bounded_and_what_is_lost_is_counted(
    odd: OddServer, tmp_path: Path, monkeypatch: Any
) -> None:
    """The oldest are kept: they are sent in order."""
    monkeypatch.setattr(keeper, "MOST", 5)
    (tmp_path / "data").write_text("")
    bot = EventPublisher(odd.url, "token", tmp_path / "data" / "outbox.db")
    await emit(bot, *range(8))
    assert (bot.state().in_memory, bot.state().lost) == (5, 3)
    (tmp_path / "data").unlink()
    await until(lambda: odd.numbers == [0, 1, 2, 3, 4])
    await bot.close()


async def test_whatever_a_bot_emits_emit_never_raises(bot: EventPublisher, odd: OddServer) -> None:
    """What JSON cannot hold is kept aside and logged; the next event goes on."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

        __repr__ = __str__

    circle: dict[str, Any] = {"user_id": 1}
    circle["self"] = circle

    class Half:
        def __str__(self) -> str:
            raise RuntimeError("half a character: \ud83d")

    payloads: list[Any] = [circle, {(1, 2): 3}, {"user": Broken()}, {"user": Half()}, Broken()]
    for payload in payloads:
        await bot.emit("user.created", payload)
    types: list[Any] = [b"user.created", Broken()]
    for event_type in types:
        await bot.emit(event_type, payloads[1])
    await emit(bot, 4)
    await until(lambda: odd.numbers == [4])
    assert len(bot.refused()) == 7
    assert all("JSON" in aside.reason for aside in bot.refused())


async def test_listeners_and_sockets_hear_as_from_the_bots_own_emitter(
    bot: EventPublisher,
) -> None:
    """Their mistakes stay theirs; a socket that fails is dropped."""
    heard: list[Any] = []

    class Socket:
        def __init__(self, broken: bool) -> None:
            self.broken = broken

        async def send_text(self, data: str) -> None:
            if self.broken:
                raise RuntimeError("gone")
            heard.append(data)

    def broken(_: dict[str, Any]) -> None:
        raise RuntimeError("a mistake")

    async def listen(event: dict[str, Any]) -> None:
        heard.append(sorted(event))

    for callback in (broken, listen):
        bot.on("user.created", callback)
    good, bad = Socket(broken=False), Socket(broken=True)
    bot.register_websocket(bad)
    bot.register_websocket(good)
    await bot.emit("user.created", {"user_id": 1, "first_name": "Вася"}, db=object())
    bot.off("user.created", listen)
    bot.unregister_websocket(good)
    await emit(bot, 2)
    assert heard[0] == ["payload", "timestamp", "type"]
    assert "Вася" in heard[1]
    assert len(heard) == 2


def test_a_script_sends_what_it_emitted_before_it_ends(odd: OddServer, outbox: Path) -> None:
    """`with` waits for the server, within its patience."""
    with SyncEventPublisher(odd.url, "token", outbox) as publisher:
        for number in range(10):
            publisher.emit("user.created", {"user_id": number})
    assert odd.numbers == list(range(10))


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8080", "ftp://host/", "http://", "http://u:p@host/", "http://h/?a=b"]
)
def test_an_address_that_is_none_is_told_at_once(url: str, outbox: Path) -> None:
    """A mistake in a constant is seen at the first start."""
    with pytest.raises(ValueError, match="address"):
        SyncEventPublisher(url, "token", outbox)


async def test_what_a_process_wrote_that_is_gone_is_found(
    odd: OddServer, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script was killed once its event stood in the file; the bot beside it emits nothing."""
    monkeypatch.setattr(courier, "LOOK_EVERY", 0.05)
    bot = EventPublisher(odd.url, "token", outbox)
    await emit(bot, 1)
    await until(lambda: odd.numbers == [1])
    event = {"type": "user.created", "payload": {"user_id": 2}, "idempotency_key": "script's"}
    with closing(sqlite3.connect(outbox)) as script, script:
        script.execute("INSERT INTO outbox (text) VALUES (?)", (json.dumps(event),))
    await until(lambda: odd.numbers == [1, 2])
    await bot.close()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://h/shop/", "/shop/events/batch"),
        ("http://h/магазин", "/%D0%BC%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD/events/batch"),
        ("http://h/a%20b/c d", "/a%20b/c%20d/events/batch"),
        ("http://[::1]:8080", "/events/batch"),
    ],
)
def test_a_prefix_is_sent_as_it_was_typed(url: str, path: str) -> None:
    """What is no ASCII is encoded, once."""
    assert address_of(url).path == path


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # since Python 3.12
def test_a_forked_process_publishes_too(odd: OddServer, script: SyncEventPublisher) -> None:
    """Workers that are forked after the publisher was made, as gunicorn --preload does."""
    script.emit("user.created", {"user_id": 0})
    script.emit("user.created", {"user_id": 1})
    children = list[int]()
    for number in (2, 3):
        child = os.fork()
        if child == 0:
            script.emit("user.created", {"user_id": number})
            script.close()
            os._exit(0)
        children.append(child)
    script.emit("user.created", {"user_id": 4})
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    script.emit("user.created", {"user_id": 5})
    script.close()
    assert sorted(odd.numbers) == list(range(6))
    assert script.pending() == 0
