"""What must be done now and then: a table of rounds, and tokens that are reread."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from bedolaga_events.access import Access
from bedolaga_events.errors import StoreError
from bedolaga_events.settings import Settings
from bedolaga_events.store import meta, retention, schema, steps, tokens
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import change
from bedolaga_events.store.writer import Writer
from bedolaga_events.supervise import Helpers
from bedolaga_events.times import DAY, Calendar

TICK = 1.0  # seconds: how late a token revoked on the command line still opens something
SHRINK_STEP = 1_000  # pages given back at once
EXPIRED_KEPT = 7 * DAY  # that an expired token stays in the list

log = structlog.get_logger()


@dataclass
class Housekeeping:
    """Runs its rounds until it is cancelled."""

    settings: Settings
    database: Database
    writer: Writer
    access: Access
    calendar: Calendar
    helpers: Helpers
    seen_bytes: int = -1  # of the WAL, at the last look

    async def run(self) -> None:
        """One tick a second; each round when it is due."""
        tick = 0
        while True:
            await asyncio.sleep(TICK)
            tick += 1
            for one in ROUNDS:
                if tick % one.every == 0:
                    await self.take(one)

    async def take(self, one: "Round") -> None:
        """Take a round; a store that cannot write now is tried again next time."""
        with self.helpers.noting(one.name):
            try:
                await one.work(self)
            except (StoreError, sqlite3.Error) as error:
                log.warning("housekeeping put off", round=one.name, error=str(error))

    async def watch_tokens(self) -> None:
        """Look at the tokens once a second, whatever holds the other rounds up."""
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.reread_tokens()
            except (StoreError, sqlite3.Error) as error:
                log.warning("tokens cannot be read", error=str(error))
                self.access.add(())  # what has expired goes all the same

    async def reread_tokens(self) -> None:
        """Learn what the table says now; what came in with a token that is gone is closed."""
        self.access.learn(await self.database.read(tokens.all_tokens))

    async def touch_tokens(self) -> None:
        """Write when tokens were last used, and forget those that expired long ago."""
        used, self.access.used = self.access.used, {}
        before = self.calendar.now() - EXPIRED_KEPT
        if used:
            await self._commit(tokens.touch, used)
        await self._commit(tokens.delete_expired, before)

    async def keep_time(self) -> None:
        """Write down what time it is, for the next start; a leap is noticed here at the latest."""
        await self._commit(meta.put, meta.RUNNING, str(self.calendar.now()))

    async def retain(self) -> None:
        """Let go of what is older than `retention_days`, then of the oldest over `retention_mb`.

        That goes on in steps; what they free is given back at the next look.
        """
        kept, now = self.settings.retention, self.calendar.now()
        await change(self.writer, steps.retain, now, kept.days, kept.bytes)
        free = 1
        while free:
            free = await self.writer.aside(lambda one: retention.shrink(one, SHRINK_STEP))

    async def checkpoint(self) -> None:
        """Empty the WAL once nothing was written to it since the last look."""
        size = _wal_bytes(self.database.path)
        if size and size == self.seen_bytes:
            await self.writer.aside(schema.truncate_wal)
        self.seen_bytes = size

    async def optimize(self) -> None:
        """Let SQLite look at its indexes anew."""
        await self.writer.aside(retention.optimize)

    async def _commit(self, verb: Callable[..., Any], *args: object) -> Any:
        return await change(self.writer, lambda it: verb(it.connection, *args))


class Round(NamedTuple):
    """What is done now and then, and how often, in ticks."""

    name: str
    every: int
    work: Callable[[Housekeeping], Awaitable[None]]


ROUNDS = (
    Round("time", 60, Housekeeping.keep_time),
    Round("used tokens", 60, Housekeeping.touch_tokens),
    Round("checkpoint", 300, Housekeeping.checkpoint),
    Round("retention", 300, Housekeeping.retain),
    Round("optimize", 86_400, Housekeeping.optimize),
)


def _wal_bytes(path: Path) -> int:
    wal = path.with_name(path.name + "-wal")
    return wal.stat().st_size if wal.exists() else 0
