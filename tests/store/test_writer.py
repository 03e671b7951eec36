"""`store.writer`: group commit, one bad draft, a full queue, a failing disk."""

import asyncio
import sqlite3
from typing import Any

import pytest

from bedolaga_events.errors import Busy, Conflict, DiskFull, StoreClosed
from bedolaga_events.model import EventDraft
from bedolaga_events.store import events, writer
from bedolaga_events.store.batch import Append
from bedolaga_events.store.database import hop
from bedolaga_events.store.transaction import Change, Transaction
from tests.store.conftest import Store


async def test_what_arrives_together_is_committed_together(store: Store) -> None:
    """Fifty callers cost far fewer than fifty transactions, and each gets its own id, in order."""
    accepted = await asyncio.gather(*(store.append("user.created", user_id=n) for n in range(50)))
    assert [one.event.id for one in accepted] == list(range(1, 51))
    assert len(store.commits) <= 2
    assert [event.id for commit in store.commits for event in commit.events] == list(range(1, 51))


async def test_ids_grow_also_after_the_newest_row_is_gone(store: Store) -> None:
    """A client that saw id 2 must not meet another event 2."""
    await store.append("user.created", user_id=1)
    await store.append("user.created", user_id=2)

    def drop(it: Transaction) -> None:
        it.connection.execute("DELETE FROM events")
        it.connection.execute("DELETE FROM event_counts")
        it.connection.execute("DELETE FROM gauges")

    await store.writer.commit(Change(drop))
    assert (await store.append("user.created", user_id=3)).event.id == 3


async def test_a_bad_draft_takes_nobody_along(store: Store) -> None:
    """A bug in one verb is that caller's error; its neighbours are committed."""

    def bug(_: Transaction) -> None:
        raise ValueError("a bug")

    results: tuple[Any, ...] = await asyncio.gather(
        store.append("user.created", user_id=1),
        store.writer.commit(Change(bug)),
        store.append("user.created", user_id=2),
        return_exceptions=True,
    )
    good, bad, also_good = results
    assert isinstance(bad, ValueError)
    assert {good.event.id, also_good.event.id} == {1, 2}


async def test_a_full_queue_refuses_and_stays_small(store: Store) -> None:
    """More than the limit waits: the caller is told at once, and nothing is half done."""
    results = await asyncio.gather(
        *(store.append("user.created", user_id=n) for n in range(300)), return_exceptions=True
    )
    refused = [one for one in results if isinstance(one, Busy)]
    assert len(refused) == 200
    assert refused[0].headers["Retry-After"] == "1"
    assert sum(len(one.events) for one in store.commits) == 100


async def test_a_full_disk_is_507_and_goes_away_with_space(store: Store) -> None:
    """SQLite's own limit on pages plays the full disk."""
    await store.append("user.created", user_id=1)
    pages = await hop(store.database.writer, lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await hop(
        store.database.writer, lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    )
    with pytest.raises(DiskFull, match="free some space"):
        await store.append("user.created", user_id=2, first_name="x" * 50_000)
    await hop(
        store.database.writer, lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchall()
    )
    assert (await store.append("user.created", user_id=2)).event.id == 2


async def test_after_close_nothing_is_taken(store: Store) -> None:
    """A caller that comes too late is told that the server is shutting down."""
    store.writer.close()
    with pytest.raises(StoreClosed):
        await store.append("user.created", user_id=1)


async def test_a_key_means_one_event_also_within_one_transaction(store: Store) -> None:
    """Two at once with one key: one event, and one answer says duplicate."""
    first, second = await asyncio.gather(
        store.append("user.created", "k", user_id=1), store.append("user.created", "k", user_id=1)
    )
    assert (first.event.id, first.duplicate) == (1, False)
    assert (second.event.id, second.duplicate) == (1, True)
    with pytest.raises(Conflict):
        await store.append("user.created", "k", user_id=2)


async def test_another_program_is_waited_for_off_the_loop(store: Store) -> None:
    """While it holds the file the loop goes on; then what waited is written, in order."""
    other = sqlite3.connect(store.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    appending = [
        asyncio.ensure_future(store.append("user.created", user_id=number)) for number in (1, 2)
    ]
    assert await store.database.read(events.last_id) == 0
    done, _ = await asyncio.wait(appending, timeout=0.05)
    assert not done
    other.execute("COMMIT")
    other.close()
    assert [(await one).event.id for one in appending] == [1, 2]


async def test_what_is_done_aside_stands_between_transactions(store: Store) -> None:
    """A checkpoint in the middle of one would fail."""
    results = await asyncio.gather(
        *(store.append("user.created", user_id=number) for number in range(50)),
        *(store.writer.aside(lambda one: one.in_transaction) for _ in range(20)),
        *(store.append("user.created", user_id=number) for number in range(50)),
    )
    assert results[50:70] == [False] * 20


async def test_a_transaction_holds_the_loop_only_so_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many drafts are several transactions; one draft is never split, however large."""
    monkeypatch.setattr(writer, "MAX_WEIGHT", 10)
    big = tuple(
        EventDraft("ticket.created", f'{{"ticket_id": {n}, "user_id": 1}}') for n in range(40)
    )
    await asyncio.gather(
        store.writer.append(Append(big), len(big)),
        *(store.append("user.created", user_id=number) for number in range(25)),
    )
    assert [len(one.events) for one in store.commits] == [40, 10, 10, 5]
