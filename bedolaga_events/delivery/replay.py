"""Replays in small steps, so that a million rows hold up nobody and need no memory."""

import asyncio

import structlog

from bedolaga_events.errors import StoreError
from bedolaga_events.model import Committed
from bedolaga_events.store import replays
from bedolaga_events.store.transaction import Transaction, change
from bedolaga_events.store.writer import Writer

STEP = 500  # deliveries in one transaction
STORE_RETRY = 1.0  # seconds before a step is tried again after the store refused it

log = structlog.get_logger()


class Replayer:
    """Takes the replays in the store step by step; what a stop interrupts goes on at the start."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._wake = asyncio.Event()
        self._wake.set()

    def heard(self, committed: Committed) -> None:
        """Take note of a commit that started a replay."""
        if committed.replaying:
            self._wake.set()

    async def run(self) -> None:
        """Work until it is cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while await change(self._writer, _step):
                    pass
            except StoreError as error:
                log.warning("replay put off", error=error.detail)
                await asyncio.sleep(STORE_RETRY)
                self._wake.set()


def _step(transaction: Transaction) -> bool:
    done = replays.step(transaction.connection, transaction.now, STEP)
    if done is not None and done.queued:
        transaction.committed.stale.add(done.webhook_id)
    return done is not None
