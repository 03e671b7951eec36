"""Events that were refused for their type or payload: counted, logged, listed (contract §2).

Kept in memory, since the start: what a bot sends wrong shows itself again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import structlog

from bedolaga_events.catalogue import is_well_formed
from bedolaga_events.errors import Unprocessable
from bedolaga_events.logs import Minutely
from bedolaga_events.metrics import OTHER, Metrics
from bedolaga_events.wire import rfc3339

MOST = 100  # types that are told apart; what comes besides is `OTHER`

log = structlog.get_logger()


@dataclass(slots=True)
class Refused:
    """How often events of a type were refused, and why the last one was."""

    type: str
    count: int
    first_at: str
    last_at: str
    detail: str


class Refusals:
    """What was refused since the start; `now` is the clock in microseconds."""

    def __init__(self, metrics: Metrics, now: Callable[[], int]) -> None:
        self._metrics = metrics
        self._now = now
        self._by_type: dict[str, Refused] = {}
        self._sparingly = Minutely()

    @contextmanager
    def counting(self, event_type: str) -> Iterator[None]:
        """Count the refusal of an event of this type, if one passes through."""
        try:
            yield
        except Unprocessable as refusal:
            self._count(event_type, refusal.detail)
            raise

    def listed(self) -> list[dict[str, object]]:
        """The last refused first."""
        newest = sorted(self._by_type.values(), key=lambda one: one.last_at, reverse=True)
        return [asdict(one) for one in newest]

    def _count(self, event_type: str, detail: str) -> None:
        name = event_type if is_well_formed(event_type) else OTHER
        if name not in self._by_type and len(self._by_type) >= MOST:
            name = OTHER
        now = rfc3339(self._now())
        found = self._by_type.setdefault(name, Refused(name, 0, now, now, detail))
        found.count, found.last_at, found.detail = found.count + 1, now, detail
        self._metrics.refused.labels(name).inc()
        if self._sparingly(name):
            log.warning("an event was refused", type=name, count=found.count, detail=detail)
