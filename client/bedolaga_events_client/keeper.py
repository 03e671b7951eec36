"""Memory → file: events from any thread or loop, written by a thread of its own.

Whoever publishes never waits for the disk or for another program's lock; what cannot be written
now waits here, in order, up to a bound.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

from bedolaga_events_client.outbox import Outbox, current

MOST = 10_000  # events that may wait in memory; further ones are lost, and counted
BLOCK = 500  # events written in one transaction
RETRY = 1.0  # seconds until a file that could not be written is tried again
TELL_EVERY = 60.0  # seconds between two log lines of one trouble

log = logging.getLogger("bedolaga_events_client")


class Held(NamedTuple):
    """An event in memory; `reason` says why it can only be kept, never sent."""

    text: str
    reason: str | None
    written: Future[None]


class Trouble:
    """What something waits for, told in the log when it is new and then once a minute."""

    def __init__(self) -> None:
        self.now: str | None = None
        self._told_at = 0.0

    def say(self, text: str) -> None:
        """This is what keeps the events."""
        at = time.monotonic()
        if text != self.now or at - self._told_at >= TELL_EVERY:
            log.error("events wait: %s", text)
            self._told_at = at
        self.now = text

    def over(self) -> None:
        """Nothing keeps them any more."""
        if self.now is not None:
            log.warning("events go on; they waited: %s", self.now)
        self.now = None


class Keeper:
    """The queue in memory, and the thread that writes it to the file at `path`.

    `written` is called, on that thread, when something new stands in the file.
    """

    def __init__(self, path: Path, written: Callable[[], None]) -> None:
        self.lost = 0  # events that could not be kept
        self.trouble = Trouble()
        self._losses = Trouble()
        self._path = path
        self._written = written
        self._held: deque[Held] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._deadline = 0.0  # when a closed publisher gives up
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def take(self, text: str, reason: str | None = None) -> Future[None]:
        """Keep an event; the future is done when it stands in the file."""
        held = Held(text, reason, Future())
        with self._changed:
            if self._stopping or len(self._held) >= MOST:
                self._lose(
                    "the publisher is closed" if self._stopping else f"{MOST} wait in memory"
                )
                held.written.set_result(None)
            else:
                self._held.append(held)
                self._changed.notify()
        return held.written

    def waiting(self) -> int:
        """How many events stand in memory only."""
        return len(self._held)

    def stop(self, seconds: float) -> bool:
        """Write what waits, then end the thread; whether that was done within `seconds`."""
        with self._changed:
            self._stopping = True
            self._deadline = time.monotonic() + seconds
            self._changed.notify()
        self._thread.join(seconds + RETRY)
        return not self._thread.is_alive()

    def _lose(self, why: str) -> None:
        self.lost += 1
        self._losses.say(f"new ones are lost, {why}")

    def _run(self) -> None:
        outbox: Outbox | None = None
        while some := self._next():
            try:
                outbox = current(outbox, self._path)
                _write(outbox, some)
            except Exception as error:  # noqa: BLE001 - the thread outlives whatever it meets
                self.trouble.say(f"the outbox {self._path} cannot be written: {error}")
                if outbox is not None:
                    outbox.close()
                outbox = None
                if self._gives_up():
                    return
                continue
            self._settle(some)
        if outbox is not None:
            outbox.close()

    def _next(self) -> list[Held]:
        """What is to be written together, when there is something; nothing: the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._held or self._stopping)
            some = list(islice(self._held, BLOCK))
        return list(takewhile(lambda held: held.reason is None, some)) or some[:1]

    def _settle(self, some: list[Held]) -> None:
        self.trouble.over()
        with self._changed:
            for _ in some:
                self._held.popleft()
        for one in some:
            one.written.set_result(None)
        self._written()

    def _gives_up(self) -> bool:
        """Rest until the next try; whether there is none, since the publisher is closed."""
        with self._changed:
            if not self._stopping:
                self._changed.wait_for(lambda: self._stopping, RETRY)
            elif time.monotonic() < self._deadline:
                self._changed.wait(RETRY / 10)
        if not self._stopping or time.monotonic() < self._deadline:
            return False
        self.lost += len(self._held)
        log.error("%d events are lost: %s", self.lost, self.trouble.now)
        return True


def _write(outbox: Outbox, some: list[Held]) -> None:
    first = some[0]
    if first.reason is not None:
        outbox.keep_aside(first.text, first.reason)
    else:
        outbox.put(one.text for one in some)
