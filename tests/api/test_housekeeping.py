"""Housekeeping: each round taken once, each failure noted."""

import asyncio
import sqlite3
from typing import Any

import pytest

from bedolaga_events import housekeeping
from bedolaga_events.errors import StoreError
from bedolaga_events.housekeeping import ROUNDS, Housekeeping, Round
from bedolaga_events.store import meta, retention
from tests.api.test_tokens import scoped
from tests.conftest import Clock, Server, until

DAY = 86_400.0  # seconds


def of(server: Server) -> Housekeeping:
    """The housekeeping of a server, to be told what to do."""
    it = server.parts
    return Housekeeping(it.settings, it.database, it.writer, it.access, it.calendar, it.helpers)


async def take(server: Server, name: str) -> None:
    """Take one round."""
    [one] = [one for one in ROUNDS if one.name == name]
    await of(server).take(one)


async def total(server: Server) -> int:
    """How many events there are."""
    return int((await server.call("GET", "/events?limit=1&payload=false")).json["total"])


async def test_every_round_is_taken_once(server: Server) -> None:
    """None fails on a server that has just begun."""
    for one in ROUNDS:
        await of(server).take(one)
    assert b"helper_failures_total{" not in server.parts.metrics.text()


async def test_a_round_that_fails_is_noted_and_the_next_is_taken(server: Server) -> None:
    """By a mistake it is counted by its name; by a locked file it is put off."""

    async def mistaken(_: Housekeeping) -> None:
        raise ZeroDivisionError

    async def refused(_: Housekeeping) -> None:
        raise sqlite3.OperationalError("database is locked")

    await of(server).take(Round("mistaken", 1, mistaken))
    await of(server).take(Round("refused", 1, refused))
    text = server.parts.metrics.text()
    assert b'helper_failures_total{helper="mistaken"} 1.0' in text
    assert b'helper="refused"' not in text


async def test_the_time_is_kept_for_the_next_start(server: Server, clock: Clock) -> None:
    """Once a minute, and at the end."""
    clock.advance(60)
    await take(server, "time")
    kept = await server.parts.database.read(meta.running_at)
    assert kept is not None
    assert abs(kept - clock.now) < 1_000


async def test_old_events_go_by_age(server: Server, clock: Clock) -> None:
    """`retention_days`, in one round and its steps; tests from then go too."""
    await server.event(user_id=1)
    clock.advance(31 * DAY)
    await server.event(user_id=2)
    await take(server, "retention")

    async def is_gone() -> bool:
        return await total(server) == 1

    await until(is_gone)


async def test_old_events_go_by_size_and_the_file_shrinks(starting: Any) -> None:
    """`retention_mb`: the oldest first, until what is in use fits."""
    server: Server = await starting(retention__retention_mb=1, retention__retention_days=0)
    for number in range(60):
        await server.event(user_id=number, username="x" * 50_000)
    used = await server.parts.database.read(retention.used_bytes)
    await take(server, "retention")

    async def is_small() -> bool:
        return await server.parts.database.read(retention.used_bytes) <= 1_000_000

    await until(is_small)
    assert 0 < await total(server) < 25  # not one step too many
    await take(server, "retention")
    await of(server).checkpoint()
    path = server.parts.database.path
    await server.parts.writer.aside(
        lambda one: one.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    )
    assert path.stat().st_size < used


async def test_the_wal_is_emptied_when_it_is_idle(server: Server) -> None:
    """Not while something was written since the last look."""
    wal = server.parts.database.path.with_name("events.db-wal")
    keeper = of(server)
    await server.event(user_id=1)
    await keeper.checkpoint()
    await server.event(user_id=2)
    await keeper.checkpoint()
    assert wal.stat().st_size > 0

    async def is_empty() -> bool:
        await keeper.checkpoint()
        return wal.stat().st_size == 0

    await until(is_empty)


async def test_sqlite_looks_at_its_indexes(server: Server) -> None:
    """`PRAGMA optimize` writes statistics once there is something to tell."""
    for number in range(300):
        await server.event(user_id=number)
    await server.parts.writer.aside(lambda one: one.execute("ANALYZE events").fetchall())
    await take(server, "optimize")
    tables = await server.parts.database.read(
        lambda one: one.execute("SELECT DISTINCT tbl FROM sqlite_stat1").fetchall()
    )
    assert ("events",) in tables


async def test_used_tokens_are_written_and_long_expired_ones_go(
    server: Server, clock: Clock
) -> None:
    """A week after their end."""
    await scoped(server, "read", expires_at="2026-01-15T11:00:00Z")
    clock.advance(9 * DAY)
    await take(server, "used tokens")
    [one] = (await server.call("GET", "/tokens")).json["items"]
    assert one["last_used_at"] is not None


async def test_tokens_that_cannot_be_read_end_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk refuses a read: they are looked at again a second later."""
    looks = 0

    async def refused(*_: Any) -> None:
        nonlocal looks
        looks += 1
        raise StoreError("The disk is full.")

    monkeypatch.setattr(housekeeping, "TICK", 0.01)
    monkeypatch.setattr(server.parts.database, "read", refused)
    watching = asyncio.create_task(of(server).watch_tokens())
    await until(lambda: looks > 2 or watching.done())
    assert not watching.done()
    watching.cancel()
