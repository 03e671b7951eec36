"""Notice, without waiting for traffic, that nothing can be stored, and that it can again."""

import asyncio
from pathlib import Path

from bedolaga_events.errors import StoreError
from bedolaga_events.store.transaction import Transaction, change
from bedolaga_events.store.trouble import is_full
from bedolaga_events.store.writer import Writer

INTERVAL = 1.0  # seconds
SAMPLE = 128 * 1024  # bytes: less could find a place on pages that are there already


async def watch(writer: Writer, folder: Path) -> None:
    """Try a transaction every second until cancelled; what comes of it, the writer notes."""
    while True:
        await asyncio.sleep(INTERVAL)
        trying = asyncio.ensure_future(change(writer, _try, writer, folder))
        while not (await asyncio.wait({trying}, timeout=INTERVAL))[0]:
            writer.shed()
        if (error := trying.exception()) is not None and not isinstance(error, StoreError):
            raise error


def _try(transaction: Transaction, writer: Writer, folder: Path) -> None:
    """To begin is enough to meet another program's lock; space is found by using some."""
    if writer.trouble is not None or is_full(folder):
        transaction.connection.execute(
            "INSERT INTO meta (name, value) VALUES ('space', hex(zeroblob(?)))"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (SAMPLE // 2,),
        )
    else:
        transaction.connection.execute("DELETE FROM meta WHERE name = 'space'")
