"""What is recorded of an attempt: where its delivery stands, and what that means for its webhook.

Pure: the moment and the chance are given.
"""

from typing import assert_never

from bedolaga_events import health
from bedolaga_events.delivery import retry
from bedolaga_events.model import Attempt, Delivery, Status, Webhook
from bedolaga_events.settings import DeliverySettings
from bedolaga_events.store.attempts import Record


def record_of(
    delivery: Delivery,
    attempt: Attempt,
    webhook: Webhook,
    settings: DeliverySettings,
    now: int,
    chance: float,
) -> Record:
    """What is to be recorded of an attempt that just ended.

    Args:
        delivery: as it was before.
        webhook: as it fares.
        now: microseconds.
        chance: from 0 to 1, by which a retry comes late.
    """
    # A test is one attempt, and says nothing about the webhook.
    schedule = [] if delivery.is_test else settings.retry_schedule
    decision = retry.decide(attempt, schedule, now, chance, delivery.schedule_from)
    record = _after(decision, delivery, attempt)
    if delivery.is_test:
        return record._replace(deactivate=None)
    if record.status is Status.SUCCESS:
        return record
    since = health.counted_from(webhook, attempt.started_at)
    before = webhook.last_error.at if webhook.last_error else None
    too_long = retry.failed_too_long(since, now, settings.disable_after_hours)
    return record._replace(
        deactivate=record.deactivate or too_long,
        warn=retry.warning(since, before, now, settings.disable_after_hours),
    )


def _after(decision: retry.Decision, delivery: Delivery, attempt: Attempt) -> Record:
    match decision:
        case retry.Succeed():
            return Record(delivery, attempt, Status.SUCCESS)
        case retry.Retry(wait):
            return Record(delivery, attempt, Status.PENDING, wait)
        case retry.GiveUp():
            return Record(delivery, attempt, Status.FAILED)
        case retry.Deactivate(reason, unless_moved):
            instead = _after(unless_moved, delivery, attempt)
            failed = Record(delivery, attempt, Status.FAILED, deactivate=reason)
            return failed._replace(unless_moved=instead)
        case unreachable:
            assert_never(unreachable)
