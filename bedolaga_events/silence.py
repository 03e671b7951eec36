"""Since when has no event come? Told by elapsed time: a clock that is set is no silence."""

from datetime import datetime, tzinfo

from bedolaga_events.times import DAY, MINUTE, SECOND, Clock
from bedolaga_events.troubles import Texts, texts

FIRST = MINUTE  # after a start the bot has so long to send what it kept
EVERY = 60.0  # seconds between looks at most
AT_LEAST = 0.05  # seconds


class Silence:
    """What is known of the last event.

    Args:
        minutes: from which on it is a silence; 0 = never.
        zone: in which times are shown.
    """

    def __init__(self, minutes: float, clock: Clock, zone: tzinfo) -> None:
        self._limit = round(minutes * MINUTE)
        self._clock = clock
        self._zone = zone
        self._since = clock.wall()  # when the last event came, for people
        self._last = clock.elapsed()  # when it came
        self._patience_ends = self._last + min(self._limit, FIRST)
        self.is_told = False

    def begin(self, last: int | None) -> None:
        """Judge by the log: when its last event was committed (microseconds); None without any.

        One that stands in the future came before the clock was set back: just now, then.
        """
        wall = self._clock.wall()
        self._since = wall if last is None else min(last, wall)
        self._last = self._clock.elapsed() - (wall - self._since)

    @property
    def is_open(self) -> bool:
        """Whether it is silent now."""
        return bool(self._limit) and self._clock.elapsed() - self._last >= self._limit

    @property
    def is_due(self) -> bool:
        """Whether it is to be told now."""
        is_late = self._clock.elapsed() >= self._patience_ends
        return self.is_open and is_late and not self.is_told

    def pause(self) -> float:
        """Seconds until the next look: when it may be due, or become a silence anew."""
        at = max(self._last + self._limit, self._patience_ends)
        left = (at - self._clock.elapsed()) / SECOND
        return min(EVERY, max(left if left > 0 else self._limit / SECOND, AT_LEAST))

    def told(self) -> Texts:
        """The alert."""
        self.is_told = True
        minutes = (self._clock.elapsed() - self._last) / MINUTE
        return texts("silence", since=self._shown(self._since), minutes=round(minutes, 2))

    def broken(self) -> Texts | None:
        """An event came: what to say of the silence before it, if it was one."""
        was_open, since = self.is_open, self._since
        self._since, self._last = self._clock.wall(), self._clock.elapsed()
        self.is_told = False
        if not was_open:
            return None
        return texts("again", since=self._shown(since))

    def _shown(self, moment: int) -> str:
        """The time of day; with its date when that is not within the last one."""
        at = datetime.fromtimestamp(moment / SECOND, self._zone)
        return f"{at:%H:%M}" if self._clock.wall() - moment < DAY else f"{at:%Y-%m-%d %H:%M}"
