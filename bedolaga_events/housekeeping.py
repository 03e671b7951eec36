"""What must be done now and then: reread tokens, prune what is old, checkpoint, optimize."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from bedolaga_events.access import Access
from bedolaga_events.errors import StoreError
from bedolaga_events.settings import Settings
from bedolaga_events.store import retention, steps, tokens
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import change
from bedolaga_events.store.writer import Writer

TICK = 1.0  # seconds: how late a token revoked on the command line still opens something
TOUCH_EVERY = 60  # ticks between writes of last_used_at
CHECKPOINT_EVERY = 300  # ticks; only when nothing was written since the last look
OPTIMIZE_EVERY = 86_400  # ticks
RETAIN_EVERY = 300  # ticks
SHRINK_STEP = 1_000  # pages given back at once
MEGABYTE = 1_000_000
EXPIRED_KEPT = 7 * 86_400_000_000  # microseconds that an expired token stays in the list

log = structlog.get_logger()


class Housekeeping:
    """Runs its rounds until it is cancelled."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        writer: Writer,
        access: Access,
        now: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._database = database
        self._writer = writer
        self._access = access
        self._now = now
        self._seen_bytes = -1

    async def run(self) -> None:
        """One tick a second; a store that cannot write now is tried again next time."""
        tick = 0
        while True:
            await asyncio.sleep(TICK)
            tick += 1
            try:
                if tick % TOUCH_EVERY == 0:
                    await self.touch_tokens()
                if tick % CHECKPOINT_EVERY == 0:
                    await self._checkpoint_when_idle()
                if tick % RETAIN_EVERY == 0:
                    await self.retain()
                if tick % OPTIMIZE_EVERY == 0:
                    await self._writer.aside(_optimize)
            except (StoreError, sqlite3.Error) as error:
                log.warning("housekeeping put off", error=str(error))

    async def watch_tokens(self) -> None:
        """Look at the tokens once a second, whatever holds the other rounds up."""
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.reread_tokens()
            except sqlite3.Error as error:
                log.warning("tokens cannot be read", error=str(error))
                self._access.add(())  # what has expired goes all the same

    async def reread_tokens(self) -> None:
        """Learn what the table says now; what came in with a token that is gone is closed."""
        self._access.learn(await self._database.read(tokens.all_tokens))

    async def touch_tokens(self) -> None:
        """Write when tokens were last used, and forget those that expired long ago."""
        used, self._access.used = self._access.used, {}
        before = self._now() - EXPIRED_KEPT
        if used:
            await self._commit(tokens.touch, used)
        await self._commit(tokens.delete_expired, before)

    async def retain(self) -> None:
        """Let go of what is older than `retention_days`, then of the oldest over `retention_mb`.

        That goes on in steps; what they free is given back at the next look.
        """
        kept = self._settings.retention
        days, most = kept.retention_days or None, kept.retention_mb * MEGABYTE or None
        await change(self._writer, steps.retain, days, most)
        free = 1
        while free:
            free = await self._writer.aside(lambda one: retention.shrink(one, SHRINK_STEP))

    async def _commit(self, verb: Callable[..., Any], *args: object) -> Any:
        return await change(self._writer, lambda it: verb(it.connection, *args))

    async def _checkpoint_when_idle(self) -> None:
        size = _wal_bytes(self._database.path)
        if size and size == self._seen_bytes:
            await self._writer.aside(_truncate_wal)
        self._seen_bytes = size


def _wal_bytes(path: Path) -> int:
    wal = path.with_name(path.name + "-wal")
    return wal.stat().st_size if wal.exists() else 0


def _truncate_wal(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _optimize(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA optimize").fetchall()
