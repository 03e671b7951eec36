"""One webhook's way out: what is due in memory, what is on its way, how much may be out at once."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bedolaga_events.delivery.formats import Endpoint
from bedolaga_events.model import Attempt, Delivery, ErrorCode, Webhook

BUFFER = 64  # due deliveries in memory; the rest stays in the table
HANGS = (ErrorCode.TIMEOUT, ErrorCode.CONNECT_TIMEOUT)


@dataclass(slots=True)
class Lane:
    """The lane of one webhook.

    A delivery is `taken` from when it is found, in the table or in what is heard, until its outcome
    is on disk and known here. Both see the same commit, in either order, so whatever is taken is
    not taken again.
    """

    webhook: Webhook
    endpoint: Endpoint
    width: int = 1  # requests that may be out at once: doubles with success, halves with failure
    answers: bool = True  # the last request was answered, if only by a refusal
    fails: bool = False  # the last request did not succeed
    flying: int = 0  # requests that are out
    more: bool = True  # the table may hold due deliveries that are not in `ready`
    next_due: int | None = None  # microseconds
    in_turn: bool = False  # stands among those that may start something
    reading: bool = False
    ready: deque[Delivery] = field(default_factory=deque)
    urgent: deque[Delivery] = field(default_factory=deque)  # by hand: also while it is inactive
    taken: set[int] = field(default_factory=set)
    _settled: set[int] = field(default_factory=set)  # ended while `reading`: its snapshot is stale
    _touched: set[int] = field(default_factory=set)  # heard of while on their way

    def can_start(self) -> bool:
        """Whether the next delivery may go out now."""
        waiting = len(self.ready) + len(self.urgent)
        if self.flying >= self.width or len(self.taken) - waiting >= BUFFER:
            return False
        return bool(self.urgent or (self.ready and self.webhook.is_active))

    def is_full(self) -> bool:
        """Whether more that is due stays in the table."""
        return self.more or len(self.ready) >= BUFFER or not self.webhook.is_active

    def wants_more(self) -> bool:
        """Whether the table is to be asked."""
        is_low = len(self.ready) < BUFFER // 2
        return self.more and is_low and not self.reading and self.webhook.is_active

    def start_reading(self) -> None:
        """The table is asked; what is committed from here on sets `more` again."""
        self.reading, self.more = True, False
        self._settled.clear()

    def fill(self, found: Iterable[Delivery]) -> None:
        """Take what the table held."""
        self.reading = False
        for one in found:
            if one.id not in self.taken and one.id not in self._settled:
                self._take(one, self.ready)

    def add(self, delivery: Delivery, *, urgent: bool = False) -> None:
        """Take what was heard of; if it is on its way, the table is asked when that has ended."""
        if delivery.id in self.taken:
            self._touched.add(delivery.id)
        else:
            self._take(delivery, self.urgent if urgent else self.ready)

    def start(self) -> Delivery:
        """The next delivery goes out."""
        self.flying += 1
        return (self.urgent or self.ready).popleft()

    def landed(self, attempt: Attempt, widest: int) -> None:
        """A request ended; its outcome decides how many may be out."""
        self.answers = attempt.error_code not in HANGS
        self.fails = not attempt.succeeded
        # One that hangs holds its place for the whole timeout; more of them help no one that fails.
        wider = min(widest, self.width * 2)
        self.width = wider if attempt.succeeded else max(1, self.width // 2)

    def settle(self, delivery_id: int) -> None:
        """The outcome of a delivery is on disk."""
        self.taken.discard(delivery_id)
        if self.reading:
            self._settled.add(delivery_id)
        if delivery_id in self._touched:
            self._touched.remove(delivery_id)
            self.more = True

    def drop_ready(self) -> None:
        """What is not out yet goes back to the table."""
        self.taken.difference_update(one.id for one in self.ready)
        self.ready.clear()

    def fall_due(self, at: int) -> bool:
        """Ask the table again at a moment (microseconds); whether that is sooner than planned."""
        if self.next_due is not None and self.next_due <= at:
            return False
        self.next_due = at
        return True

    def _take(self, delivery: Delivery, queue: deque[Delivery]) -> None:
        self.taken.add(delivery.id)
        queue.append(delivery)
