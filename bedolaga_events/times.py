"""Units of time, and two clocks: the wall, which can be set, and elapsed time, which cannot."""

from collections.abc import Callable

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LEAP = SECOND // 10  # more than a clock that is being slowed or hurried gains between two looks
AT_ONCE = SECOND // 1000  # microseconds within which both clocks are to be read
TRIES = 5


class Clock:
    """What is shown is the time on the wall; what waits, waits for time to pass (contract §4).

    The moments at which deliveries fall due are kept as the wall tells them, for people and for the
    next start. When the wall is set, the next transaction moves them along (`store.leaps`), and
    until then `due` goes on as if it had not been.

    Args:
        wall: microseconds since the epoch.
        elapsed: microseconds since any moment, sleep included.
    """

    def __init__(self, wall: Callable[[], int], elapsed: Callable[[], int]) -> None:
        self.wall = wall
        self.elapsed = elapsed
        self._offset = self.offset()

    def leap(self) -> int:
        """Microseconds by which the wall was set and the table does not know yet; 0 mostly."""
        offset = self.offset()
        if abs(offset - self._offset) < LEAP:
            self._offset = offset
        return offset - self._offset

    def follow(self, leap: int) -> None:
        """The table was moved along."""
        self._offset += leap

    def due(self) -> int:
        """The moment, as the table has it, up to which its rows are due."""
        self.leap()
        return self.elapsed() + self._offset

    def offset(self) -> int:
        """How far apart the clocks are; read again if we were stopped between the two."""
        for _ in range(TRIES):
            elapsed = self.elapsed()
            wall = self.wall()
            if self.elapsed() - elapsed <= AT_ONCE:
                break
        return wall - elapsed


class Calendar:
    """The time by which things expire and are let go (contract §4).

    It is the wall's, but for a leap that elapsed time does not explain: what is deleted for one
    does not come back. The wall is believed again once that has lasted an hour.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._seen = clock.offset()
        self._since = clock.elapsed()

    def resume(self, last: int | None) -> None:
        """Go on from the last moment at which the server is known to have run; None: unknown."""
        wall = self._clock.wall()
        self._offset += believed(last, wall) - wall

    def now(self) -> int:
        """Microseconds since the epoch."""
        offset, elapsed = self._clock.offset(), self._clock.elapsed()
        if abs(offset - self._seen) >= LEAP:
            self._since = elapsed
        elif self._seen == self._offset:
            self._offset = offset  # a clock that is being slowed or hurried
        self._seen = offset
        if abs(self.doubt) < LEAP or elapsed - self._since >= HOUR:
            self._offset = offset
        return elapsed + self._offset

    @property
    def doubt(self) -> int:
        """Microseconds by which the wall is ahead (or behind) and not believed; 0 mostly."""
        return self._seen - self._offset


def believed(last: int | None, wall: int) -> int:
    """The time after a rest of unknown length: that of the wall, if it was no more than a day.

    Args:
        last: when the rest began, at the earliest; None: unknown.
        wall: what the clock says.
    """
    return wall if last is None or last <= wall <= last + DAY else last
