"""Commits and readings around `Turns`, in every order in which they can come."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bedolaga_events.delivery import retry
from bedolaga_events.delivery.lane import FEW, FOLDED, Lane
from bedolaga_events.delivery.starts import Found, Start
from bedolaga_events.delivery.turns import Turns
from bedolaga_events.model import Delivery, Status, Webhook
from bedolaga_events.store.attempts import Record
from bedolaga_events.times import MINUTE, SECOND
from tests.unit.turns_table import (
    OUTCOMES,
    SCHEDULE,
    Table,
    delivery_of,
    record_of,
    webhook_of,
)

CONCURRENCY, WIDEST = 6, 8
LATE = 2 * SECOND  # what is due goes out within this, when all receivers answer


class TurnsMachine(Table):
    """What the worker, the writer and the readers do, one step at a time."""

    turns_type = Turns

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[int, Webhook] = {}  # as heard of
        self.put_off: dict[int, int] = {}  # what was broken off is tried again in a minute
        self.made = 0
        self._begin()

    def _begin(self) -> None:
        self.turns = self.turns_type(CONCURRENCY, WIDEST)
        self.readings: dict[Lane, Found | None] = {}
        self.seen: set[Lane] = set()  # of these: they have looked, and come back later
        self.flying: list[tuple[Lane, Start]] = []
        self.landed: list[tuple[Lane, Record]] = []  # on its way to the disk
        self.ending = []
        for one in self.webhooks.values():
            self.turns.place(one)
        self.heard = dict(self.webhooks)

    @initialize()
    def two_webhooks(self) -> None:
        committed = self._commit()
        for number in (1, 2):
            self._change(committed, webhook_of(number))
        self.turn()
        self._read()

    # What a commit may hold.

    @rule(webhook=st.sampled_from([1, 2]), count=st.integers(1, 90))
    def events(self, webhook: int, count: int) -> None:
        committed = self._commit()
        one = self.webhooks.get(webhook)
        for _ in range(count if one else 0):
            self.made += 1
            assert one is not None
            new = delivery_of(self.made, webhook, next_retry_at=self.now)
            if not one.is_active:
                new = new._replace(status=Status.SKIPPED, next_retry_at=None)
            self._put(committed, new)

    @precondition(lambda self: self.landed)
    @rule(data=st.data(), step=st.sampled_from(["", "replay", "cancel"]))
    def record(self, data: st.DataObject, step: str) -> None:
        """A group commit: outcomes, and perhaps a step of a replay or a cancel beside them."""
        count = data.draw(st.integers(1, len(self.landed)))
        chosen, self.landed = self.landed[:count], self.landed[count:]
        self._record(chosen)
        self._step(step, chosen[0][0].webhook.id)

    @rule(webhook=st.sampled_from([1, 2]), step=st.sampled_from(["replay", "cancel"]))
    def step(self, webhook: int, step: str) -> None:
        self._commit()
        self._step(step, webhook)

    # What the worker does.

    @rule()
    def hear(self) -> None:
        if self.unheard is not None:
            for one in self.unheard.webhooks:
                self.heard[one.id] = one
            for gone in self.unheard.deleted_webhooks:
                self.heard.pop(gone)
            self.turns.hear(self.unheard, self.now)
            self.unheard = None

    @rule()
    def ask(self) -> None:
        self.readings |= dict.fromkeys(self.turns.look(self.now))

    @precondition(lambda self: self.readings)
    @rule(data=st.data(), fails=st.booleans())
    def look(self, data: st.DataObject, fails: bool) -> None:
        """A reading sees the table as it is now, or fails; it comes back later."""
        lane = data.draw(st.sampled_from(list(self.readings)))
        if lane not in self.seen:
            self.seen.add(lane)
            self.readings[lane] = None if fails else self._found(lane)

    @precondition(lambda self: self.seen)
    @rule()
    def fill(self) -> None:
        lane = next(one for one in self.readings if one in self.seen)
        self.seen.remove(lane)
        self.turns.fill(lane, self.readings.pop(lane), self.now)

    @rule(count=st.integers(1, 9))
    def go(self, count: int) -> None:
        while count and (lane := self.turns.next(self.now)):
            start = self.turns.start(lane, self.now)
            self.flying.append((lane, start))
            self._check_message(start)
            for one in start.deliveries:
                self._check(start, one)
            count -= 1

    @rule()
    def turn(self) -> None:
        """What usually comes together; readings that begin now come back later."""
        self.hear()
        self._read()
        self.ask()
        self.go(9)

    @precondition(lambda self: self.flying)
    @rule(
        count=st.integers(1, 4), outcome=st.sampled_from([*sorted(OUTCOMES), "success", "success"])
    )
    def land(self, count: int, outcome: str) -> None:
        for _ in range(min(count, len(self.flying))):
            self._land(*self.flying.pop(0), outcome)

    @precondition(lambda self: self.flying)
    @rule()
    def break_off(self) -> None:
        """A mistake of ours: there is no outcome, and the row is as it was."""
        lane, start = self.flying.pop()
        for one in start.deliveries:
            self.put_off[one.id] = self.now + MINUTE
        self.turns.land(lane, start, None, self.now)
        for one in start.deliveries:
            self.turns.let_go(lane, one.id, self.now)

    @precondition(lambda self: self.ending and self.unheard is None)
    @rule()
    def end(self) -> None:
        self.turns.let_go(*self.ending.pop(0), self.now)

    @rule(share=st.sampled_from([0.1, 1.0]))
    def sleep(self, share: float) -> None:
        self.now += round(self.turns.wait(self.now) * share * SECOND)

    @rule()
    def restart(self) -> None:
        self._begin()
        self.unheard, self.urged = None, set()

    # What must hold.

    @invariant()
    def nobody_takes_all_places(self) -> None:
        half = CONCURRENCY // 2
        for one in self.turns.lanes.values():
            assert sum(lane is one for lane, _ in self.flying) <= half, "takes too many places"
        assert sum(start.doubtful for _, start in self.flying) <= half
        assert len(self.flying) == self.turns.flying <= CONCURRENCY

    def _check_message(self, start: Start) -> None:
        count = len(start.deliveries)
        assert count == 1 or start.webhook.folds, "not to be folded"
        assert count == 1 or FEW < count <= FOLDED, "few, but folded"

    def _check(self, start: Start, delivery: Delivery) -> None:
        number, webhook = delivery.id, delivery.webhook_id
        flying = [one.id for _, other in self.flying for one in other.deliveries]
        assert flying.count(number) == 1, "taken twice"
        assert all(number != other.delivery.id for _, other in self.landed), "taken twice"
        assert start.webhook == self.heard[webhook], "not the newest webhook"
        assert start.webhook.is_active or number in self.urged, "held, but sent"
        if self.unheard is None:
            row = self.table[number]
            assert row.status is Status.PENDING, "cancelled, but sent"
            assert row.next_retry_at is not None
            assert row.next_retry_at <= self.now, "too early"
            assert row.attempt_number == delivery.attempt_number

    def teardown(self) -> None:
        """Everything that is due goes out soon, once receivers answer and disks work."""
        begun, due = self.now + 3 * SECOND, {}  # a lane may be paused for three seconds
        for _ in range(2_000):
            self._everything_goes_well()
            waiting = [one for one in self.table.values() if self._is_to_be_sent(one)]
            for one in waiting:
                due[one.id] = max(one.next_retry_at or 0, begun, self.put_off.get(one.id, 0))
            late = [one for one in waiting if self.now > due[one.id] + LATE]
            assert not late, f"forgotten: {late[:3]}"
            if not waiting:
                return
            self.now += max(round(min(self.turns.wait(self.now), 1) * SECOND), 1)
        raise AssertionError("it does not come to rest")

    def _everything_goes_well(self) -> None:
        while True:
            self.hear()
            while self.ending:
                self.end()
            self.ask()
            self._read()
            self.go(1_000)
            for lane, start in self.flying:
                self._land(lane, start, "success")
            self.flying.clear()
            if not self.landed:
                return
            self._record(self.landed)
            self.landed.clear()

    def _read(self) -> None:
        for lane in self.readings:
            if lane not in self.seen:
                self.readings[lane] = self._found(lane)
        self.seen.update(self.readings)
        while self.seen:
            self.fill()

    def _land(self, lane: Lane, start: Start, outcome: str) -> None:
        attempt = OUTCOMES[outcome]._replace(number=start.delivery.attempt_number + 1)
        pause = retry.pause(attempt, SCHEDULE, self.now)
        assert pause <= min(3 * SECOND, MINUTE)
        self.turns.land(lane, start, attempt, self.now, pause)
        for one in start.deliveries:
            its = attempt._replace(number=one.attempt_number + 1)
            self.landed.append((lane, record_of(one, its, self.now)))
