"""What must live lives or ends the process, what helps may fail, and an end comes in time."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import structlog

from bedolaga_events.logs import Minutely
from bedolaga_events.metrics import Metrics
from bedolaga_events.settings import ServerSettings

AGAIN = 60.0  # seconds until a helper that failed is started again
AT_LEAST = 2.0  # seconds to write the last records and to close the file
P = ParamSpec("P")

log = structlog.get_logger()


def vital(
    work: Coroutine[None, None, None], break_down: Callable[[str], None]
) -> asyncio.Task[None]:
    """Start a part that must live as long as the server; when it dies, `break_down` is told why."""
    task = asyncio.create_task(work)

    def ended(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            break_down(f"{type(error).__name__}: {error}")
            log.error("a part of the server died", exc_info=error)

    task.add_done_callback(ended)
    return task


class Helpers:
    """Logs, metrics, alerts, rounds of housekeeping: what fails there is told and counted.

    Each is told of once a minute, counted always (`bedolaga_events_helper_failures_total`).
    """

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self._sparingly = Minutely()

    @contextmanager
    def noting(self, name: str) -> Iterator[None]:
        """Let what happens inside fail."""
        try:
            yield
        except Exception as error:  # however a helper fails, the work goes on
            self.metrics.helper_failures.labels(name).inc()
            if self._sparingly(name):
                log.error("a helper failed", helper=name, exc_info=error)

    def listener(self, name: str, heard: Callable[P, None]) -> Callable[P, None]:
        """`heard`, which may fail."""

        def listening(*args: P.args, **kwargs: P.kwargs) -> None:
            with self.noting(name):
                heard(*args, **kwargs)

        return listening

    async def run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keep a helper's loop going until cancelled."""
        while True:
            with self.noting(name):
                await work()
            await asyncio.sleep(AGAIN)


def patience(settings: ServerSettings) -> float:
    """Seconds that a stop waits for what is in flight; the rest of its time is for the file."""
    return settings.shutdown_seconds * 0.8


def end_within(seconds: float) -> None:
    """Whatever hangs, be it a thread that waits for a disk: the process is gone by then.

    What was answered 202 is on disk, and what is in flight goes out again at the next start.
    """
    last = threading.Timer(max(seconds, AT_LEAST), _end)
    last.daemon = True
    last.start()


def _end() -> None:
    log.error("the stop took too long and is cut short")
    os._exit(1)
