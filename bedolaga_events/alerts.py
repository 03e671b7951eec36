"""Tell a human what is wrong, once an hour each; and a watcher, once a minute, that all is well.

Whatever a way does, raise or hang, holds up neither the others nor the work (`supervise.Helpers`).
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, NamedTuple

import structlog

from bedolaga_events.committed import Committed
from bedolaga_events.messengers import NO_CHAT, PATIENCE, ChatWebhook, Heartbeat, Said, Way
from bedolaga_events.model import Webhook
from bedolaga_events.numbers import hour_of
from bedolaga_events.settings import AlertsSettings
from bedolaga_events.silence import Silence
from bedolaga_events.store import deliveries, events, hours, webhooks
from bedolaga_events.store.database import Database
from bedolaga_events.supervise import Helpers
from bedolaga_events.times import HOUR, MINUTE, Calendar
from bedolaga_events.troubles import EN, Texts, texts

EVERY = 60.0  # seconds between looks at rates, backlog and disk, and between heartbeats
FIRST_BEAT = 5.0  # seconds that a server must live to be alive: one that dies at once is not
WAITING = 100  # texts at most; by then nobody reads them, and the log has each
MEGABYTE = 1_000_000
NOT_NOW = (
    "not fetched while an alert is open, or the server is not well: that would say all is well"
)

log = structlog.get_logger()
Key = tuple[str, int]


class Trouble(NamedTuple):
    """Something that a human should know: of a webhook, or of the server."""

    kind: str
    webhook: Webhook | None
    fields: dict[str, Any]  # of its text

    @property
    def key(self) -> Key:
        """What is told once an hour."""
        return self.kind, self.webhook.id if self.webhook else 0


class Alerts:
    """Listens to commits, looks at the numbers once a minute, and tells.

    Args:
        ways: by which a human is told.
        heartbeat: what is fetched while all is well; None for none.
    """

    def __init__(
        self,
        settings: AlertsSettings,
        silence: Silence,
        ways: Sequence[Way],
        heartbeat: Heartbeat | None,
        helpers: Helpers,
        calendar: Calendar,
        now: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._silence = silence
        self._ways = [(one, asyncio.Queue[Texts](WAITING)) for one in ways]
        self._heartbeat = heartbeat
        self._helpers = helpers
        self._metrics = helpers.metrics
        self._calendar = calendar
        self._now = now
        self._told: dict[Key, int] = {}
        self._open: set[Key] = set()  # at the last look
        self._failing: set[int] = set()  # webhooks that were warned of
        helpers.metrics.alerts_open.set_function(lambda: len(self._open) + self._silence.is_open)

    def heard(self, committed: Committed) -> None:
        """Take note of webhooks that were deactivated or are about to be, and of events."""
        for webhook in committed.disabled:
            self._tell(Trouble("disabled", webhook, {"reason": webhook.disabled_reason}))
            self._open.add(("disabled", webhook.id))
        for warning in committed.failing:
            self._failing.add(warning.webhook.id)
            self._tell(Trouble("failing", warning.webhook, {"percent": warning.percent}))
            self._open.add(("failing", warning.webhook.id))
        if committed.events and (again := self._silence.broken()):
            self._put("silence", again)

    async def run(self, database: Database, is_well: Callable[[], bool]) -> None:
        """Send what was told, look around and beat once a minute, until it is cancelled."""
        last = await database.read(events.last_committed_at)
        self._silence.begin(None if self._calendar.doubt else last)
        for way, _ in self._ways:
            if isinstance(way, ChatWebhook) and await way.endpoint() is None:
                log.warning(NO_CHAT, setting=way.name)
        await asyncio.gather(
            *(self._send(way, waiting) for way, waiting in self._ways),
            self._look_around(database),
            self._listen(),
            self._beat(is_well),
        )

    async def look(self, database: Database) -> None:
        """One look at webhooks, backlog and disk: what is wrong is told, and open from now on."""
        found = set()
        async for trouble in self._troubles(database):
            self._tell(trouble)
            found.add(trouble.key)
        for webhook in await database.read(webhooks.all_webhooks):
            if webhook.disabled_reason is not None:
                found.add(("disabled", webhook.id))
            elif webhook.id in self._failing and webhook.is_active and webhook.failing_since:
                found.add(("failing", webhook.id))
        self._failing = {webhook_id for kind, webhook_id in found if kind == "failing"}
        self._open = found

    async def test(self, is_well: bool) -> list[Said]:
        """Send one alert by every way, once; what each said."""
        said = [self._say(way, texts("test")) for way, _ in self._ways]
        if self._heartbeat is not None:
            said.append(self._test_heartbeat(self._heartbeat, is_well))
        return await asyncio.gather(*said)

    async def _test_heartbeat(self, heartbeat: Heartbeat, is_well: bool) -> Said:
        if is_well and self.is_calm:
            return await self._say(heartbeat, {})
        return Said(heartbeat.name, ok=False, sentence=NOT_NOW)

    @property
    def is_calm(self) -> bool:
        """Whether no alert is open."""
        return not self._open and not self._silence.is_open

    async def _troubles(self, database: Database) -> AsyncIterator[Trouble]:
        for webhook in await database.read(webhooks.all_webhooks):
            if webhook.is_active:
                if rate := await self._rate(database, webhook):
                    yield Trouble("rate", webhook, rate)
                if behind := await self._backlog(database, webhook):
                    yield Trouble("backlog", webhook, behind)
        if leap := self._calendar.doubt:
            yield Trouble("clock", None, {"hours": leap / HOUR})
        free = shutil.disk_usage(database.path.parent).free // MEGABYTE
        if free < self._settings.disk_free_mb:
            yield Trouble("disk", None, {"free": free})

    async def _rate(self, database: Database, webhook: Webhook) -> dict[str, Any] | None:
        rows = await database.read(hours.attempt_hours, webhook.id, hour_of(self._now()) - 1)
        good, bad = sum(row[2] for row in rows), sum(row[3] for row in rows)
        made = good + bad
        if made < self._settings.failure_rate_attempts:
            return None
        percent = 100 * bad / made
        if percent < self._settings.failure_rate_percent:
            return None
        return {"percent": percent, "made": made}

    async def _backlog(self, database: Database, webhook: Webhook) -> dict[str, Any] | None:
        oldest, now = await database.read(deliveries.overdue_since, webhook.id), self._now()
        if oldest is None or now - oldest <= self._settings.backlog_minutes * MINUTE:
            return None
        return {"minutes": (now - oldest) // MINUTE}

    def _tell(self, trouble: Trouble) -> None:
        """Send it, unless it was sent within the hour."""
        key, now = trouble.key, self._now()
        if 0 <= now - self._told.get(key, -HOUR) < HOUR:  # a clock that was set back: again
            return
        self._told[key] = now
        about = trouble.webhook
        named = {"name": about.name} if about else {}
        self._put(trouble.kind, texts(trouble.kind, **named, **trouble.fields), key[1])

    def _put(self, kind: str, said: Texts, webhook_id: int = 0) -> None:
        log.warning("alert", kind=kind, text=said[EN])
        for way, waiting in self._ways:
            if way.webhook_id == webhook_id:
                continue
            if waiting.full():
                log.warning("alert not sent: too many wait", way=way.name)
            else:
                waiting.put_nowait(said)

    async def _look_around(self, database: Database) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look(database)
            except (OSError, sqlite3.Error) as error:
                log.warning("could not look for trouble", error=str(error))

    async def _listen(self) -> None:
        """Tell of a silence when it is one."""
        while True:
            await asyncio.sleep(self._silence.pause())
            if self._silence.is_due:
                self._put("silence", self._silence.told())

    async def _beat(self, is_well: Callable[[], bool]) -> None:
        if self._heartbeat is None:
            return
        await asyncio.sleep(FIRST_BEAT)
        while True:
            if is_well() and self.is_calm:
                said = await self._say(self._heartbeat, {})
                self._metrics.heartbeats.labels("success" if said.ok else "failed").inc()
            await asyncio.sleep(EVERY)

    async def _send(self, way: Way, waiting: asyncio.Queue[Texts]) -> None:
        while True:
            said = await waiting.get()
            for pause in (*way.pauses, 0.0):
                if (await self._say(way, said)).ok:
                    break
                await asyncio.sleep(pause)

    async def _say(self, way: Way, wanted: Texts) -> Said:
        """What a way says, whatever it does."""
        said = Said(way.name, ok=False, sentence="it failed; the log has more")
        with self._helpers.noting("alerts"):
            try:
                async with asyncio.timeout(PATIENCE):
                    said = await way.say(wanted)
            except TimeoutError:
                said = said._replace(sentence=f"no answer within {PATIENCE:.0f} s")
        if not said.ok:
            log.warning("alert not sent", way=way.name, reason=said.sentence)
        return said
