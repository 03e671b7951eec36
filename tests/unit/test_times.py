"""`times`: what leaps is not believed at once, what passes is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.times import DAY, HOUR, MINUTE, SECOND, Calendar, Clock, believed

START = 1_768_473_000 * SECOND
YEAR = 365 * DAY


class Hands:
    """Two clocks that are moved by hand."""

    def __init__(self) -> None:
        self.wall, self.elapsed = START, 7 * HOUR
        self.clock = Clock(lambda: self.wall, lambda: self.elapsed)
        self.calendar = Calendar(self.clock)

    def pass_by(self, time: int) -> None:
        """Time passes, and is looked at now and then."""
        for _ in range(10):
            self.wall += time // 10
            self.elapsed += time // 10
            self.calendar.now()


@pytest.mark.parametrize("leap", [YEAR, -YEAR, HOUR, -HOUR, MINUTE])
def test_a_leap_is_believed_once_it_lasted_an_hour(leap: int) -> None:
    """Until then time goes on as if nothing had been."""
    hands = Hands()
    hands.pass_by(MINUTE)
    hands.wall += leap
    assert hands.calendar.now() == START + MINUTE
    assert hands.calendar.doubt == leap
    hands.pass_by(HOUR - MINUTE)
    assert hands.calendar.now() == START + HOUR
    hands.pass_by(MINUTE)
    assert (hands.calendar.now(), hands.calendar.doubt) == (hands.wall, 0)


def test_a_clock_that_is_set_right_again_leaves_nothing_behind() -> None:
    """A year forward and back; the next leap has an hour of its own."""
    hands = Hands()
    hands.wall += YEAR
    hands.pass_by(HOUR // 2)
    hands.wall -= YEAR
    assert (hands.calendar.now(), hands.calendar.doubt) == (hands.wall, 0)
    hands.wall += YEAR
    hands.pass_by(HOUR - MINUTE)
    assert hands.calendar.now() == hands.wall - YEAR


def test_a_clock_that_leaps_on_and_on_is_never_believed() -> None:
    """Each leap begins the hour anew."""
    hands = Hands()
    for _ in range(5):
        hands.wall += DAY
        hands.pass_by(HOUR - MINUTE)
    assert hands.calendar.now() == hands.wall - 5 * DAY


@given(st.lists(st.integers(-SECOND // 20, SECOND // 20), max_size=50))
def test_a_clock_that_is_slowed_or_hurried_is_followed(drifts: list[int]) -> None:
    """As NTP does it, a little at a time."""
    hands = Hands()
    for drift in drifts:
        hands.pass_by(MINUTE)
        hands.wall += drift
        assert hands.calendar.now() == hands.wall
        assert hands.calendar.doubt == 0


@pytest.mark.parametrize(
    ("away", "shown"), [(0, 0), (HOUR, HOUR), (DAY, DAY), (DAY + 1, 0), (YEAR, 0), (-HOUR, 0)]
)
def test_a_rest_of_a_day_is_believed(away: int, shown: int) -> None:
    """A longer one, and a clock set back, look like a leap: for an hour it is the time before."""
    assert believed(START, START + away) == START + shown
    assert believed(None, START + away) == START + away
    hands = Hands()
    hands.calendar.resume(START - away)
    assert hands.calendar.now() == START - away + shown
    hands.pass_by(HOUR)
    assert hands.calendar.now() == hands.wall
