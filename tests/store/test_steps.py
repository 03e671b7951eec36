"""`store.steps` and its walker: many rows in small transactions, which a restart goes on with."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bedolaga_events.errors import NotFound
from bedolaga_events.model import Status
from bedolaga_events.store import mending, steps, webhooks
from bedolaga_events.store.walker import Walker
from tests.conftest import Clock, until
from tests.store.conftest import Store

MANY = 7
DAY = 86_400


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a transaction, so that a few rows are many steps."""
    monkeypatch.setattr(steps, "AT_ONCE", 2)


@pytest.fixture
async def walker(store: Store) -> AsyncIterator[Walker]:
    """A walker at work on the store."""
    one = Walker(store.writer)
    store.writer.listeners.append(one.heard)
    running = asyncio.create_task(one.run())
    yield one
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def backlog(store: Store, is_active: bool = True) -> None:
    """A webhook with deliveries that are pending, or skipped."""
    await store.webhook(is_active=is_active)
    for number in range(MANY):
        await store.append("user.created", user_id=number)


async def statuses(store: Store) -> dict[str, int]:
    query = "SELECT status, count(*) FROM deliveries GROUP BY 1"
    return await store.database.read(lambda it: dict(it.execute(query).fetchall()))


async def left(store: Store) -> int:
    rows: list[Any] = await store.database.read(
        lambda it: it.execute("SELECT id FROM steps").fetchall()
    )
    return len(rows)


async def test_all_that_is_pending_is_given_up(store: Store, walker: Walker) -> None:
    """How many is told; every step says whose rows changed, so that the lanes let go of them."""
    await backlog(store)
    assert await walker.finish(steps.cancel, 1) == MANY
    assert await statuses(store) == {"failed": MANY}
    assert sum(1 in one.stale for one in store.commits) == MANY // 2 + 1
    assert (await store.hook()).undelivered == 0
    with pytest.raises(NotFound):
        await walker.finish(steps.cancel, 9)


async def test_what_comes_while_a_backlog_is_cancelled_is_sent(store: Store) -> None:
    """Only what was there when it was asked for is given up."""
    await backlog(store)
    work = await store.change(steps.cancel, 1)
    await store.append("user.created", user_id=99)
    while await store.change(steps.advance, work):
        pass
    assert await statuses(store) == {"failed": MANY, "pending": 1}


async def test_a_replay_makes_pending_what_matches(store: Store, walker: Walker) -> None:
    """From the beginning of its schedule, and asked for by a person."""
    await backlog(store, is_active=False)
    wanted = steps.Replay(1, Status.SKIPPED, 0, 1 << 60)
    assert await store.database.read(steps.count, wanted) == MANY
    assert await walker.finish(steps.replay, wanted, MANY) == MANY
    assert await statuses(store) == {"pending": MANY}
    assert (await store.delivery()).asked == 1


async def test_cancelling_ends_a_replay(store: Store, walker: Walker) -> None:
    """What it has not queued yet is not queued after the answer."""
    await backlog(store, is_active=False)
    await store.change(steps.replay, steps.Replay(1, Status.SKIPPED, 0, 1 << 60), MANY)
    await walker.finish(steps.cancel, 1)
    await until(lambda: _nothing_left(store))
    assert "pending" not in await statuses(store)


async def test_a_webhook_goes_with_its_deliveries(store: Store, walker: Walker) -> None:
    """And with other work that it had; listeners hear of it once."""
    await backlog(store)
    await store.change(mending.test, 1, "user.created", "{}")
    await store.change(steps.replay, steps.Replay(1, Status.FAILED, 0, 1 << 60), 0)
    await walker.finish(steps.delete, 1)
    assert await statuses(store) == {}
    assert await store.database.read(webhooks.all_webhooks) == []
    assert sum(one.deleted_webhooks == [1] for one in store.commits) == 1
    assert await left(store) == 0


async def test_old_events_and_tests_go(store: Store, walker: Walker, clock: Clock) -> None:
    """Begun twice, done once; what is pending stays."""
    await backlog(store, is_active=False)
    for _ in range(MANY):
        made = await store.change(mending.test, 1, "user.created", "{}")
        await store.attempt(made, clock())
    clock.advance(DAY)
    works = [await store.change(steps.prune, clock()) for _ in range(2)]
    assert works[0] == works[1] or await left(store) <= 1
    await until(lambda: _nothing_left(store))
    assert await statuses(store) == {}


async def test_retention_is_by_age_and_by_size(store: Store, clock: Clock) -> None:
    """None is without a limit; what is under way goes on up to the later moment."""
    assert await store.change(steps.retain, clock(), None, None) == []
    first = await store.change(steps.retain, clock(), 30, 1_000_000)
    again = await store.change(steps.retain, clock(), 1, 2_000_000)
    assert again == first
    query = "SELECT max_bytes, until FROM steps ORDER BY id"
    rows = await store.database.read(lambda it: it.execute(query).fetchall())
    assert [row[0] for row in rows] == [None, 2_000_000]
    assert rows[0][1] > clock() - 2 * DAY * 1_000_000


async def test_only_what_is_over_the_size_goes(store: Store, walker: Walker, clock: Clock) -> None:
    """The oldest first, until little enough is in use."""
    for number in range(40):
        await store.append("user.created", user_id=number, first_name="x" * 50_000)
    await walker.finish(steps.prune, clock(), 1_000_000)
    query = "SELECT min(id), max(id), count(*) FROM events"
    first, last, kept = await store.database.read(lambda it: it.execute(query).fetchone())
    assert (last, kept) == (40, 41 - first)
    assert 5 < kept < 30


@pytest.mark.parametrize("kind", ["cancel", "delete", "replay", "prune"])
async def test_a_restart_goes_on_where_it_stopped(store: Store, clock: Clock, kind: str) -> None:
    """After each number of steps: another walker finds the rest in the table."""
    await backlog(store, is_active=kind != "replay")
    if kind == "prune":
        await store.change(steps.cancel, 1)
        while await store.change(steps.step, 0):
            pass
    begin: dict[str, tuple[Any, ...]] = {
        "cancel": (steps.cancel, 1),
        "delete": (steps.delete, 1),
        "replay": (steps.replay, steps.Replay(1, Status.SKIPPED, 0, 1 << 60), MANY),
        "prune": (steps.prune, clock()),
    }
    await store.change(*begin[kind])
    for _ in range(2):
        await store.change(steps.step, 0)
        assert await store.findings() == []
    assert await left(store) == 1
    later = Walker(store.writer)
    running = asyncio.create_task(later.run())
    await until(lambda: _nothing_left(store))
    running.cancel()
    expected = {"cancel": {"failed": MANY}, "replay": {"pending": MANY}}
    assert await statuses(store) == expected.get(kind, {})


async def test_work_takes_turns(store: Store) -> None:
    """A long one does not hold up a short one."""
    await backlog(store)
    await store.webhook()
    long = await store.change(steps.cancel, 1)
    short = await store.change(steps.cancel, 2)
    turn, turns = 0, []
    while turn is not None:
        turn = await store.change(steps.step, turn)
        turns.append(turn)
    assert turns[:3] == [long, short, long]
    assert turns[-1] is None


async def _nothing_left(store: Store) -> bool:
    return await left(store) == 0
