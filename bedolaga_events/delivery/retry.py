"""What happens after an attempt: succeed, retry at a time, give up, or stop the webhook."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from bedolaga_events.model import Attempt
from bedolaga_events.times import SECOND
from bedolaga_events.wire import EPOCH

JITTER = 0.2  # a retry comes 0 to 20 % late, never early (contract §4)
GONE = 410
BUSY = (429, 503)  # with a Retry-After: for whatever is sent there (RFC 6585 §4, RFC 9110 §15.6.4)
DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")  # seconds; some servers write fractions
WARNINGS = (50, 70, 90)  # percent of the time until deactivation


@dataclass(frozen=True, slots=True)
class Succeed:
    """The receiver answered 2xx."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after a time (microseconds)."""

    wait: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The schedule is exhausted."""


@dataclass(frozen=True, slots=True)
class Deactivate:
    """The receiver is gone for good (410): the delivery fails and the webhook stops."""

    reason: str
    unless_moved: Retry | GiveUp  # that the old URL is gone says nothing of a new one


Decision = Succeed | Retry | GiveUp | Deactivate


def decide(
    attempt: Attempt,
    schedule: Sequence[float],
    now: int,
    jitter: float,
    schedule_from: int = 0,
) -> Decision:
    """What an attempt's outcome leads to.

    Args:
        attempt: the attempt that just ended.
        schedule: seconds before each retry.
        now: when it ended, in microseconds.
        jitter: a random number from 0 to 1.
        schedule_from: attempts that were made before the schedule began.
    """
    if attempt.succeeded:
        return Succeed()
    later = _later(attempt, schedule, now, jitter, attempt.number - schedule_from)
    if attempt.response_status == GONE:
        return Deactivate("The receiver answered 410 Gone.", later)
    return later


def pause(attempt: Attempt, schedule: Sequence[float], now: int) -> int:
    """Microseconds for which nothing more is to be sent to this receiver, because it said so.

    Args:
        attempt: the attempt that just ended.
        schedule: seconds before each retry; the longest bounds it, or an hour without any.
        now: when it ended, in microseconds.
    """
    if attempt.response_status not in BUSY and attempt.retry_after is None:
        return 0
    asked = _asked(attempt, now) or 0
    return round(min(asked, max(schedule, default=3600)) * SECOND)


def _later(
    attempt: Attempt, schedule: Sequence[float], now: int, jitter: float, made: int
) -> Retry | GiveUp:
    if made > len(schedule):
        return GiveUp()
    wait = schedule[made - 1] * (1 + JITTER * jitter)
    asked = _asked(attempt, now)
    if asked is not None:
        wait = max(wait, min(asked, max(schedule)))
    return Retry(round(wait * SECOND))


def _asked(attempt: Attempt, now: int) -> float | None:
    """Seconds that the receiver asks for, in its body (chats) or the header."""
    if attempt.retry_after is not None:
        return attempt.retry_after
    return retry_after(dict(attempt.response_headers).get("retry-after", ""), now)


def retry_after(value: str, now: int) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3); None for garbage or the past.

    However many digits there are: more than a number holds is infinite, and bounded as any other.

    Args:
        value: the header, seconds or an HTTP date.
        now: microseconds.
    """
    value = value.strip()
    if DIGITS.fullmatch(value):
        seconds = float(value)
    else:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        moment = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (moment - EPOCH).total_seconds() - now / SECOND
    return seconds if seconds > 0 else None


def failed_too_long(failing_since: int | None, now: int, hours: float) -> str | None:
    """Why a webhook is deactivated after `hours` of nothing but failures; None while it is not.

    Args:
        failing_since: its first failure after the last success, in microseconds.
        now: microseconds.
        hours: 0 for never.
    """
    if not hours or failing_since is None or now - failing_since < hours * 3600 * SECOND:
        return None
    return f"Every delivery failed for {hours:g} hours."


def warning(failing_since: int | None, before: int | None, now: int, hours: float) -> int | None:
    """The percentage (50, 70, 90) of the time until deactivation that passed since `before`.

    Args:
        failing_since: the webhook's first failure after its last success, in microseconds.
        before: when the attempt before this one ended; None: never.
        now: microseconds.
        hours: until deactivation; 0 for never.
    """
    if not hours or failing_since is None or before is None:
        return None
    whole = hours * 3600 * SECOND
    passed = [one for one in WARNINGS if before - failing_since < whole * one / 100]
    reached = [one for one in passed if now - failing_since >= whole * one / 100]
    return max(reached, default=None)
