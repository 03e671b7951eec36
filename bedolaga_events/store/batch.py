"""What one transaction does, in which order: drafts in, `Committed` out."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bedolaga_events.committed import Committed
from bedolaga_events.errors import Conflict, EventsError
from bedolaga_events.model import Accepted, Delivery, Event, EventDraft, Status, Webhook
from bedolaga_events.numbers import Rules
from bedolaga_events.store import deliveries, events, hours, numbers, webhooks
from bedolaga_events.store.attempts import Record
from bedolaga_events.store.database import next_id
from bedolaga_events.store.recording import record
from bedolaga_events.store.subscribers import Subscriber, Subscribers
from bedolaga_events.store.transaction import Change, Transaction

SKIPPED = "The webhook was inactive when the event came."


class Append(NamedTuple):
    """Events to be stored, all or none."""

    drafts: tuple[EventDraft, ...]


class Transactions:
    """The statements of one transaction after another.

    The next ids, the subscribers and how webhooks fare are remembered in between: whatever else
    writes to the file (`token create`, `prune`) changes none, and the fewer statements, the better.

    Args:
        rules: of the dashboard's numbers.
        leap: how far the clock was set since what is due was moved along, in microseconds.
    """

    def __init__(self, rules: Rules, leap: Callable[[], int] = lambda: 0) -> None:
        self._rules = rules
        self._leap = leap
        self._known: _Known | None = None
        self._hooks: dict[int, Webhook] = {}  # of which attempts are recorded

    def apply(
        self, connection: sqlite3.Connection, drafts: Sequence[Any], now: int
    ) -> tuple[list[Any], Committed]:
        """Do the statements of one transaction.

        Args:
            connection: inside BEGIN; the caller commits, or calls `forget`.
            drafts: `Append`, `Record` and `Change`, in the order in which they came.
            now: the transaction's one moment, in microseconds.

        Returns:
            A result for each draft, an `EventsError` where it was refused, and what changed.
        """
        transaction = Transaction(connection, now, Committed(now))
        kinds, results = _by_kind(drafts), [None] * len(drafts)
        if leap := self._leap():
            self._follow(transaction, leap)
        for index in kinds[Change]:
            results[index] = _change(transaction, drafts[index])
            self.forget()
        for kind, make in (Record, self._record), (Append, self._append):
            if places := kinds[kind]:
                made = make(transaction, [drafts[index] for index in places])
                for index, result in zip(places, made, strict=True):
                    results[index] = result
        return results, transaction.committed

    def is_short(self, draft: Any) -> bool:
        """Whether a draft takes microseconds: a `Change` may be anything."""
        return not isinstance(draft, Change)

    def forget(self) -> None:
        """What is remembered may not be so: a transaction was rolled back, or changed anything."""
        self._known = None
        self._hooks.clear()

    def _follow(self, transaction: Transaction, leap: int) -> None:
        """The clock was set: what waits, waits as long as it would have."""
        connection, committed = transaction.connection, transaction.committed
        deliveries.move_due(connection, leap)
        committed.webhooks += webhooks.move_patience(connection, leap)
        committed.leap = leap
        self.forget()

    def _record(self, transaction: Transaction, records: list[Record]) -> Sequence[Any]:
        ends = record(transaction, records, self._hooks)
        if transaction.committed.disabled:
            self.forget()
        return ends

    def _append(
        self, transaction: Transaction, appends: list[Append]
    ) -> list[list[Accepted] | Conflict]:
        if self._known is None:
            self._known = _Known.read(transaction.connection)
        return _Appending(transaction, self._rules, self._known).run(appends)


@dataclass(slots=True)
class _Known:
    """What holds from one transaction to the next."""

    event_id: int  # the next one
    delivery_id: int
    subscribers: Subscribers

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "_Known":
        ids = next_id(connection, "events"), next_id(connection, "deliveries")
        return cls(*ids, Subscribers(connection))


def _by_kind(drafts: Sequence[Any]) -> dict[type, list[int]]:
    """Which draft is of which kind: what came at the same time has no order among itself.

    So each kind goes in one piece, and what a person changes first: nothing is to be recorded
    against what was replaced.
    """
    kinds: dict[type, list[int]] = {Change: [], Record: [], Append: []}
    for index, draft in enumerate(drafts):
        kinds[type(draft)].append(index)
    return kinds


def _change(transaction: Transaction, change: Change) -> Any:
    transaction.connection.execute("SAVEPOINT change")
    try:
        result = change.verb(transaction)
    except EventsError as refusal:
        transaction.connection.execute("ROLLBACK TO change")
        result = refusal
    transaction.connection.execute("RELEASE change")
    return result


class _Appending:
    """A run of `Append` drafts, gathered so that each table is written once."""

    def __init__(self, transaction: Transaction, rules: Rules, known: _Known) -> None:
        self.transaction = transaction
        self.rules = rules
        self.known = known
        self.rows: list[tuple[Event, EventDraft]] = []
        self.deliveries: list[Delivery] = []
        self.keys: dict[str, tuple[Event, bytes]] = {}

    def run(self, appends: list[Append]) -> list[list[Accepted] | Conflict]:
        drafts = (draft for one in appends for draft in one.drafts)
        keys = [one.idempotency_key for one in drafts if one.idempotency_key is not None]
        if keys:
            self.keys = events.by_keys(self.transaction.connection, keys)
        results = [self._append(one) for one in appends]
        self._write()
        return results

    def _append(self, append: Append) -> list[Accepted] | Conflict:
        mark = len(self.rows), len(self.deliveries), self.known.event_id, self.known.delivery_id
        added: list[str] = []
        accepted: list[Accepted] = []
        for draft in append.drafts:
            known = self.keys.get(draft.idempotency_key) if draft.idempotency_key else None
            if known is None:
                accepted.append(Accepted(self._add(draft)))
                if draft.idempotency_key is not None:
                    added.append(draft.idempotency_key)
            elif known[1] == events.fingerprint(draft):
                accepted.append(Accepted(known[0], duplicate=True))
            else:
                rows, made, self.known.event_id, self.known.delivery_id = mark
                del self.rows[rows:], self.deliveries[made:]
                for key in added:
                    del self.keys[key]
                return Conflict("This idempotency key was used for another event.")
        return accepted

    def _add(self, draft: EventDraft) -> Event:
        now = self.transaction.now
        targets = self.known.subscribers.targets(draft)
        event = Event(
            self.known.event_id,
            draft.type,
            draft.payload,
            now if draft.timestamp is None else draft.timestamp,
            now,
            len(targets),
        )
        self.known.event_id += 1
        self.rows.append((event, draft))
        if draft.idempotency_key is not None:
            self.keys[draft.idempotency_key] = event, events.fingerprint(draft)
        for target in targets:
            self.deliveries.append(self._delivery(event, target))
        return event

    def _delivery(self, event: Event, target: Subscriber) -> Delivery:
        delivery = Delivery(
            id=self.known.delivery_id,
            webhook_id=target.id,
            event_id=event.id,
            event_type=event.type,
            payload=event.payload,
            event_time=event.timestamp,
            status=Status.PENDING if target.is_active else Status.SKIPPED,
            attempt_number=0,
            created_at=event.created_at,
            delivered_at=None,
            next_retry_at=event.created_at if target.is_active else None,
            is_test=False,
            reason=None if target.is_active else SKIPPED,
        )
        self.known.delivery_id += 1
        return delivery

    def _write(self) -> None:
        connection, committed = self.transaction.connection, self.transaction.committed
        events.insert(connection, self.rows)
        events.add_counts(connection, Counter(event.type for event, _ in self.rows))
        hours.add_events(connection, self.rows)
        deliveries.insert(connection, self.deliveries)
        deliveries.add_counts(
            connection, Counter((one.webhook_id, one.status.value) for one in self.deliveries)
        )
        moved = [(event, draft.moves) for event, draft in self.rows if draft.moves]
        if moved:
            numbers.add(self.transaction, moved, self.rules)
        committed.events += [event for event, _ in self.rows]
        committed.deliveries += self.deliveries
