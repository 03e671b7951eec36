"""The way of an event as a state machine: locks, odd servers, restarts, in any order."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bedolaga_events_client import SyncEventPublisher, publishers
from tests.client.conftest import Events, OddServer, Said, refusal

PATIENCE = 20.0  # seconds until what should have arrived is given up
UNKNOWN = "no.such.type"

SERVERS: dict[str, Callable[[Events], Said | None]] = {
    "well": lambda events: refusal() if any(e["type"] == UNKNOWN for e in events) else None,
    "a captive page": lambda _: Said(200, b"<html>"),
    "a redirect": lambda _: Said(302, b"", {"Location": "/"}),
    "a wrong token": lambda _: Said(401, b'{"detail": "no"}'),
    "silence": lambda _: Said(None),
    "half an answer": lambda _: Said(202, b'{"items"', {"Content-Length": "99"}),
}


class Way(RuleBasedStateMachine):
    """Whatever happens: each event once and in order, or set aside with its reason."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "outbox.db"
        self.odd = OddServer()
        self.odd.behave = SERVERS["well"]
        self.odd.start()
        self.port = self.odd.port
        self.locked: sqlite3.Connection | None = None
        self.sent: list[int] = []
        self.unknown = 0

    @initialize()
    def open(self) -> None:
        self.publisher = SyncEventPublisher(self.odd.url, "token", self.path)

    @rule(count=st.integers(1, 30))
    def emit(self, count: int) -> None:
        for _ in range(count):
            number = len(self.sent)
            self.publisher.emit("user.created", {"user_id": number})
            self.sent.append(number)

    @rule()
    def emit_what_is_refused(self) -> None:
        self.publisher.emit(UNKNOWN, {"user_id": -1})
        self.unknown += 1

    @rule(name=st.sampled_from(sorted(SERVERS)))
    def the_server_is(self, name: str) -> None:
        self.odd.behave = SERVERS[name]

    @rule(count=st.integers(1, 3))
    def lose_answers(self, count: int) -> None:
        self.odd.lose_answers = count

    @rule()
    def lock_or_unlock(self) -> None:
        if self.locked is not None:
            self.locked.close()
            self.locked = None
        elif self.path.exists():
            self.locked = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            self.locked.execute("BEGIN IMMEDIATE")

    @rule()
    def another_process_joins(self) -> None:
        """It finds the file, sends what waits, and ends."""
        if self.locked is None:
            SyncEventPublisher(self.odd.url, "token", self.path).close(0.05)

    @rule()
    def restart(self) -> None:
        """What stands in memory only is written while the file can be."""
        if self.locked is None:
            self.publisher.close(5)
            self.publisher = SyncEventPublisher(self.odd.url, "token", self.path)

    def teardown(self) -> None:
        self.odd.behave, self.odd.lose_answers = SERVERS["well"], 0
        if self.locked is not None:
            self.locked.close()
        ends = time.monotonic() + PATIENCE
        while self.publisher.pending() and time.monotonic() < ends:
            time.sleep(0.005)  # a condition is awaited
        assert self.publisher.pending() == 0, self.publisher.state()
        assert self.odd.numbers == self.sent
        assert len(self.publisher.refused()) == self.unknown
        assert self.publisher.state().lost == 0
        self.publisher.close(1)
        self.odd.stop()
        self.folder.cleanup()


def test_whatever_happens_each_event_arrives_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forty lives of a publisher, each of up to fifteen turns of fate."""
    monkeypatch.setattr(publishers, "WRITTEN_WITHIN", 0.02)
    run_state_machine_as_test(
        Way,
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
