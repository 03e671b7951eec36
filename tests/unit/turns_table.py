"""A table of deliveries and what its commits change, as `Turns` is told of it."""

from abc import abstractmethod
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from bedolaga_events.committed import Committed
from bedolaga_events.delivery import retry
from bedolaga_events.delivery.lane import Lane
from bedolaga_events.delivery.starts import Found
from bedolaga_events.model import Attempt, Delivery, ErrorCode, Format, Status, Webhook
from bedolaga_events.store.attempts import Record, State

START = 1_768_473_000_000_000
SCHEDULE = [1.0, 7.0, 40.0]
OUTCOMES = {
    "success": Attempt(0, 0, 1),
    "refusal": Attempt(0, 0, 1, ErrorCode.HTTP_STATUS, "", 500),
    "hang": Attempt(0, 0, 1, ErrorCode.TIMEOUT, ""),
    "busy": Attempt(0, 0, 1, ErrorCode.HTTP_STATUS, "", 429, (("retry-after", "3"),)),
}


def webhook_of(webhook_id: int, **fields: Any) -> Webhook:
    """A webhook of which only the given fields matter; the second one is a chat."""
    values: dict[str, Any] = dict.fromkeys(Webhook._fields)
    values |= {"id": webhook_id, "is_active": True, "url": "http://a/", "updated_at": START}
    kind = Format.TELEGRAM if webhook_id == 2 else Format.JSON
    values |= {"max_per_minute": 0, "format": kind, "options": {}}
    return Webhook(**(values | fields))


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


def record_of(delivery: Delivery, attempt: Attempt, now: int) -> Record:
    """What the worker writes of an attempt."""
    match retry.decide(attempt, SCHEDULE, now, 0.5, delivery.schedule_from):
        case retry.Succeed():
            return Record(delivery, attempt, Status.SUCCESS)
        case retry.Retry(wait):
            return Record(delivery, attempt, Status.PENDING, wait)
        case _:
            return Record(delivery, attempt, Status.FAILED)


class Table(RuleBasedStateMachine):
    """The table and its commits; who is told of them is up to `hear`."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.table: dict[int, Delivery] = {}
        self.webhooks: dict[int, Webhook] = {}  # as committed
        self.unheard: Committed | None = None  # committed, and nobody was told yet
        self.urged: set[int] = set()
        self.ending: list[tuple[Lane, int]] = []  # on disk, but its task has not ended

    @abstractmethod
    def hear(self) -> None:
        """Tell of what is committed."""

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
                one = self.webhooks[webhook]._replace(**some, updated_at=self.now)
                self._change(committed, one)

    @rule()
    def delete_or_make_anew(self) -> None:
        committed = self._commit()
        if self.webhooks.pop(2, None):
            self.table = {n: one for n, one in self.table.items() if one.webhook_id != 2}
            committed.deleted_webhooks.append(2)
        else:
            self._change(committed, webhook_of(2, url=f"http://{self.now}/"))

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
        due, wanted = [one for one in due if one[1] not in lane.held], lane.buffer
        later = min((at for at, _ in times if at is not None and at > self.now), default=None)
        return Found(
            [one for _, _, one in due[:wanted]],
            len(due) < wanted,
            None if later is None else later - self.now,
        )
