"""The verbs in any order, against counting: a state machine over one file, without a loop."""

import sqlite3
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bedolaga_events.errors import EventsError
from bedolaga_events.model import Attempt, Delivery, ErrorCode, EventDraft, Status, WebhookState
from bedolaga_events.numbers import moves_of
from bedolaga_events.store import deliveries, mending, schema, steps, subscribing, webhooks
from bedolaga_events.store.attempts import Record
from bedolaga_events.store.batch import Append, Transactions
from bedolaga_events.store.check import findings
from bedolaga_events.store.transaction import alone
from bedolaga_events.store.vault import Vault
from tests.conftest import START
from tests.store.conftest import RULES

VAULT = Vault(b"k" * 32)
HOOKS = st.integers(1, 2)
IDS = st.integers(1, 6)
SECOND = 1_000_000


class Mending(RuleBasedStateMachine):
    """Some webhooks, their deliveries, and the attempts that are out."""

    @initialize()
    def begin(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.prepare(self.connection, Path(":memory:"))
        self.transactions = Transactions(RULES)
        self.now = START
        self.out: dict[int, Delivery] = {}
        self.sent_to: dict[int, tuple[object, ...]] = {}
        self.reached: dict[int, int] = {}  # when each was delivered first
        self.asked: set[int] = set()  # by hand, while it was out
        for _ in range(2):
            self._change(subscribing.create, VAULT, {"name": "x", "url": "u", "event_types": ["*"]})

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    @rule()
    def append(self) -> None:
        moves = moves_of("user.created", {"user_id": 1}, RULES)
        self._apply(Append((EventDraft("user.created", '{"user_id": 1}', moves=moves),)))

    @rule(hook=HOOKS)
    def take(self, hook: int) -> None:
        """The worker sends what is due."""
        found, _ = deliveries.due(self.connection, hook, self.now, 3, [])
        for one in found:
            self.out.setdefault(one.id, one)
            self.sent_to.setdefault(one.id, self._hook(hook).destination)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), status=st.sampled_from([200, 410, 503]), is_over=st.booleans())
    def record(self, data: Any, status: int, is_over: bool) -> None:
        """An attempt ended: taken, gone for good, or failed, with another one to come or not."""
        self._record(self.out.pop(data.draw(st.sampled_from(sorted(self.out)))), status, is_over)

    @rule(hook=HOOKS, status=st.sampled_from([200, 503]))
    def deliver(self, hook: int, status: int) -> None:
        """What is due is sent, and nothing happens meanwhile."""
        self.take(hook)
        for number in sorted(self.out):
            self._record(self.out.pop(number), status, is_over=False)

    def _record(self, delivery: Delivery, status: int, is_over: bool) -> None:
        code = None if status == 200 else ErrorCode.HTTP_STATUS
        attempt = Attempt(delivery.attempt_number + 1, self.now, 5, code, "HTTP", status)
        after = Status.SUCCESS if code is None else Status.FAILED
        if status == 503 and not is_over:
            after = Status.PENDING
        retried_at = self.now + SECOND if after is Status.PENDING else None
        reason, sent_to = "gone" if status == 410 else None, self.sent_to[delivery.id]
        hook = self._hook(delivery.webhook_id)
        self._apply(Record(delivery, attempt, after, retried_at, reason, sent_to=sent_to))
        if hook and hook.destination != sent_to:
            assert self._hook(hook.id).is_active == hook.is_active
        if delivery.id in self.asked:
            self.asked.discard(delivery.id)
            row = self._row(delivery.id)
            assert row is None or row[0] == "pending" or row[3] is not None

    @precondition(lambda self: self._made())
    @rule(data=st.data())
    def retry(self, data: Any) -> None:
        number, hook = data.draw(st.sampled_from(self._made()))
        if self._change(mending.retry, hook, number) and number in self.out:
            self.asked.add(number)

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def retry_what_is_out(self, data: Any) -> None:
        delivery = self.out[data.draw(st.sampled_from(sorted(self.out)))]
        if self._change(mending.retry, delivery.webhook_id, delivery.id):
            self.asked.add(delivery.id)

    @precondition(lambda self: self._made())
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        number, hook = data.draw(st.sampled_from(self._made()))
        self._change(mending.cancel, hook, number)
        self.asked.discard(number)

    @rule(event=IDS, hook=HOOKS)
    def send(self, event: int, hook: int) -> None:
        self._change(mending.send, event, hook)

    @rule(hook=HOOKS)
    def test(self, hook: int) -> None:
        self._change(mending.test, hook, "user.created", "{}")

    @rule(hook=HOOKS, is_active=st.booleans())
    def switch(self, hook: int, is_active: bool) -> None:
        self._change(subscribing.update, VAULT, hook, {"is_active": is_active})

    @rule(hook=HOOKS, url=st.sampled_from(["u", "v"]))
    def move(self, hook: int, url: str) -> None:
        self._change(subscribing.update, VAULT, hook, {"url": url})

    @rule(hook=HOOKS, hours=st.integers(0, 3))
    def rotate(self, hook: int, hours: int) -> None:
        self._change(subscribing.rotate, VAULT, hook, "s", hours * 3600 * SECOND, self.now)

    @rule(hook=HOOKS, status=st.sampled_from([Status.FAILED, Status.SKIPPED, Status.SUCCESS]))
    def replay(self, hook: int, status: Status) -> None:
        self._change(steps.replay, steps.Replay(hook, status, 0, steps.EVER), 1)

    @rule(hook=HOOKS, begin=st.sampled_from([steps.cancel, steps.delete]))
    def many(self, hook: int, begin: Any) -> None:
        self._change(begin, hook)
        self.asked.clear()

    @rule(days=st.sampled_from([0.0, 30.0]))
    def retain(self, days: float) -> None:
        self._change(steps.retain, self.now, days, None)

    @rule()
    def step(self) -> None:
        self._change(steps.step, 0)

    @rule(seconds=st.integers(1, 7200))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @invariant()
    def counts_are_what_counting_says(self) -> None:
        if hasattr(self, "connection"):
            assert list(findings(self.connection)) == []

    @invariant()
    def the_first_success_stays(self) -> None:
        if not hasattr(self, "connection"):
            return
        now = dict(self.connection.execute("SELECT id, delivered_at FROM deliveries").fetchall())
        self.reached = {number: at for number, at in self.reached.items() if number in now}
        assert {number: now[number] for number in self.reached} == self.reached
        self.reached |= {number: at for number, at in now.items() if at is not None}

    @invariant()
    def a_webhook_says_how_it_fares(self) -> None:
        if not hasattr(self, "connection"):
            return
        for hook in webhooks.all_webhooks(self.connection):
            assert (hook.state is WebhookState.FAILING) <= (hook.last_error is not None)
            signing = [one for one in hook.secrets if one.until is None or one.until > self.now]
            assert len(signing) <= 5
            assert sum(one.until is None for one in hook.secrets) <= 1

    def _made(self) -> list[tuple[int, int]]:
        query = "SELECT id, webhook_id FROM deliveries ORDER BY id DESC LIMIT 6"
        return self.connection.execute(query).fetchall()

    def _hook(self, number: int) -> Any:
        return next(iter(webhooks.some(self.connection, [number])), None)

    def _row(self, number: int) -> Any:
        return self.connection.execute(
            "SELECT status, next_retry_at, attempt_number, reason FROM deliveries WHERE id = ?",
            (number,),
        ).fetchone()

    def _change(self, verb: Any, *args: Any) -> bool:
        self.now += 1
        try:
            with alone(self.connection, self.now) as transaction:
                verb(transaction, *args)
        except EventsError:
            return False
        self.transactions.forget()
        return True

    def _apply(self, draft: Any) -> None:
        self.now += 1
        self.connection.execute("BEGIN IMMEDIATE")
        self.transactions.apply(self.connection, [draft], self.now)
        self.connection.execute("COMMIT")


Mending.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_the_verbs_in_any_order = Mending.TestCase
