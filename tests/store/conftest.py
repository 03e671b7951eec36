"""A real SQLite file with its writer, without HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events.committed import Committed
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Attempt, Delivery, ErrorCode, EventDraft, Status, Webhook
from bedolaga_events.numbers import Rules, moves_of
from bedolaga_events.store import deliveries, webhooks
from bedolaga_events.store.attempts import Record
from bedolaga_events.store.batch import Append, Transactions
from bedolaga_events.store.check import findings
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import change
from bedolaga_events.store.writer import Writer
from bedolaga_events.wire import canonical
from tests.conftest import Clock

RULES = Rules("Europe/Moscow", ("manual",), ("cabinet",))


@dataclass
class Store:
    """An open database and its only writer; `commits` is what listeners heard."""

    database: Database
    writer: Writer
    commits: list[Committed] = field(default_factory=list)

    async def append(self, event_type: str, key: str | None = None, **payload: Any) -> Any:
        draft = EventDraft(
            event_type,
            canonical(payload),
            idempotency_key=key,
            moves=moves_of(event_type, payload, RULES),
        )
        [accepted] = await self.writer.append(Append((draft,)), 1)
        return accepted

    async def webhook(self, event_type: str = "*", **values: Any) -> Any:
        row = {
            "name": "hook",
            "url": "http://example.com/",
            "event_types": [event_type],
            **values,
        }
        return await self.change(lambda it: webhooks.insert(it.connection, row, it.now))

    async def change(self, verb: Any, *args: Any) -> Any:
        return await change(self.writer, verb, *args)

    async def delivery(self, delivery_id: int = 1, webhook_id: int = 1) -> Delivery:
        return await self.database.read(deliveries.get, webhook_id, delivery_id)

    async def hook(self, webhook_id: int = 1) -> Webhook:
        return await self.database.read(webhooks.get, webhook_id)

    async def attempt(self, delivery: Delivery, started_at: int, status: int = 200) -> Any:
        """Record an attempt of 10 ms that was answered with a status; a failed one is retried."""
        code = None if status < 300 else ErrorCode.HTTP_STATUS
        words = None if code is None else f"HTTP {status}"
        made = Attempt(delivery.attempt_number + 1, started_at, 10, code, words, status)
        retried_at = None if code is None else started_at + 5_000_000
        after = Status.SUCCESS if code is None else Status.PENDING
        await self.writer.commit(Record(delivery, made, after, retried_at))
        return await self.delivery(delivery.id, delivery.webhook_id)

    async def findings(self) -> list[str]:
        return await self.database.read(lambda one: list(findings(one)))


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    """An empty store with a queue of 100."""
    database = await Database.open(tmp_path / "events.db")
    transactions = Transactions(RULES)
    writer = Writer(database, transactions, clock, 100, Metrics())
    one = Store(database, writer)
    writer.listeners.append(one.commits.append)
    running = asyncio.create_task(writer.run())
    yield one
    writer.close()
    await running
    assert await one.findings() == []
    await database.close()
