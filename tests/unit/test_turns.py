"""`delivery.turns` and `delivery.lane` as one state machine, and the races of 0.1.0 put back."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bedolaga_events.delivery.lane import BUFFER, Lane
from bedolaga_events.delivery.starts import Found, Start
from bedolaga_events.delivery.turns import Turns
from bedolaga_events.model import Delivery, Status, Webhook
from tests.unit.turns_machine import TurnsMachine

SEARCH = settings(
    max_examples=10_000,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


PROFILE = settings.get_current_profile_name()
WALK = settings(
    max_examples={"quick": 10, "thorough": 40}.get(PROFILE, settings().max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.timeout(1_800)  # a thousand of them on a busy machine
def test_nothing_is_sent_twice_held_back_or_forgotten() -> None:
    """In every order of commits, readings, starts, answers and changes."""
    run_state_machine_as_test(TurnsMachine, settings=WALK)


class SettlesLate(Lane):
    """D1, as in 0.1.0: an outcome is known when its task ends, and a reading drops it for good."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.settled: set[int] = set()
        self.touched: set[int] = set()

    def ask(self, now: int) -> None:
        super().ask(now)
        self.settled.clear()

    def fill(self, found: Found | None, now: int) -> None:
        if found is not None:
            found = found._replace(due=[one for one in found.due if one.id not in self.settled])
        super().fill(found, now)

    def hear(self, delivery: Delivery, wait: int, now: int, *, urgent: bool) -> None:
        if delivery.id not in self.out:
            super().hear(delivery, wait, now, urgent=urgent)
        elif delivery.status is Status.PENDING and wait > 0:
            self._fall_due(now + wait)
        elif delivery.status is Status.PENDING:
            self.touched.add(delivery.id)

    def let_go(self, delivery_id: int, now: int) -> bool:
        self.out.pop(delivery_id, None)
        if self.reading:
            self.settled.add(delivery_id)
        if delivery_id in self.touched:
            self.touched.remove(delivery_id)
            self._more = True
        return True


class ComparesTimes(Lane):
    """D2, as in 0.1.0: the address of a webhook whose `updated_at` is the same is not looked at."""

    def change(self, webhook: Webhook) -> None:
        if webhook.updated_at == self.webhook.updated_at:
            webhook = webhook._replace(url=self.webhook.url)
        super().change(webhook)


class KeepsWhatIsCancelled(Lane):
    """D13, as in 0.1.0: only what is pending is heard of."""

    def hear(self, delivery: Delivery, wait: int, now: int, *, urgent: bool) -> None:
        if delivery.status is Status.PENDING or delivery.id in self.out:
            super().hear(delivery, wait, now, urgent=urgent)


class IsGreedy(Lane):
    """A lane that takes every place it can get."""

    def start(self, now: int) -> Start:
        self.width = BUFFER
        return super().start(now)


@pytest.mark.skipif(PROFILE == "quick", reason="takes seconds: with CI=true, or in make soak")
@pytest.mark.timeout(600)  # how far it looks is fixed, how long that takes is not
@pytest.mark.parametrize(
    ("broken", "without", "finding"),
    [
        (SettlesLate, "change by_hand step delete_or_make_anew look", "forgotten"),
        (ComparesTimes, "by_hand step", "not the newest webhook"),
        (KeepsWhatIsCancelled, "change step delete_or_make_anew", "cancelled, but sent"),
        (IsGreedy, "change by_hand step delete_or_make_anew", "takes too many places"),
    ],
)
def test_the_machine_finds_what_was_broken(broken: type[Lane], without: str, finding: str) -> None:
    """It is no use if it passes whatever the lanes do; fewer rules find each of these sooner."""

    class BrokenTurns(Turns):
        def place(self, webhook: Webhook) -> Lane:
            self.lanes.setdefault(webhook.id, broken(webhook, self._widest))
            return super().place(webhook)

    rules = dict.fromkeys([*without.split(), "restart", "break_off", "sleep"])
    machine = type("BrokenMachine", (TurnsMachine,), {"turns_type": BrokenTurns, **rules})
    with pytest.raises(AssertionError, match=finding):
        run_state_machine_as_test(machine, settings=SEARCH)
