"""A table, its commits and its readings around `Turns`, in every order in which they can come."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bedolaga_events.delivery import retry
from bedolaga_events.delivery.lane import BUFFER, Found, Lane, Start
from bedolaga_events.delivery.turns import Turns
from bedolaga_events.model import Attempt, Committed, Delivery, ErrorCode, Status, Webhook
from bedolaga_events.store.attempts import Record, State
from bedolaga_events.times import MINUTE, SECOND

START = 1_768_473_000_000_000
CONCURRENCY, WIDEST = 6, 8
SCHEDULE = [1.0, 7.0, 40.0]
LATE = 2 * SECOND  # what is due goes out within this, when all receivers answer
OUTCOMES = {
    "success": Attempt(0, 0, 1),
    "refusal": Attempt(0, 0, 1, ErrorCode.HTTP_STATUS, "", 500),
    "hang": Attempt(0, 0, 1, ErrorCode.TIMEOUT, ""),
    "busy": Attempt(0, 0, 1, ErrorCode.HTTP_STATUS, "", 429, (("retry-after", "3"),)),
}


def webhook_of(webhook_id: int, **fields: Any) -> Webhook:
    """A webhook of which only the given fields matter."""
    values: dict[str, Any] = dict.fromkeys(Webhook.__dataclass_fields__)
    values |= {"id": webhook_id, "is_active": True, "url": "http://a/", "updated_at": START}
    return Webhook(**(values | {"max_per_minute": 0} | fields))


def delivery_of(delivery_id: int, webhook_id: int = 1, **fields: Any) -> Delivery:
    """A pending delivery that is due."""
    one = Delivery(
        delivery_id,
        webhook_id,
        delivery_id,
        "x.y",
        "{}",
        START,
        Status.PENDING,
        0,
        START,
        None,
        START,
        False,
    )
    return one._replace(**fields)


class TurnsMachine(RuleBasedStateMachine):
    """What the worker, the writer and the readers do, one step at a time."""

    turns_type = Turns

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.table: dict[int, Delivery] = {}
        self.webhooks: dict[int, Webhook] = {}  # as committed
        self.heard: dict[int, Webhook] = {}  # as heard of
        self.unheard: Committed | None = None  # committed, and nobody was told yet
        self.urged: set[int] = set()
        self.put_off: dict[int, int] = {}  # what was broken off is tried again in a minute
        self.made = 0
        self._begin()

    def _begin(self) -> None:
        self.turns = self.turns_type(CONCURRENCY, WIDEST)
        self.readings: dict[Lane, Found | None] = {}
        self.seen: set[Lane] = set()  # of these: they have looked, and come back later
        self.flying: list[tuple[Lane, Start]] = []
        self.landed: list[tuple[Lane, Record]] = []  # on its way to the disk
        self.ending: list[tuple[Lane, int]] = []  # on disk, but its task has not ended
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

    @precondition(lambda self: self.table)
    @rule(data=st.data(), cancels=st.booleans())
    def by_hand(self, data: st.DataObject, cancels: bool) -> None:
        row = self.table[data.draw(st.sampled_from(sorted(self.table)))]
        committed = self._commit()
        if not cancels:
            committed.urgent.add(row.id)
            self.urged.add(row.id)
            self._put(committed, self._again(row))
        elif row.status is Status.PENDING:
            self._put(committed, self._cancelled(row))

    @rule(
        webhook=st.sampled_from([1, 2]),
        fields=st.sampled_from(
            [{"url": "http://b/"}, {"url": "http://a/"}, {"is_active": False}, {"is_active": True}]
        ),
    )
    def change(self, webhook: int, fields: dict[str, Any]) -> None:
        """Two changes in one commit have one `updated_at`: a description, then another field."""
        committed = self._commit()
        if webhook in self.webhooks:
            for some in ({"description": "x"}, fields):
                one = replace(self.webhooks[webhook], **some, updated_at=self.now)
                self._change(committed, one)

    @rule()
    def delete_or_make_anew(self) -> None:
        committed = self._commit()
        if self.webhooks.pop(2, None):
            self.table = {n: one for n, one in self.table.items() if one.webhook_id != 2}
            committed.deleted_webhooks.append(2)
        else:
            self._change(committed, webhook_of(2, url=f"http://{self.now}/"))

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
            self._check(start)
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
        self.put_off[start.delivery.id] = self.now + MINUTE
        self.turns.land(lane, start, None, self.now)
        self.turns.let_go(lane, start.delivery.id, self.now)

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

    def _check(self, start: Start) -> None:
        number, webhook = start.delivery.id, start.delivery.webhook_id
        assert sum(number == other.delivery.id for _, other in self.flying) == 1, "taken twice"
        assert all(number != other.delivery.id for _, other in self.landed), "taken twice"
        assert start.webhook == self.heard[webhook], "not the newest webhook"
        assert start.webhook.is_active or number in self.urged, "held, but sent"
        if self.unheard is None:
            row = self.table[number]
            assert row.status is Status.PENDING, "cancelled, but sent"
            assert row.next_retry_at is not None
            assert row.next_retry_at <= self.now, "too early"
            assert row.attempt_number == start.delivery.attempt_number

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

    def _is_to_be_sent(self, row: Delivery) -> bool:
        return row.status is Status.PENDING and self.webhooks[row.webhook_id].is_active

    def _commit(self) -> Committed:
        self.hear()  # one transaction at a time
        self.now += 1
        self.unheard = Committed(self.now)
        return self.unheard

    def _put(self, committed: Committed, row: Delivery) -> None:
        self.table[row.id] = row
        committed.deliveries.append(row)

    def _change(self, committed: Committed, webhook: Webhook) -> None:
        self.webhooks[webhook.id] = webhook
        committed.webhooks.append(webhook)

    def _again(self, row: Delivery) -> Delivery:
        return row._replace(
            status=Status.PENDING,
            next_retry_at=self.now,
            reason=None,
            schedule_from=row.attempt_number,
            asked=row.asked + 1,
        )

    def _cancelled(self, row: Delivery) -> Delivery:
        return row._replace(status=Status.FAILED, next_retry_at=None, reason="by hand")

    def _record(self, records: list[tuple[Lane, Record]]) -> None:
        committed = self._commit()
        for lane, record in records:
            number = record.delivery.id
            if before := self.table.get(number):
                state = State(*(getattr(before, name) for name in State._fields))
                self._put(committed, record.after(state, self.now))
                if before.asked == record.delivery.asked:
                    self.urged.discard(number)
            self.ending.append((lane, number))

    def _step(self, step: str, webhook: int) -> None:
        """Rows change that nobody lists."""
        for row in self.table.values():
            if row.webhook_id != webhook:
                continue
            if step == "replay" and row.status in (Status.SUCCESS, Status.SKIPPED):
                self.table[row.id] = self._again(row)
            if step == "cancel" and row.status is Status.PENDING:
                self.table[row.id] = self._cancelled(row)
        if step and self.unheard is not None:
            self.unheard.stale.add(webhook)

    def _found(self, lane: Lane) -> Found:
        rows = [one for one in self.table.values() if one.webhook_id == lane.webhook.id]
        times = [(one.next_retry_at, one) for one in rows if one.status is Status.PENDING]
        due = sorted((at, one.id, one) for at, one in times if at is not None and at <= self.now)
        wanted = BUFFER + len(lane.waiting) + len(lane.urgent) + len(lane.out)
        later = min((at for at, _ in times if at is not None and at > self.now), default=None)
        return Found(
            [one for _, _, one in due[:wanted]],
            len(due) < wanted,
            None if later is None else later - self.now,
        )

    def _land(self, lane: Lane, start: Start, outcome: str) -> None:
        attempt = OUTCOMES[outcome]._replace(number=start.delivery.attempt_number + 1)
        pause = retry.pause(attempt, SCHEDULE, self.now)
        assert pause <= min(3 * SECOND, MINUTE)
        self.turns.land(lane, start, attempt, self.now, pause)
        match retry.decide(attempt, SCHEDULE, self.now, 0.5, start.delivery.schedule_from):
            case retry.Succeed():
                record = Record(start.delivery, attempt, Status.SUCCESS)
            case retry.Retry(wait):
                record = Record(start.delivery, attempt, Status.PENDING, wait)
            case _:
                record = Record(start.delivery, attempt, Status.FAILED)
        self.landed.append((lane, record))
