"""While nothing can be stored: who is told what, and how it ends (contract §6)."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from bedolaga_events.store import watch, writer
from bedolaga_events.store.database import hop
from bedolaga_events.store.transaction import change
from tests.conftest import Receiver, Server, until

EVENT = {"type": "user.created", "payload": {"user_id": 1}}


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become moments; the real ones are tried in tests/system/test_disk.py."""
    monkeypatch.setattr(writer, "PATIENCE", 0.1)
    monkeypatch.setattr(writer, "SILENCE", 0.2)
    monkeypatch.setattr(watch, "INTERVAL", 0.02)


@contextmanager
def another_program(server: Server) -> Iterator[sqlite3.Connection]:
    """Somebody who holds the write lock of the file."""
    with closing(sqlite3.connect(server.parts.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        other.execute("COMMIT")


async def health_is(server: Server, status: int, detail: str = "") -> bool:
    """Whether /health says so."""
    reply = await server.call("GET", "/health", token=None)
    return reply.status == status and detail in reply.json.get("detail", "")


async def test_another_programs_lock_is_told_and_goes_by(
    server: Server, receiver: Receiver
) -> None:
    """Refused, not hung; said once in the log; and all goes on when it lets go."""
    await server.webhook(receiver.url)
    with capture_logs() as lines:
        with another_program(server):
            refused = await asyncio.gather(
                *(server.call("POST", "/events", EVENT) for _ in range(20))
            )
            refused += [await server.call("POST", "/webhooks/1/test") for _ in range(5)]
            assert {one.status for one in refused} == {503}
            assert {one.json["detail"] for one in refused} == {
                "Another program holds the database. Try again."
            }
            assert {one.headers["Retry-After"] for one in refused} == {"1"}
            assert await health_is(server, 503, "Another program holds the database.")
            assert (await server.call("GET", "/events")).json["items"] == []
        await until(lambda: health_is(server, 200))
        assert (await server.call("POST", "/events", EVENT)).status == 202
        await until(lambda: receiver.requests)
    told = [one["event"] for one in lines if one["log_level"] in ("error", "warning", "info")]
    assert told.count("another program holds the database") == 1
    assert told.count("the database can be written again") == 1
    assert "request refused" not in told


async def test_a_lock_is_noticed_without_traffic(server: Server) -> None:
    """A monitor that asks /health hears of it before a bot does."""
    with another_program(server):
        await until(lambda: health_is(server, 503, "Another program"))
    await until(lambda: health_is(server, 200))


async def test_a_lock_for_a_moment_is_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`token create` beside the server refuses nobody."""
    monkeypatch.setattr(writer, "PATIENCE", 5.0)
    monkeypatch.setattr(writer, "SILENCE", 5.0)
    with another_program(server):
        posting = asyncio.ensure_future(server.call("POST", "/events", EVENT))
        await asyncio.sleep(0)
        assert await health_is(server, 200)
    assert (await posting).status == 202


async def test_a_full_disk_is_told_and_goes_by(server: Server) -> None:
    """507 for what needs space, 503 on /health, and 200 again without anybody's help."""
    [pages] = await limit_pages(server, 0)
    await limit_pages(server, pages)
    event = {"type": "user.created", "payload": {"user_id": 1, "username": "x" * 100_000}}
    reply = await server.call("POST", "/events", event)
    assert (reply.status, reply.json["detail"]) == (
        507,
        "The disk is full. Nothing was stored; free some space and try again.",
    )
    assert await health_is(server, 503, "The disk is full.")
    await limit_pages(server, 1_000_000)
    await until(lambda: health_is(server, 200))
    assert (await server.call("POST", "/events", event)).status == 202
    rows = "SELECT count(*) FROM meta WHERE name = 'space'"
    database = server.parts.database
    await until(lambda: database.read(lambda it: it.execute(rows).fetchone() == (0,)))


async def limit_pages(server: Server, pages: int) -> Any:
    """SQLite's own limit plays the full disk; 0 tells how large the file is."""
    limit = f"PRAGMA max_page_count = {pages}" if pages else "PRAGMA page_count"
    return await hop(server.parts.database.writer, lambda it: it.execute(limit).fetchone())


async def test_a_disk_that_does_not_answer_hangs_nobody_else(server: Server) -> None:
    """What waits behind a commit that does not come back is refused; it may come back."""
    answers = threading.Event()
    stuck = asyncio.ensure_future(change(server.parts.writer, lambda _: answers.wait(30)))
    queued = asyncio.ensure_future(server.call("POST", "/events", EVENT))
    reply = await queued
    assert (reply.status, reply.json["detail"]) == (503, "The disk does not answer. Try again.")
    assert (await server.call("POST", "/events", EVENT)).status == 503
    assert await health_is(server, 503, "The disk does not answer.")
    assert (await server.call("GET", "/events")).status == 200
    answers.set()
    assert await stuck is True
    assert (await server.call("POST", "/events", EVENT)).status == 202
    assert await health_is(server, 200)


async def test_health_waits_for_no_reader(server: Server) -> None:
    """All connections that read are taken: by searches, lists and resumes."""
    database, done = server.parts.database, threading.Event()
    reading = [asyncio.ensure_future(database.read(lambda _: done.wait(30))) for _ in range(4)]
    reading += [
        asyncio.ensure_future(database.search(lambda: True, lambda _: done.wait(30)))
        for _ in range(4)
    ]
    await until(lambda: database._readers.empty() and database._searchers.empty())
    assert await health_is(server, 200)
    assert not any(one.done() for one in reading)
    done.set()
    await asyncio.gather(*reading)
