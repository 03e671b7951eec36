"""What is due, fairly and bounded: each webhook has a lane, the lanes take turns.

A wake is a hint, the table is the truth. A row stays pending until its outcome is committed, and
what is in flight is known in memory only, so a crash means a second POST, never none.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable, Coroutine
from typing import assert_never

import structlog

from bedolaga_events import health
from bedolaga_events.delivery import formats, retry
from bedolaga_events.delivery.formats import Endpoint, Secret
from bedolaga_events.delivery.lane import BUFFER, Lane
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.errors import StoreError
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import Attempt, Committed, Delivery, Status, Webhook
from bedolaga_events.settings import Delivery as DeliverySettings
from bedolaga_events.store import deliveries, webhooks
from bedolaga_events.store.attempts import Record
from bedolaga_events.store.database import Database
from bedolaga_events.store.vault import Vault
from bedolaga_events.store.writer import Writer

LONGEST_SLEEP = 60.0  # seconds: then the table is asked again, whatever was heard
STORE_RETRY = 1.0  # seconds before an outcome is offered again to a store that refused it
SECOND = 1_000_000  # microseconds
PROBES_A_SECOND = 200  # requests to receivers whose last one failed, all of them together
PROBES_AT_ONCE = 100


class Worker:
    """Sends what is due until it is stopped."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        poster: Poster,
        vault: Vault,
        settings: DeliverySettings,
        now: Callable[[], int],
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._writer = writer
        self._poster = poster
        self._vault = vault
        self._settings = settings
        self._now = now
        self._metrics = metrics
        self._successes = metrics.attempts.labels("success")
        self._log = structlog.get_logger().bind()
        self._lanes: dict[int, Lane] = {}
        self._turns: deque[Lane] = deque()
        self._flying = 0
        self._doubtful = 0  # of these: to receivers that left the last one without an answer
        self._probes = float(PROBES_AT_ONCE)  # requests that failing receivers may have now
        self._probed_at = 0.0  # seconds, when that was reckoned
        self._probing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Read every webhook, then send until `stop`."""
        for one in await self._database.read(webhooks.everything):
            self._place(one)
        while not self._stopping:
            self._wake.clear()
            self._look_at_the_clock()
            self._start()
            try:
                async with asyncio.timeout(self._sleep_seconds()):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def heard(self, committed: Committed) -> None:
        """Take note of a commit: new deliveries, changed and deleted webhooks."""
        self._hear_of_webhooks(committed)
        for delivery in {one.id: one for one in committed.deliveries}.values():
            if delivery.id in committed.urgent:
                self._urge(delivery)
            elif delivery.status is Status.PENDING:
                self._note(delivery, committed.now)
        self._start()

    def _hear_of_webhooks(self, committed: Committed) -> None:
        for webhook in committed.webhooks:
            self._place(webhook)
        for webhook_id in committed.deleted_webhooks:
            if lane := self._lanes.pop(webhook_id, None):
                lane.drop_ready()
                lane.urgent.clear()
        for webhook_id in committed.stale:
            if lane := self._lanes.get(webhook_id):
                lane.drop_ready()
                lane.more = True
        if committed.webhooks or committed.stale:
            self._wake.set()

    async def stop(self, seconds: float) -> None:
        """Start nothing new; wait for what is in flight, then let go of it (it stays pending)."""
        self._stopping = True
        self._wake.set()
        if self._probing is not None:
            self._probing.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Close the connections to the receivers."""
        self._poster.close()

    def _place(self, webhook: Webhook) -> None:
        lane = self._lanes.get(webhook.id)
        if lane is None:
            lane = Lane(webhook, self._endpoint(webhook))
            self._lanes[webhook.id] = lane
            return
        if webhook.is_active and not lane.webhook.is_active:
            lane.more = True
        if webhook.updated_at != lane.webhook.updated_at:
            lane.endpoint = self._endpoint(webhook)
        if not webhook.is_active:
            lane.drop_ready()
        lane.webhook = webhook
        self._offer(lane)

    def _offer(self, lane: Lane) -> None:
        """A lane that can start something takes its turn with the others."""
        if not lane.in_turn and lane.can_start():
            lane.in_turn = True
            self._turns.append(lane)

    def _endpoint(self, webhook: Webhook) -> Endpoint:
        secrets = tuple(Secret(self._vault.open(box), until) for box, until in webhook.secrets)
        headers = json.loads(self._vault.open(webhook.headers_box)) if webhook.headers_box else {}
        return Endpoint(webhook.id, webhook.url, secrets, headers)

    def _note(self, delivery: Delivery, now: int) -> None:
        lane = self._lanes.get(delivery.webhook_id)
        due = delivery.next_retry_at
        if lane is None or due is None:
            return
        if due > now:
            if lane.fall_due(due):
                self._wake.set()
        elif lane.is_full() and delivery.id not in lane.taken:
            lane.more = True
        else:
            lane.add(delivery)
            self._offer(lane)

    def _urge(self, delivery: Delivery) -> None:
        if lane := self._lanes.get(delivery.webhook_id):
            lane.add(delivery, urgent=True)
            self._offer(lane)

    def _look_at_the_clock(self) -> None:
        now = self._now()
        for lane in self._lanes.values():
            if lane.next_due is not None and lane.next_due <= now:
                lane.next_due, lane.more = None, True
            self._refill(lane)

    def _refill(self, lane: Lane) -> None:
        if lane.wants_more() and not self._stopping:
            lane.start_reading()
            self._spawn(self._read(lane))

    async def _read(self, lane: Lane) -> None:
        """Fill a lane from the table."""
        wanted = BUFFER + len(lane.taken)
        try:
            found, following = await self._database.read(
                deliveries.due, lane.webhook.id, self._now(), wanted
            )
        except BaseException:  # the disk fails, or we are stopped: the rows are where they were
            lane.fill(())
            self._put_off(lane)
            raise
        is_there = self._lanes.get(lane.webhook.id) is lane  # not deleted meanwhile
        lane.fill(found if lane.webhook.is_active and is_there else ())
        lane.more = lane.more or len(found) == wanted
        if following is not None:
            lane.fall_due(following)
        self._offer(lane)
        self._wake.set()

    def _start(self) -> None:
        """One delivery a lane and turn, so that a long queue does not hold up a short one."""
        idle_turns = 0
        while idle_turns < len(self._turns) and self._flying < self._settings.concurrency:
            lane = self._turns.popleft()
            if not lane.can_start():
                lane.in_turn = False
                continue
            self._turns.append(lane)
            if self._trusts(lane):
                delivery = lane.start()
                self._flying += 1
                self._doubtful += not lane.answers
                self._spawn(self._deliver(lane, delivery, doubtful=not lane.answers))
                idle_turns = 0
            else:
                idle_turns += 1
        self._metrics.in_flight.set(self._flying)

    def _trusts(self, lane: Lane) -> bool:
        """Whether a receiver may have the next place, for all that is known of it.

        Those that hang share half of the places, and those that fail a number of requests a
        second: dead receivers with long backlogs must not take the time of the others.
        """
        if self._stopping:
            return False
        if not lane.answers and self._doubtful >= max(1, self._settings.concurrency // 2):
            return False
        return not lane.fails or self._may_probe()

    def _may_probe(self) -> bool:
        loop = asyncio.get_running_loop()
        now = loop.time()
        earned = (now - self._probed_at) * PROBES_A_SECOND
        self._probes, self._probed_at = min(PROBES_AT_ONCE, self._probes + earned), now
        if self._probes >= 1:
            self._probes -= 1
            return True
        if self._probing is None:
            self._probing = loop.call_later(1 / PROBES_A_SECOND, self._probe)
        return False

    def _probe(self) -> None:
        self._probing = None
        self._start()

    async def _deliver(self, lane: Lane, delivery: Delivery, *, doubtful: bool) -> None:
        recorded = False
        try:
            attempt = await self._send(lane, delivery, doubtful)
            record = self._outcome(lane, delivery, attempt)
            recorded = await self._commit(record)
            if record.status is not Status.PENDING:
                self._metrics.deliveries.labels(record.status).inc()
        finally:
            lane.settle(delivery.id)
            if not recorded:  # a mistake of ours: the row is still pending, try it again later
                self._put_off(lane)
            self._refill(lane)
            self._offer(lane)
            self._start()

    async def _send(self, lane: Lane, delivery: Delivery, doubtful: bool) -> Attempt:
        try:
            attempt = await self._attempt(lane.endpoint, delivery)
        finally:
            lane.flying -= 1
            self._flying -= 1
            self._doubtful -= doubtful
        lane.landed(attempt, self._settings.per_webhook_concurrency)
        self._offer(lane)
        self._start()
        return attempt

    async def _attempt(self, endpoint: Endpoint, delivery: Delivery) -> Attempt:
        started_at = self._now()
        epoch = self._database.epochs.of(delivery.event_id)
        request = formats.request(endpoint, delivery, epoch, started_at)
        deadline = asyncio.get_running_loop().time() + self._settings.total_timeout
        answer = await self._poster.post(endpoint.target, request, deadline)
        return formats.attempt(delivery, request, answer, started_at)

    async def _commit(self, record: Record) -> bool:
        """Record an attempt, however long the disk refuses: a made POST must not be forgotten."""
        while True:
            try:
                await self._writer.commit(record)
                return True
            except StoreError as error:
                if self._stopping:
                    return False
                self._log.warning("attempt not recorded yet", error=error.detail)
                await asyncio.sleep(STORE_RETRY)

    def _outcome(self, lane: Lane, delivery: Delivery, attempt: Attempt) -> Record:
        now, webhook, patience = self._now(), lane.webhook, self._settings.disable_after_hours
        # A test is one attempt, and says nothing about the webhook.
        schedule = [] if delivery.is_test else self._settings.retry_schedule
        self._tell(delivery, attempt, now)
        match retry.decide(attempt, schedule, now, random.random(), delivery.schedule_from):
            case retry.Succeed():
                return Record(delivery, attempt, Status.SUCCESS)
            case retry.Retry(at):
                record = Record(delivery, attempt, Status.PENDING, at)
            case retry.GiveUp():
                record = Record(delivery, attempt, Status.FAILED)
            case retry.Deactivate(reason):
                record = Record(delivery, attempt, Status.FAILED, deactivate=reason)
            case unreachable:
                assert_never(unreachable)
        if delivery.is_test:
            return record._replace(deactivate=None)
        since = health.counted_from(webhook, attempt.started_at)
        return record._replace(
            deactivate=record.deactivate or retry.failed_too_long(since, now, patience),
            warn=retry.warning(since, webhook.last_triggered_at, now, patience),
        )

    def _put_off(self, lane: Lane) -> None:
        lane.fall_due(self._now() + round(LONGEST_SLEEP * SECOND))

    def _tell(self, delivery: Delivery, attempt: Attempt, now: int) -> None:
        outcome = attempt.error_code or "success"
        self._metrics.attempt_seconds.observe(attempt.duration_ms / 1000)
        if attempt.error_code is not None:
            self._metrics.attempts.labels(attempt.error_code).inc()
        else:
            self._successes.inc()
            self._metrics.delivered_seconds.observe((now - delivery.created_at) / SECOND)
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

    def _sleep_seconds(self) -> float:
        due = [lane.next_due for lane in self._lanes.values() if lane.next_due is not None]
        if not due:
            return LONGEST_SLEEP
        return min(max(min(due) - self._now(), 0) / SECOND, LONGEST_SLEEP)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._log.error("delivery task failed", exc_info=task.exception())
