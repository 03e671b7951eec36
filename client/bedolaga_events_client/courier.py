"""File → server: a thread that carries what waits to the server, in order, in batches."""

import random
import threading
from collections.abc import Mapping
from pathlib import Path

from bedolaga_events_client.answers import (
    LONGEST_PAUSE,
    Doubtful,
    Refused,
    Taken,
    Verdict,
    Wait,
    verdict,
)
from bedolaga_events_client.keeper import Trouble
from bedolaga_events_client.outbox import Outbox, Waiting, current
from bedolaga_events_client.post import Address, NoAnswer, post

BATCH = 100  # events in one request
BATCH_SIZE = 500_000  # characters: under the 1 MiB that nginx takes unless it is told otherwise
FIRST_PAUSE = 0.5  # seconds after a failure: doubled, with full jitter, up to LONGEST_PAUSE
TRIES = 5  # failures at one event until those behind it are looked at
LOOK_EVERY = 60.0  # seconds: another process may have written to the file, and be gone
LOOKED_AT = 3  # events behind a failing one that may show that the server works


class Blocked(Exception):
    """Nothing can be sent now; the events stay where they are."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause  # seconds, at least


class Courier:
    """Carries events from the file at `path` to the server; `kick` says that there are new ones.

    An event that fails again and again, while one behind it is taken, is set aside.
    """

    def __init__(self, address: Address, headers: Mapping[str, str], path: Path) -> None:
        self.trouble = Trouble()
        self._address = address
        self._headers = headers
        self._path = path
        self._outbox: Outbox | None = None  # used by the thread alone
        self._kicked = threading.Event()
        self._stopping = threading.Event()
        self._suspect = 0  # the number of the event that failed last
        self._strikes = 0  # its failures in a row
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    def kick(self) -> None:
        """Something new stands in the file."""
        self._kicked.set()

    def stop(self, seconds: float) -> bool:
        """Give the server a last chance, then end the thread; whether it ended within `seconds`."""
        self._stopping.set()
        self._kicked.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while True:
            last = self._stopping.is_set()
            failures = 0 if self._round(failures) else failures + 1
            if last:
                break
            if not failures:
                self._kicked.wait(LOOK_EVERY)
        self._close()

    def _round(self, failures: int) -> bool:
        """Send what there is; whether that went well. After a failure, rest."""
        self._kicked.clear()
        try:
            self._empty()
        except Blocked as blocked:
            least, reason = blocked.pause, str(blocked)
        except Exception as error:  # noqa: BLE001 - the thread outlives whatever it meets
            least, reason = 0.0, f"the outbox {self._path}: {error}"
            self._close()
        else:
            self.trouble.over()
            return True
        self.trouble.say(reason)
        self._stopping.wait(max(least, pause(failures + 1)))
        return False

    def _close(self) -> None:
        if self._outbox is not None:
            self._outbox.close()
        self._outbox = None

    def _empty(self) -> None:
        if self._outbox is not None:
            self._send_all(self._outbox)  # also if its file is not there any more
        if self._path.exists():
            self._outbox = current(self._outbox, self._path)
            self._send_all(self._outbox)

    def _send_all(self, outbox: Outbox) -> None:
        while waiting := outbox.head(1 if self._strikes else BATCH, BATCH_SIZE):
            self._send(outbox, waiting)

    def _send(self, outbox: Outbox, events: list[Waiting]) -> None:
        """Send events; halve them until the one that is to blame stands alone.

        Raises:
            Blocked: they wait for the server.
        """
        answer = self._post(events)
        match answer:
            case Taken():
                outbox.done(events)
                self._strikes = 0
            case Wait(reason, least):
                raise Blocked(reason, least)
            case Refused() | Doubtful() if len(events) > 1:
                half = len(events) // 2
                self._send(outbox, events[:half])
                self._send(outbox, events[half:])
            case Refused(reason):
                outbox.set_aside(events[0], reason)
                self._strikes = 0
            case Doubtful(reason, least):
                self._doubt(outbox, events[0], reason, least)

    def _doubt(self, outbox: Outbox, event: Waiting, reason: str, least: float) -> None:
        """Is it this event, or everything? Only a later one that is taken can tell."""
        self._strikes = self._strikes + 1 if event.id == self._suspect else 1
        self._suspect = event.id
        if self._strikes < TRIES or not self._others_pass(outbox):
            raise Blocked(reason, least)
        if isinstance(self._post([event]), Doubtful):  # not merely that all is well again
            outbox.set_aside(event, f"{reason}, {self._strikes + 1} times")
        self._strikes = 0

    def _others_pass(self, outbox: Outbox) -> bool:
        for event in outbox.head(1 + LOOKED_AT, BATCH_SIZE)[1:]:
            match self._post([event]):
                case Taken():
                    outbox.done([event])
                    return True
                case Refused():  # the server's own word as well
                    return True
        return False

    def _post(self, events: list[Waiting]) -> Verdict:
        body = f'{{"events": [{", ".join(event.text for event in events)}]}}'.encode()
        try:
            answer = post(self._address, self._headers, body)
        except NoAnswer as error:
            raise Blocked(str(error)) from None
        return verdict(answer.status, answer.headers, answer.body, len(events))


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: full jitter, doubling, capped."""
    return random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures, 10)))
