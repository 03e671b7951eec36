"""`health`: what attempts say of a webhook, and when the clock that disables starts anew."""

from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events import health
from bedolaga_events.model import Attempt, ErrorCode, LastError, Webhook, WebhookState

HOUR = 3_600_000_000  # microseconds
START = 1_768_473_000_000_000


def webhook(**values: object) -> Webhook:
    """A webhook that was never called."""
    row: dict[str, object] = dict.fromkeys(Webhook._fields)
    row |= {"is_active": True, "success_count": 0, "failure_count": 0, "secrets": ()}
    return Webhook(**(row | values))  # type: ignore[arg-type]  # columns by name


def good(at: int) -> Attempt:
    return Attempt(1, at, 20, response_status=200)


def bad(at: int, status: int = 503) -> Attempt:
    return Attempt(1, at, 20, ErrorCode.HTTP_STATUS, f"HTTP {status}", status)


def after(one: Webhook, *made: Attempt, is_test: bool = False) -> Webhook:
    return health.after(one, [(attempt, is_test) for attempt in made])


def test_a_pause_that_was_asked_for_is_kept_until_the_webhook_is_changed() -> None:
    """For the next start; a success ends it too."""
    paused = after(webhook(updated_at=START), bad(START)._replace(pause=HOUR))
    assert health.rests_until(paused) == START + 20_000 + HOUR
    assert health.rests_until(paused._replace(updated_at=START + HOUR)) == 0
    assert health.rests_until(after(paused, good(START + 1))) == 0


def test_it_works_until_its_last_attempt_failed() -> None:
    """The state, the first failure's start, the last error in full; a success clears them."""
    one = webhook()
    assert (one.state, one.failing_since, one.last_error) == (WebhookState.WORKING, None, None)
    failed = after(one, bad(START), bad(START + HOUR, 500))
    assert (failed.state, failed.failing_since) == (WebhookState.FAILING, START)
    at = START + HOUR + 20_000
    assert failed.last_error == LastError(ErrorCode.HTTP_STATUS, 500, "HTTP 500", at)
    well = after(failed, good(START + 2 * HOUR))
    assert (well.state, well.failing_since, well.last_error) == (WebhookState.WORKING, None, None)
    assert well.last_success_at == START + 2 * HOUR + 20_000
    assert (well.success_count, well.failure_count) == (1, 2)


def test_the_attempt_that_ended_last_decides() -> None:
    """A slow failure that ends after a quick success is the last; its start is what is shown."""
    one = after(webhook(), good(START + HOUR), bad(START))
    assert (one.state, one.failing_since) == (WebhookState.FAILING, START)
    assert one.last_success_at is not None


def test_a_test_says_nothing() -> None:
    """Nor does its failure begin a time of failing; the counts of attempts move."""
    one = after(webhook(), bad(START), is_test=True)
    assert (one.state, one.failing_since, one.failure_count) == (WebhookState.WORKING, None, 1)
    failing = after(one, bad(START + HOUR))
    tested = after(failing, good(START + 2 * HOUR), is_test=True)
    assert tested.state is WebhookState.FAILING
    assert tested.last_success_at is None


def test_a_person_or_the_server_switched_it_off() -> None:
    """`off` and `disabled`, however its last attempt ended."""
    assert webhook(is_active=False).state is WebhookState.OFF
    assert webhook(is_active=False, disabled_reason="410").state is WebhookState.DISABLED


def test_after_a_silence_the_clock_that_disables_starts_anew() -> None:
    """One blip after six silent days (D11): what is shown stays, what counts begins."""
    failing = after(webhook(), bad(START))
    assert health.counted_from(failing, START + 35 * HOUR) == START
    late = START + 6 * 24 * HOUR
    assert health.counted_from(failing, late) is None
    blip = after(failing, bad(late))
    assert (blip.failing_since, blip.patience_since) == (START, late)
    assert health.counted_from(blip, late + HOUR) == late


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10 * HOUR)), max_size=12), st.data())
def test_how_attempts_are_grouped_into_transactions_does_not_matter(
    drawn: list[tuple[bool, int]], data: st.DataObject
) -> None:
    """All at once or some and then the rest: the same webhook."""
    made = [good(START + at) if well else bad(START + at) for well, at in drawn]
    cut = data.draw(st.integers(0, len(made)))
    whole = after(webhook(), *made)
    assert after(after(webhook(), *made[:cut]), *made[cut:]) == whole
    assert (whole.failing_since is None) == (whole.last_error is None)
