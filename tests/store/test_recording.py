"""What is recorded of attempts while something else changes."""

import asyncio

import pytest

from bedolaga_events.model import Attempt, ErrorCode, Status
from bedolaga_events.store.attempts import Record
from bedolaga_events.store.subscribing import update
from bedolaga_events.times import SECOND
from tests.store.conftest import Store
from tests.store.test_subscribing import VAULT

GONE = Attempt(1, 1, 5, ErrorCode.HTTP_STATUS, "HTTP 410", 410)


async def gone(store: Store) -> Record:
    """What is to be recorded of a 410 that a webhook's receiver answered."""
    hook = await store.webhook()
    await store.append("user.created", user_id=1)
    delivery = await store.delivery()
    again = Record(delivery, GONE, Status.PENDING, 5 * SECOND)
    return Record(
        delivery,
        GONE,
        Status.FAILED,
        deactivate="gone",
        sent_to=hook.destination,
        unless_moved=again,
    )


@pytest.mark.parametrize("order", ["before", "with it, first", "with it, last"])
async def test_a_410_that_is_on_its_way_when_the_url_changes_stops_nothing(
    store: Store, order: str
) -> None:
    """It was decided before the new URL was committed: the delivery is tried again, there."""
    record = await gone(store)
    changes = {"url": "http://new.example.com/"}
    if order == "before":
        await store.change(update, VAULT, 1, changes)
        ends = await store.writer.commit(record)
    elif order == "with it, first":
        recording = store.writer.commit(record)
        await store.change(update, VAULT, 1, changes)
        ends = await recording
    else:
        changing = asyncio.ensure_future(store.change(update, VAULT, 1, changes))
        await asyncio.sleep(0)
        ends = await store.writer.commit(record)
        await changing
    assert ends is Status.PENDING
    assert (await store.hook()).is_active
    assert (await store.delivery()).next_retry_at is not None


async def test_a_410_of_the_present_url_deactivates(store: Store) -> None:
    """Another change than that of the URL makes no new receiver."""
    record = await gone(store)
    await store.change(update, VAULT, 1, {"name": "x"})
    assert await store.writer.commit(record) is Status.FAILED
    hook = await store.hook()
    assert (hook.is_active, hook.disabled_reason) == (False, "gone")


async def test_what_is_recorded_of_a_deleted_webhook_is_dropped(store: Store) -> None:
    """Its deliveries went with it, so there is nothing that ended."""
    record = await gone(store)
    await store.change(lambda it: it.connection.execute("DELETE FROM webhooks"))
    assert await store.writer.commit(record) is None
