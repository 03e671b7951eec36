"""One webhook's way out: what waits in memory, what is out, when the next may go.

Pure: it has no clock and asks nobody. Moments are microseconds of elapsed time, which no one can
set. The table is the truth; a lane holds a few rows of it, and hears of every commit, before or
after a reading of the table has seen it.
"""

from dataclasses import dataclass, field

from bedolaga_events import health
from bedolaga_events.delivery.starts import Found, Start
from bedolaga_events.model import Attempt, Delivery, ErrorCode, Status, Webhook
from bedolaga_events.times import MINUTE, SECOND

BUFFER = 64  # due deliveries in memory; the rest stays in the table
FOLDED = 500  # deliveries in one message of a chat, at most
FEW = 5  # so many of a chat's still go out one by one
ASK_EVERY = MINUTE  # then the table is asked again, whatever was heard
ASK_AGAIN = SECOND  # after a reading that failed
FAR = 1 << 62  # microseconds: never
SLOW = 1_000  # milliseconds: whoever takes longer holds places as one that hangs does
HANGS = (ErrorCode.TIMEOUT, ErrorCode.CONNECT_TIMEOUT, ErrorCode.DNS)


@dataclass(slots=True, eq=False)
class Lane:
    """The lane of one webhook.

    A delivery `waits` or is `out` from when it is found, in the table or in what is heard, until
    the commit of its outcome is heard of; so none is taken twice.

    Args:
        webhook: as it is now.
        widest: requests that may ever be out at once.
    """

    webhook: Webhook
    widest: int
    width: int = 1  # requests that may be out now: doubles with success, halves with failure
    answers: bool = True  # the last request was answered soon, if only by a refusal
    fails: bool = False  # the last request did not succeed
    flying: int = 0  # requests that are out
    in_turn: bool = False  # stands among those that may start something
    alarm_at: int = FAR  # when it will be looked at, unless something is heard before
    reading: bool = False
    gone: bool = False  # its webhook was deleted
    waiting: dict[int, Delivery] = field(default_factory=dict)
    urgent: dict[int, Delivery] = field(default_factory=dict)  # by hand: also while it is inactive
    out: dict[int, int] = field(default_factory=dict)  # to attempts made before, until recorded
    _more: bool = True  # the table may hold due deliveries that do not wait here
    _asked_at: int = 0
    _next_due: int = FAR
    _free_at: int = 0  # not before: what may go out in a minute is spaced
    _paused_until: int = 0  # not before, unless by hand: the receiver asked for it
    _heard: set[int] = field(default_factory=set)  # since the reading began: it may be older
    _doubted: bool = False  # since the reading began more may have changed than was heard
    _urged: set[int] = field(default_factory=set)  # by hand, while it was out

    def __post_init__(self) -> None:
        """What an earlier run saw of it: one that is known to hang is not trusted anew."""
        error = health.standing_error(self.webhook)
        self.fails = error is not None
        self.answers = error is None or error.code not in HANGS

    @property
    def buffer(self) -> int:
        """How many due deliveries it holds in memory; the rest stays in the table."""
        return FOLDED if self.webhook.folds else BUFFER

    @property
    def held(self) -> list[int]:
        """The deliveries that it knows to be due: a reading of the table is to leave them out."""
        return [*self.waiting, *self.urgent, *self.out]

    def can_start(self, now: int) -> bool:
        """Whether the next delivery may go out."""
        return self._has_room() and self._opens_at() <= now

    def wants_more(self, now: int) -> bool:
        """Whether the table is to be asked."""
        return self._asks_at() <= now

    def alarm(self, now: int) -> int:
        """When this lane is to be looked at though nothing is heard."""
        opens = self._opens_at() if self._has_room() else FAR
        return min(self._asks_at(), opens if opens > now else FAR)

    def ask(self, now: int) -> None:
        """The table is asked; what is committed from here on may not be in its answer."""
        self.reading, self._more, self._doubted = True, False, False
        self._asked_at, self._next_due = now, FAR
        self._heard.clear()

    def fill(self, found: Found | None, now: int) -> None:
        """Take what the table held, but for what was heard since: that is newer, or the same.

        Args:
            found: None if it could not be read.
            now: the moment.
        """
        self.reading = False
        if found is None:
            self._fall_due(now + ASK_AGAIN)
            return
        if self.gone or self._doubted or not self.webhook.is_active:
            self._more = True
            return
        self._more = self._more or not found.is_all
        if found.following is not None:
            self._fall_due(now + found.following)
        for one in found.due:
            if not (one.id in self._heard or one.id in self.out or one.id in self.urgent):
                self.waiting[one.id] = one

    def hear(self, delivery: Delivery, wait: int, now: int, *, urgent: bool) -> None:
        """Note what a commit says of a delivery.

        Args:
            delivery: as it is after the commit.
            wait: microseconds until it is due, if it is pending.
            now: the moment.
            urgent: a person asked for it.
        """
        number = delivery.id
        if self.reading:
            self._heard.add(number)
        if number in self.out:
            if delivery.attempt_number == self.out[number]:  # not its outcome: that comes yet
                self._urged.update([number] if urgent else [])
                return
            del self.out[number]
            urgent = number in self._urged
            self._urged.discard(number)
        else:
            self.waiting.pop(number, None)
            self.urgent.pop(number, None)
        if delivery.status is Status.PENDING:
            if wait > 0:
                self._fall_due(now + wait)
            else:
                self._take(delivery, urgent=urgent)

    def _take(self, delivery: Delivery, *, urgent: bool) -> None:
        if urgent:
            self.urgent[delivery.id] = delivery
        elif self._more or len(self.waiting) >= self.buffer or not self.webhook.is_active:
            self._more = True
        else:
            self.waiting[delivery.id] = delivery

    def doubt(self) -> None:
        """Rows changed that nobody lists: what waits goes back to the table."""
        self.waiting.clear()
        self.urgent.clear()
        self._more = self._doubted = True

    def change(self, webhook: Webhook) -> None:
        """The webhook was changed; one that was activated or moved is met without prejudice."""
        before, self.webhook = self.webhook, webhook
        if not webhook.is_active:
            self.waiting.clear()
        elif not before.is_active:
            self._more = True
        is_moved = webhook.destination != before.destination
        if is_moved or webhook.max_per_minute != before.max_per_minute:
            self._free_at = 0
        if is_moved or webhook.is_active > before.is_active:
            self.width, self.answers, self.fails, self._paused_until = 1, True, False, 0

    def rest(self, until: int) -> None:
        """Send nothing before a moment, unless by hand: the receiver asked an earlier run."""
        self._paused_until = until

    def close(self) -> None:
        """The webhook was deleted, and its deliveries with it."""
        self.gone = True
        self.waiting.clear()
        self.urgent.clear()

    def start(self, now: int) -> Start:
        """The next delivery goes out."""
        queue = self.urgent or self.waiting
        chosen = self._chosen(queue)
        for one in chosen:
            del queue[one.id]
            self.out[one.id] = one.attempt_number
        self.flying += 1
        if most := self.webhook.max_per_minute:
            self._free_at = now + MINUTE // most
        return Start(chosen[0], self.webhook, not self.answers, chosen[1:])

    def land(self, start: Start, attempt: Attempt, pause: int, now: int) -> None:
        """A request ended; its outcome decides how many may be out, and from when on.

        Args:
            start: what `start` gave.
            attempt: what came of it.
            pause: microseconds for which the receiver asked to be left alone.
            now: the moment.
        """
        if start.webhook.destination != self.webhook.destination:
            return  # it says nothing about the new receiver
        self.answers = attempt.error_code not in HANGS and attempt.duration_ms < SLOW
        self.fails = not attempt.succeeded
        # One that hangs holds its place for the whole timeout; more of them help no one that fails.
        wider = min(self.widest, self.width * 2)
        self.width = wider if attempt.succeeded else max(1, self.width // 2)
        if pause:
            self._paused_until, self.width = max(self._paused_until, now + pause), 1

    def let_go(self, delivery_id: int, now: int) -> bool:
        """What is out ended without an outcome; its row is as it was, and is found there again.

        Returns:
            Whether it was out: not when its outcome was heard of.
        """
        if self.out.pop(delivery_id, None) is None:
            return False
        self._urged.discard(delivery_id)
        self._fall_due(now + ASK_EVERY)
        return True

    def _chosen(self, queue: dict[int, Delivery]) -> tuple[Delivery, ...]:
        """The next one; of a chat, where many wait, all that fits into one message, but no test."""
        first = next(iter(queue.values()))
        if self.webhook.folds and not first.is_test and len(queue) > FEW:
            many = tuple(one for one in queue.values() if not one.is_test)[:FOLDED]
            if len(many) > FEW:
                return many
        return (first,)

    def _has_room(self) -> bool:
        return self.flying < self.width and len(self.out) < self.buffer

    def _opens_at(self) -> int:
        if self.urgent:
            return self._free_at
        if self.waiting and self.webhook.is_active:
            return max(self._free_at, self._paused_until)
        return FAR

    def _asks_at(self) -> int:
        if self.reading or self.gone or not self.webhook.is_active:
            return FAR
        if len(self.waiting) >= self.buffer // 2:
            return FAR
        return 0 if self._more else min(self._next_due, self._asked_at + ASK_EVERY)

    def _fall_due(self, at: int) -> None:
        self._next_due = min(self._next_due, at)
