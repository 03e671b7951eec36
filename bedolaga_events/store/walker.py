"""Takes the work that stands in the table `steps`, step by step, through the writer."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Concatenate, ParamSpec

from bedolaga_events.committed import Committed
from bedolaga_events.errors import StoreError
from bedolaga_events.store import steps
from bedolaga_events.store.transaction import Change, Transaction, change
from bedolaga_events.store.writer import Writer

PATIENCE = 60.0  # seconds that a caller waits for work that goes on without him

P = ParamSpec("P")


class Walker:
    """Does all work there is; what a stop interrupts goes on at the start."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._wake = asyncio.Event()
        self._wake.set()
        self._awaited: dict[int, asyncio.Future[int]] = {}

    def heard(self, committed: Committed) -> None:
        """Take note of a commit in which work was begun or ended."""
        if committed.begun:
            self._wake.set()
        for work_id, moved in committed.ended.items():
            done = self._awaited.get(work_id)
            if done is not None and not done.done():
                done.set_result(moved)

    async def finish(
        self,
        begin: Callable[Concatenate[Transaction, P], int],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> int:
        """Begin work and see it through; returns how many rows it moved.

        Args:
            begin: a verb of `steps`; `args` follow.

        Raises:
            EventsError: the verb refused.
            StoreError: it takes long; it goes on all the same.
        """
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def begun(transaction: Transaction) -> int:
            work_id = begin(transaction, *args, **kwargs)
            self._awaited[work_id] = done  # it may end in this very commit
            return work_id

        work_id = await change(self._writer, begun)
        try:
            async with asyncio.timeout(PATIENCE):
                return await done
        except TimeoutError:
            raise StoreError("This takes long; it goes on, look again later.") from None
        finally:
            self._awaited.pop(work_id, None)

    async def run(self) -> None:
        """Work until it is cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            turn: int | None = 0
            while turn is not None:
                step = partial(steps.step, after=turn)
                turn = await self._writer.insist(Change(step))
