"""Retention: what is old goes in steps, what is pending stays, numbers stay right."""

from bedolaga_events.store import numbers, retention
from bedolaga_events.store.database import hop
from bedolaga_events.store.transaction import Change
from tests.conftest import Clock
from tests.store.conftest import Store

DAY = 86_400


async def prune_everything(store: Store, before: int) -> None:
    position: int | None = 0
    while position is not None:
        here = position

        def step(it: object, after_id: int = here) -> int | None:
            return retention.prune(it.connection, before, after_id, 2)  # type: ignore[attr-defined]

        position = await store.writer.commit(Change(step))


async def kept(store: Store) -> list[int]:
    rows = await store.database.read(lambda c: c.execute("SELECT id FROM events").fetchall())
    return [row[0] for row in rows]


async def test_old_events_go_and_the_numbers_stay(store: Store, clock: Clock) -> None:
    """Users and revenue are what they were; `check` finds nothing (the fixture asks it)."""
    for number in range(5):
        await store.append("user.created", user_id=number)
    await store.append("payment.completed", transaction_id=1, user_id=1, amount_kopeks=700)
    before = await store.database.read(numbers.read, "2026-01-15", "2026-01-14")
    clock.advance(31 * DAY)
    await store.append("user.created", user_id=99)
    await prune_everything(store, clock() - 30 * DAY * 1_000_000)
    assert await kept(store) == [7]
    after = await store.database.read(numbers.read, "2026-01-15", "2026-01-14")
    assert after == before | {"total_users": 6}
    assert await store.findings() == []


async def test_what_is_pending_is_never_pruned(store: Store, clock: Clock) -> None:
    """However old; what was skipped goes."""
    await store.webhook("user.created")
    await store.webhook("ticket.*", is_active=False)
    await store.append("user.created", user_id=1)
    for number in range(4):
        await store.append("ticket.created", ticket_id=number, user_id=1)
    await store.append("user.created", user_id=2)
    clock.advance(365 * DAY)
    await prune_everything(store, clock())
    assert await kept(store) == [1, 6]


async def test_the_file_shrinks(store: Store, clock: Clock) -> None:
    """Free pages go back to the file system."""
    for number in range(50):
        await store.append("user.created", user_id=number, first_name="x" * 50_000)
    used = await store.database.read(retention.used_bytes)
    clock.advance(DAY)
    await prune_everything(store, clock())
    assert await store.database.read(retention.used_bytes) < used / 4
    size = store.database.path.stat().st_size
    while await hop(store.database.writer, retention.shrink, 100):
        pass
    await hop(
        store.database.writer,
        lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall(),
    )
    assert store.database.path.stat().st_size < size / 2 or size < used / 2
