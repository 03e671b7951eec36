"""How attempts change what is known of a webhook: counts, failing since when, its last error."""

from collections.abc import Iterable

from bedolaga_events.model import Attempt, LastError, Webhook
from bedolaga_events.times import HOUR

SILENCE = 36 * HOUR  # after this the clock that disables starts anew


def after(webhook: Webhook, made: Iterable[tuple[Attempt, bool]]) -> Webhook:
    """A webhook once attempts are stored.

    Args:
        webhook: as it was before.
        made: the attempts in the order in which they ended, and whether each was a test; a test
            moves the counts, but says nothing of how the webhook fares.
    """
    failing, patience = webhook.failing_since, webhook.patience_since
    success_at, error = webhook.last_success_at, webhook.last_error
    successes, triggered_at = 0, webhook.last_triggered_at or 0
    made = list(made)
    for attempt, is_test in made:
        successes += attempt.succeeded
        triggered_at = max(triggered_at, attempt.started_at)
        if is_test:
            continue
        if attempt.error_code is None:
            failing = patience = error = None
            success_at = attempt.ended_at
            continue
        start = attempt.started_at
        if _is_silent(success_at, error, start):
            patience = None
        failing = start if failing is None else min(failing, start)
        patience = start if patience is None else min(patience, start)
        error = LastError(
            attempt.error_code, attempt.response_status, attempt.error_message, attempt.ended_at
        )
    return webhook._replace(
        success_count=webhook.success_count + successes,
        failure_count=webhook.failure_count + len(made) - successes,
        last_triggered_at=triggered_at,
        failing_since=failing,
        patience_since=patience,
        last_success_at=success_at,
        last_error=error,
    )


def counted_from(webhook: Webhook, now: int) -> int | None:
    """Since when failures count towards disabling a webhook that is tried now (contract §4).

    None after a silence: no event came, the machine slept, or its clock was set.
    """
    silent = _is_silent(webhook.last_success_at, webhook.last_error, now)
    return None if silent else webhook.patience_since


def _is_silent(success_at: int | None, error: LastError | None, start: int) -> bool:
    last = max(success_at or 0, error.at if error else 0)
    return bool(last) and start - last > SILENCE
