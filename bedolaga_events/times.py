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
        self._offset = self._read()

    def leap(self) -> int:
        """Microseconds by which the wall was set and the table does not know yet; 0 mostly."""
        offset = self._read()
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

    def _read(self) -> int:
        """How far apart the clocks are; read again if we were stopped between the two."""
        for _ in range(TRIES):
            elapsed = self.elapsed()
            wall = self.wall()
            if self.elapsed() - elapsed <= AT_ONCE:
                break
        return wall - elapsed
