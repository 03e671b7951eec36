"""`store.mending` and what records leave: retry, send, test and cancel as verbs, without HTTP."""

import pytest

from bedolaga_events.errors import Conflict, NotFound
from bedolaga_events.model import Status, WebhookState
from bedolaga_events.store import mending
from tests.conftest import START, Clock
from tests.store.conftest import Store

SECOND = 1_000_000  # microseconds


async def test_the_first_success_stays_whatever_a_resend_meets(store: Store, clock: Clock) -> None:
    """`delivered_at` is of the first one; the delivery is not undelivered (D14)."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    first = await store.attempt(await store.delivery(), clock())
    again = await store.change(mending.retry, 1, 1)
    assert (again.status, again.delivered_at) == (Status.PENDING, first.delivered_at)
    failed = await store.attempt(again, clock(), 503)
    assert (failed.status, failed.attempt_number) == (Status.PENDING, 2)
    assert failed.delivered_at == first.delivered_at is not None
    assert (await store.hook()).undelivered == 0
    third = await store.attempt(failed, clock())
    assert third.delivered_at == first.delivered_at


async def test_a_retry_by_hand_begins_the_schedule_anew(store: Store, clock: Clock) -> None:
    """It counts from the attempts made before it, and attempts go on counting (D15)."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    delivery = await store.delivery()
    for _ in range(3):
        delivery = await store.attempt(delivery, clock(), 500)
    assert (delivery.attempt_number, delivery.schedule_from) == (3, 0)
    again = await store.change(mending.retry, 1, 1)
    assert (again.attempt_number, again.schedule_from) == (3, 3)
    assert again == (await store.delivery())._replace(last=again.last)


@pytest.mark.parametrize("status", [200, 503])
async def test_what_is_asked_for_while_an_attempt_is_out_comes_after_it(
    store: Store, clock: Clock, status: int
) -> None:
    """Whatever that one's outcome: it is due now, with its schedule from the beginning (D13)."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    out = await store.delivery()
    asked = await store.change(mending.retry, 1, 1)
    after = await store.attempt(out, clock(), status)
    assert (after.status, after.next_retry_at) == (Status.PENDING, asked.next_retry_at)
    assert (after.attempt_number, after.schedule_from) == (1, 1)
    assert (after.delivered_at is not None) == (status == 200)
    done = await store.attempt(after, clock())
    assert (done.status, done.attempt_number) == (Status.SUCCESS, 2)


async def test_what_is_cancelled_while_an_attempt_is_out_stays_so(
    store: Store, clock: Clock
) -> None:
    """Unless the receiver took it; asked for again after that, it is due."""
    await store.webhook()
    for number in range(3):
        await store.append("user.created", user_id=number)
    one, two, three = [await store.delivery(number) for number in (1, 2, 3)]
    for number in (1, 2, 3):
        await store.change(mending.cancel, 1, number)
    assert (await store.attempt(one, clock(), 503)).is_cancelled
    assert (await store.attempt(two, clock())).status is Status.SUCCESS
    await store.change(mending.retry, 1, 3)
    asked = await store.attempt(three, clock(), 503)
    assert (asked.status, asked.schedule_from) == (Status.PENDING, 1)
    with pytest.raises(Conflict):
        await store.change(mending.cancel, 1, 1)


async def test_a_commit_tells_what_was_asked_for(store: Store) -> None:
    """The lanes hear of it by the one door: what is urgent, what is given up."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    await store.change(mending.cancel, 1, 1)
    assert [one.is_cancelled for one in store.commits[-1].deliveries] == [True]
    assert not store.commits[-1].urgent
    await store.change(mending.retry, 1, 1)
    assert store.commits[-1].urgent == {1}
    made = await store.change(mending.test, 1, "user.created", "{}")
    assert (made.is_test, store.commits[-1].urgent) == (True, {made.id})
    assert made.created_at == store.commits[-1].now


async def test_an_event_is_sent_to_whom_a_person_chose(store: Store) -> None:
    """Once: a delivery that is there already is asked for again."""
    await store.append("user.created", user_id=1)
    await store.webhook("ticket.*")
    made = await store.change(mending.send, 1, 1)
    again = await store.change(mending.send, 1, 1)
    assert (again.id, again.asked) == (made.id, 1)
    for verb, ids in ((mending.send, (9, 1)), (mending.send, (1, 9)), (mending.retry, (1, 9))):
        with pytest.raises(NotFound):
            await store.change(verb, *ids)


async def test_a_webhook_s_health_is_kept_with_the_record(store: Store, clock: Clock) -> None:
    """What listeners hear is what the row says; tests never count, nor does what is cancelled."""
    await store.webhook()
    await store.append("user.created", user_id=1)
    await store.append("user.created", user_id=2)
    failed = await store.attempt(await store.delivery(1), START + SECOND, 503)
    hook = await store.hook()
    assert store.commits[-1].webhooks == [hook]
    assert (hook.state, hook.failing_since) == (WebhookState.FAILING, START + SECOND)
    assert (hook.last_error and hook.last_error.status, hook.undelivered) == (503, 1)
    test = await store.change(mending.test, 1, "user.created", "{}")
    await store.attempt(test, clock(), 500)
    assert (await store.hook()).last_error == hook.last_error
    assert (await store.hook()).undelivered == 1
    await store.attempt(failed, clock())
    hook = await store.hook()
    assert (hook.state, hook.undelivered) == (WebhookState.WORKING, 0)
    await store.attempt(await store.delivery(2), clock(), 503)
    assert (await store.hook()).undelivered == 1
    await store.change(mending.cancel, 1, 2)
    assert (await store.hook()).undelivered == 0
