"""How attempts change what is known of a webhook: counts, failing since when, its last error."""

from collections.abc import Iterable
from typing import NamedTuple

from bedolaga_events.model import Attempt, ErrorCode, LastError, Webhook
from bedolaga_events.times import HOUR

SILENCE = 36 * HOUR  # after this the clock that disables starts anew


class Fares(NamedTuple):
    """How a webhook fares; the fields are its own."""

    failing_since: int | None
    patience_since: int | None
    last_success_at: int | None
    last_error: LastError | None


def after(webhook: Webhook, made: Iterable[tuple[Attempt, bool]]) -> Webhook:
    """A webhook once attempts are stored.

    Args:
        webhook: as it was before.
        made: the attempts in the order in which they ended, and whether each was a test; a test
            moves the counts, but says nothing of how the webhook fares.
    """
    fares = Fares(
        webhook.failing_since, webhook.patience_since, webhook.last_success_at, webhook.last_error
    )
    successes, triggered_at, made = 0, webhook.last_triggered_at or 0, list(made)
    for attempt, is_test in made:
        successes += attempt.succeeded
        triggered_at = max(triggered_at, attempt.started_at)
        if not is_test:
            fares = _after(fares, attempt)
    return webhook._replace(
        success_count=webhook.success_count + successes,
        failure_count=webhook.failure_count + len(made) - successes,
        last_triggered_at=triggered_at,
        **fares._asdict(),
    )


def _after(fares: Fares, attempt: Attempt) -> Fares:
    if attempt.error_code is None:
        return Fares(None, None, attempt.ended_at, None)
    failing, patience, success_at, error = fares
    start = attempt.started_at
    if _is_silent(success_at, error, start):
        patience = None
    return Fares(
        start if failing is None else min(failing, start),
        start if patience is None else min(patience, start),
        success_at,
        _error(attempt.error_code, attempt),
    )


def _error(code: ErrorCode, attempt: Attempt) -> LastError:
    at, pause = attempt.ended_at, attempt.pause
    rest_until = at + pause if pause else 0
    return LastError(code, attempt.response_status, attempt.error_message, at, rest_until)


def standing_error(webhook: Webhook) -> LastError | None:
    """Its last error, unless it was changed since: that says nothing of what it is now."""
    error = webhook.last_error
    return error if error and webhook.updated_at <= error.at else None


def rests_until(webhook: Webhook) -> int:
    """Until when its receiver asked to be left alone; 0 if it did not, or was changed since."""
    error = standing_error(webhook)
    return error.rest_until if error else 0


def counted_from(webhook: Webhook, now: int) -> int | None:
    """Since when failures count towards disabling a webhook that is tried now (contract §4).

    None after a silence: no event came, the machine slept, or its clock was set.
    """
    silent = _is_silent(webhook.last_success_at, webhook.last_error, now)
    return None if silent else webhook.patience_since


def _is_silent(success_at: int | None, error: LastError | None, start: int) -> bool:
    last = max(success_at or 0, error.at if error else 0)
    return bool(last) and start - last > SILENCE
