"""`delivery.retry`: outcome, schedule, time and chance in; a decision out."""

from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events import wire
from bedolaga_events.delivery import retry
from bedolaga_events.model import Attempt, ErrorCode
from bedolaga_events.times import SECOND

NOW = 1_768_473_000_000_000
SCHEDULE = [5.0, 300.0, 1800.0]


def failed(number: int, status: int = 500, **headers: str) -> Attempt:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Attempt(number, NOW, 1, ErrorCode.HTTP_STATUS, "", status, pairs)


def test_success_succeeds() -> None:
    """A 2xx needs nothing more."""
    assert retry.decide(Attempt(1, NOW, 1), SCHEDULE, NOW, 0.5) == retry.Succeed()


def test_an_empty_schedule_means_one_attempt() -> None:
    """`retry_schedule = []` gives up after the first failure."""
    assert retry.decide(failed(1), [], NOW, 0) == retry.GiveUp()


def test_410_deactivates_whatever_is_left_of_the_schedule() -> None:
    """Gone is gone."""
    assert isinstance(retry.decide(failed(1, 410), SCHEDULE, NOW, 0), retry.Deactivate)


@given(st.integers(1, 6), st.floats(0, 1))
def test_a_retry_is_never_early_and_at_most_a_fifth_late(number: int, jitter: float) -> None:
    """The schedule holds for every attempt and every draw of chance."""
    decision = retry.decide(failed(number), SCHEDULE, NOW, jitter)
    if number > len(SCHEDULE):
        assert decision == retry.GiveUp()
        return
    assert isinstance(decision, retry.Retry)
    wait = decision.wait / 1_000_000
    assert SCHEDULE[number - 1] <= wait <= SCHEDULE[number - 1] * 1.2 + 1e-6


@given(st.text(max_size=40) | st.integers(-10, 10**12).map(str))
def test_retry_after_is_bounded_whatever_it_says(value: str) -> None:
    """Never earlier than the schedule, never later than its longest step."""
    decision = retry.decide(failed(1, 503, retry_after=value), SCHEDULE, NOW, 0)
    assert isinstance(decision, retry.Retry)
    assert SCHEDULE[0] <= decision.wait / 1_000_000 <= max(SCHEDULE)


def test_retry_after_takes_seconds_and_dates() -> None:
    """RFC 9110 allows both forms; the past and garbage are ignored."""
    in_two_minutes = format_datetime(
        wire.EPOCH.fromtimestamp(NOW / 1e6 + 120, wire.EPOCH.tzinfo), usegmt=True
    )
    assert retry.retry_after("120", NOW) == 120
    assert retry.retry_after("120.5", NOW) == 120.5
    assert retry.retry_after(in_two_minutes, NOW) == 120
    assert retry.retry_after("Wed, 21 Oct 2015 07:28:00 GMT", NOW) is None
    assert retry.retry_after("soon", NOW) is None
    assert retry.retry_after("nan", NOW) is None
    assert retry.retry_after("1e3", NOW) is None


def test_retry_after_with_hundreds_of_digits_is_the_longest_pause() -> None:
    """A number that no float holds is no garbage: it asks for as much as there is."""
    busy = failed(1, 503, retry_after="9" * 400)
    decision = retry.decide(busy, SCHEDULE, NOW, 0)
    assert decision == retry.Retry(round(max(SCHEDULE) * SECOND))
    assert retry.pause(busy, SCHEDULE, NOW) == max(SCHEDULE) * SECOND


def test_only_429_and_503_with_a_retry_after_pause_a_lane() -> None:
    """For as long as they say, but never longer than the schedule's longest step (D16)."""
    assert retry.pause(failed(1, 429, retry_after="60"), SCHEDULE, NOW) == 60 * SECOND
    assert retry.pause(failed(1, 503, retry_after="9999"), SCHEDULE, NOW) == 1800 * SECOND
    assert retry.pause(failed(1, 503, retry_after="9999"), [], NOW) == 3600 * SECOND
    assert retry.pause(failed(1, 500, retry_after="60"), SCHEDULE, NOW) == 0
    assert retry.pause(failed(1, 429), SCHEDULE, NOW) == 0
    asked_in_its_body = failed(1, 200)._replace(retry_after=60)  # a chat's own words (§4, Formats)
    assert retry.pause(asked_in_its_body, SCHEDULE, NOW) == 60 * SECOND


def test_a_webhook_fails_too_long_after_its_hours() -> None:
    """0 hours means never."""
    hour = 3600 * 1_000_000
    assert retry.failed_too_long(NOW, NOW + 120 * hour - 1, 120) is None
    assert retry.failed_too_long(NOW, NOW + 120 * hour, 120) is not None
    assert retry.failed_too_long(NOW, NOW + 9999 * hour, 0) is None
    assert retry.failed_too_long(None, NOW, 120) is None


@given(st.integers(0, 10**9), st.floats(0.1, 1000))
def test_a_webhook_is_given_its_hours(seconds: int, hours: float) -> None:
    """Not a moment less; 0 is never; without a failure never."""
    since = NOW - seconds * SECOND
    reason = retry.failed_too_long(since, NOW, hours)
    assert (reason is not None) == (NOW - since >= hours * 3600 * SECOND)
    assert retry.failed_too_long(since, NOW, 0) is None
    assert retry.failed_too_long(None, NOW, hours) is None


@given(st.lists(st.integers(1, 40 * 3600), min_size=1, max_size=30))
def test_each_warning_comes_once_on_the_way(steps: list[int]) -> None:
    """At 50, 70 and 90 percent of 100 hours; of several passed at once, the last."""
    warnings, before, now = [], NOW, NOW
    for step in steps:
        now += step * SECOND
        percent = retry.warning(NOW, before, now, 100)
        if percent is not None:
            warnings.append(percent)
        before = now
    assert warnings == sorted(set(warnings))
    passed = (now - NOW) / (100 * 3600 * SECOND) * 100
    assert (max(warnings, default=0) >= 90) == (passed >= 90)
