"""A bot that ends without a goodbye at one of its writes: `python crashing_bot.py URL TOKEN OUTBOX
FIRST COUNT CRASH_AT`; it prints each number when emit has returned.

`CRASH_AT`: before which statement on the outbox `os._exit` comes, counted over all threads.
"""

import asyncio
import itertools
import os
import sqlite3
import sys
from functools import partial
from typing import Any

from bedolaga_events_client import EventPublisher

statements = itertools.count(1)


class Crashing(sqlite3.Connection):
    """A connection whose statements are counted."""

    def execute(self, *args: Any) -> sqlite3.Cursor:
        crash_at_last()
        return super().execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        crash_at_last()
        return super().executemany(*args)


def crash_at_last() -> None:
    if next(statements) >= int(sys.argv[6]):
        os._exit(9)


async def main() -> None:
    url, token, file, first, count, _ = sys.argv[1:]
    publisher = EventPublisher(url, token, outbox=file)
    for number in range(int(first), int(first) + int(count)):
        await publisher.emit("user.created", {"user_id": number})
        print(number, flush=True)
    await publisher.close(30)


sqlite3.connect = partial(sqlite3.connect, factory=Crashing)  # type: ignore[assignment]  # for the outbox
asyncio.run(main())
