"""What is due goes out: the worker hears commits, asks whose turn it is, attempts, records.

A wake is a hint, the table is the truth. A row stays pending until its outcome is committed, and
what is in flight is known in memory only, so a crash means a second POST, never none.
"""

import asyncio
import random
import sqlite3
from collections.abc import Coroutine, Mapping, Sequence
from itertools import zip_longest

import structlog

from bedolaga_events import health
from bedolaga_events.committed import Committed
from bedolaga_events.delivery import formats, retry
from bedolaga_events.delivery.formats import Endpoint
from bedolaga_events.delivery.lane import Lane
from bedolaga_events.delivery.opening import endpoint_of
from bedolaga_events.delivery.outcomes import record_of
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.starts import Found, Start
from bedolaga_events.delivery.turns import Turns
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Attempt, Delivery, Status, Webhook
from bedolaga_events.sentences import Words
from bedolaga_events.settings import DeliverySettings
from bedolaga_events.store import deliveries, webhooks
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import Change
from bedolaga_events.store.vault import Vault
from bedolaga_events.store.writer import Writer
from bedolaga_events.times import SECOND, Calendar, Clock

TOGETHER = 16  # lanes are read at once: a hop to a reader's thread costs more than a look


class Worker:
    """Sends what is due until it is stopped."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        poster: Poster,
        vault: Vault,
        settings: DeliverySettings,
        clock: Clock,
        calendar: Calendar,
        metrics: Metrics,
        words: Mapping[str, Words],
    ) -> None:
        self._database = database
        self._writer = writer
        self._poster = poster
        self._vault = vault
        self._settings = settings
        self._clock = clock
        self._calendar = calendar
        self._metrics = metrics
        self._words = words
        self._successes = metrics.attempts.labels("success")
        ended = Status.SUCCESS, Status.FAILED
        self._ends = {status: metrics.deliveries.labels(status) for status in ended}
        self._log = structlog.get_logger().bind()
        self._turns = Turns(settings.concurrency, settings.per_webhook_concurrency)
        metrics.in_flight.set_function(lambda: self._turns.flying)
        self._endpoints: dict[int, tuple[object, Endpoint]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Read every webhook, then send until `stop`."""
        for one in await self._database.read(webhooks.all_webhooks):
            if one.id not in self._turns.lanes:  # else what was heard meanwhile is newer
                rest = health.rests_until(one) - self._clock.wall()
                self._turns.place(one).rest(self._clock.elapsed() + rest)
        while not self._stopping:
            self._look()
            self._start()
            self._wake.clear()
            try:
                async with asyncio.timeout(self._turns.wait(self._clock.elapsed())):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def heard(self, committed: Committed) -> None:
        """Take note of a commit: new deliveries, changed and deleted webhooks."""
        if committed.leap:
            self._clock.follow(committed.leap)
        for webhook_id in committed.deleted_webhooks:
            self._endpoints.pop(webhook_id, None)
        self._turns.hear(committed, self._clock.elapsed())
        self._start()

    async def stop(self, seconds: float) -> None:
        """Start nothing new; wait for what is in flight, then let go of it (it stays pending)."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Close the connections to the receivers."""
        self._poster.close()

    def _look(self) -> None:
        """Ask the table for what the lanes want, and let it follow the clock if that was set."""
        if self._clock.leap():
            self._spawn(self._follow())
        hungry = self._turns.look(self._clock.elapsed())
        for start in range(0, len(hungry), TOGETHER):
            self._spawn(self._read(hungry[start : start + TOGETHER]))

    async def _follow(self) -> None:
        await self._writer.insist(Change(lambda _: None))

    async def _read(self, lanes: Sequence[Lane]) -> None:
        now, found = self._clock.due(), list[Found]()
        asked = [(one.webhook.id, now, one.buffer, one.held) for one in lanes]
        try:
            found = await self._database.read(
                lambda connection: [_found(connection, *one) for one in asked]
            )
        finally:  # if the disk fails the rows are where they were, and asked for again
            for lane, one in zip_longest(lanes, found):
                self._turns.fill(lane, one, self._clock.elapsed())
            self._start()

    def _start(self) -> None:
        """Let go out what may; tell the loop if it is to look earlier than it meant to."""
        now = self._clock.elapsed()
        while not self._stopping and (lane := self._turns.next(now)):
            self._spawn(self._deliver(lane, self._turns.start(lane, now)))
        if self._turns.is_restless:
            self._wake.set()

    async def _deliver(self, lane: Lane, start: Start) -> None:
        try:
            attempt = await self._attempt(lane, start)
            made = [(start.delivery, attempt)]
            for one in start.others:
                made.append((one, attempt._replace(number=one.attempt_number + 1)))
            await self._record(lane, start, made)
        finally:
            now = self._clock.elapsed()
            if sum(self._turns.let_go(lane, one.id, now) for one in start.deliveries):
                self._start()

    async def _record(
        self, lane: Lane, start: Start, made: Sequence[tuple[Delivery, Attempt]]
    ) -> None:
        now, sent_to = self._clock.wall(), start.webhook.destination
        chance = random.random()  # one for all: what went out together is tried again together
        records = [
            record_of(delivery, its, lane.webhook, self._settings, now, chance)._replace(
                sent_to=sent_to
            )
            for delivery, its in made
        ]
        if start.others:
            ends = await asyncio.gather(*map(self._writer.insist, records))
        else:
            ends = [await self._writer.insist(records[0])]
        for (delivery, its), status in zip(made, ends, strict=True):
            self._tell(delivery, its)
            if status in self._ends:
                self._ends[status].inc()

    async def _attempt(self, lane: Lane, start: Start) -> Attempt:
        attempt, pause = None, 0
        try:
            attempt = await self._post(self._endpoint(start.webhook), start)
            pause = retry.pause(attempt, self._settings.retry_schedule, self._clock.wall())
        finally:
            self._turns.land(lane, start, attempt, self._clock.elapsed(), pause)
            self._start()
        return attempt._replace(pause=pause) if pause else attempt

    async def _post(self, endpoint: Endpoint, start: Start) -> Attempt:
        started_at, delivery = self._clock.wall(), start.delivery
        if endpoint.chat is None:
            epoch = self._database.epochs.of(delivery.event_id)
            believed = self._calendar.now()
            request = formats.request(endpoint, delivery, epoch, started_at, believed)
        else:
            request = formats.message(endpoint, start.deliveries, self._words)
        deadline = asyncio.get_running_loop().time() + self._settings.total_timeout
        answer = await self._poster.post(endpoint.target, request, deadline)
        return formats.attempt(endpoint, delivery, request, answer, started_at)

    def _endpoint(self, webhook: Webhook) -> Endpoint:
        """Where it goes and how it is signed; opened anew only when one of these changed."""
        redirects = webhook.accept_redirects
        made_of = webhook.destination, webhook.secrets, webhook.headers_box, redirects
        before, endpoint = self._endpoints.get(webhook.id, (None, None))
        if endpoint is None or before != made_of:
            endpoint = endpoint_of(self._vault, webhook)
            self._endpoints[webhook.id] = made_of, endpoint
        return endpoint

    def _tell(self, delivery: Delivery, attempt: Attempt) -> None:
        outcome = attempt.error_code or "success"
        self._metrics.attempt_seconds.observe(attempt.duration_ms / 1000)
        if attempt.error_code is not None:
            self._metrics.attempts.labels(attempt.error_code).inc()
        else:
            self._successes.inc()
            taken = attempt.ended_at - delivery.created_at
            self._metrics.delivered_seconds.observe(taken / SECOND)
        self._log.info(
            "delivery",
            webhook=delivery.webhook_id,
            delivery=delivery.id,
            event_type=delivery.event_type,
            attempt=attempt.number,
            outcome=str(outcome),
            status=attempt.response_status,
            duration_ms=attempt.duration_ms,
        )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._log.error("delivery task failed", exc_info=task.exception())


def _found(
    connection: sqlite3.Connection, webhook_id: int, now: int, wanted: int, held: list[int]
) -> Found:
    due, following = deliveries.due(connection, webhook_id, now, wanted, held)
    return Found(due, len(due) < wanted, None if following is None else following - now)
