"""Tell a human what is wrong, once an hour each; and a watcher, once a minute, that all is well.

Whatever a way does, raise or hang, holds up neither the others nor the work (`supervise.Helpers`).
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

import structlog

from bedolaga_events.messengers import PATIENCE, Heartbeat, Said, Way
from bedolaga_events.model import Committed, Webhook
from bedolaga_events.numbers import hour_of
from bedolaga_events.settings import AlertsSettings
from bedolaga_events.silence import Silence
from bedolaga_events.store import deliveries, events, hours, webhooks
from bedolaga_events.store.database import Database
from bedolaga_events.supervise import Helpers
from bedolaga_events.times import HOUR, MINUTE, Calendar

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
    words: str

    @property
    def key(self) -> Key:
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
        self._ways = ways
        self._heartbeat = heartbeat
        self._helpers = helpers
        self._metrics = helpers.metrics
        self._calendar = calendar
        self._now = now
        self._told: dict[Key, int] = {}
        self._open: set[Key] = set()  # at the last look
        self._failing: set[int] = set()  # webhooks that were warned of
        self._waiting: asyncio.Queue[str] = asyncio.Queue(WAITING)
        helpers.metrics.alerts_open.set_function(lambda: len(self._open) + self._silence.is_open)

    def heard(self, committed: Committed) -> None:
        """Take note of webhooks that were deactivated or are about to be, and of events."""
        for one in committed.disabled:
            self._open.add(self._tell("disabled", one, f"was deactivated: {one.disabled_reason}"))
        for warning in committed.failing:
            words = f"has only failed for {warning.percent} % of the time until it is deactivated"
            self._failing.add(warning.webhook.id)
            self._open.add(self._tell("failing", warning.webhook, f"{words}."))
        if committed.events and (again := self._silence.broken()):
            self._put("silence", again)

    async def run(self, database: Database, is_well: Callable[[], bool]) -> None:
        """Send what was told, look around and beat once a minute, until it is cancelled."""
        self._silence.begin(await database.read(events.last_committed_at))
        await asyncio.gather(
            self._send(), self._look_around(database), self._listen(), self._beat(is_well)
        )

    async def look(self, database: Database) -> None:
        """One look at webhooks, backlog and disk: what is wrong is told, and open from now on."""
        found = {self._tell(*one) async for one in self._troubles(database)}
        for one in await database.read(webhooks.all_webhooks):
            if one.disabled_reason is not None:
                found.add(("disabled", one.id))
            elif one.id in self._failing and one.is_active and one.failing_since is not None:
                found.add(("failing", one.id))
        self._failing = {webhook_id for kind, webhook_id in found if kind == "failing"}
        self._open = found

    async def test(self, is_well: bool) -> list[Said]:
        """Send one alert by every way, once; what each said."""
        text = "This is a test: alerts of this server reach you."
        said = [self._say(one, text) for one in self._ways]
        if self._heartbeat is not None:
            said.append(self._test_heartbeat(self._heartbeat, is_well))
        return await asyncio.gather(*said)

    async def _test_heartbeat(self, heartbeat: Heartbeat, is_well: bool) -> Said:
        if is_well and self.is_calm:
            return await self._say(heartbeat, "")
        return Said(heartbeat.name, ok=False, sentence=NOT_NOW)

    @property
    def is_calm(self) -> bool:
        """Whether no alert is open."""
        return not self._open and not self._silence.is_open

    async def _troubles(self, database: Database) -> AsyncIterator[Trouble]:
        for one in await database.read(webhooks.all_webhooks):
            if one.is_active:
                if words := await self._rate(database, one):
                    yield Trouble("rate", one, words)
                if words := await self._backlog(database, one):
                    yield Trouble("backlog", one, words)
        if leap := self._calendar.doubt:
            words = f"The clock leapt by {leap / HOUR:+.1f} h, which nothing explains: "
            yield Trouble("clock", None, words + "nothing expires for it in the next hour.")
        free = shutil.disk_usage(database.path.parent).free // MEGABYTE
        if free < self._settings.disk_free_mb:
            yield Trouble("disk", None, f"The disk is nearly full: {free} MB are free.")

    async def _rate(self, database: Database, webhook: Webhook) -> str | None:
        rows = await database.read(hours.attempt_hours, webhook.id, hour_of(self._now()) - 1)
        good, bad = sum(row[2] for row in rows), sum(row[3] for row in rows)
        made = good + bad
        if made < self._settings.failure_rate_attempts:
            return None
        percent = 100 * bad / made
        if percent < self._settings.failure_rate_percent:
            return None
        return f"fails: {percent:.0f} % of the last {made} attempts."

    async def _backlog(self, database: Database, webhook: Webhook) -> str | None:
        oldest, now = await database.read(deliveries.overdue_since, webhook.id), self._now()
        if oldest is None or now - oldest <= self._settings.backlog_minutes * MINUTE:
            return None
        return f"is behind: deliveries are overdue by {(now - oldest) // MINUTE} min."

    def _tell(self, kind: str, webhook: Webhook | None, words: str) -> Key:
        """Send it, unless it was sent within the hour; its key."""
        key, now = Trouble(kind, webhook, words).key, self._now()
        if not 0 <= now - self._told.get(key, -HOUR) < HOUR:  # a clock that was set back: again
            self._told[key] = now
            self._put(kind, words if webhook is None else f"Webhook “{webhook.name}” {words}")
        return key

    def _put(self, kind: str, text: str) -> None:
        log.warning("alert", kind=kind, text=text)
        if not self._ways:
            return
        if self._waiting.full():
            log.warning("alert not sent: too many wait")
        else:
            self._waiting.put_nowait(text)

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
                said = await self._say(self._heartbeat, "")
                self._metrics.heartbeats.labels("success" if said.ok else "failed").inc()
            await asyncio.sleep(EVERY)

    async def _send(self) -> None:
        while True:
            text = await self._waiting.get()
            await asyncio.gather(*(self._say(one, text) for one in self._ways))

    async def _say(self, way: Way, text: str) -> Said:
        """What a way says, whatever it does."""
        said = Said(way.name, ok=False, sentence="it failed; the log has more")
        with self._helpers.noting("alerts"):
            try:
                async with asyncio.timeout(PATIENCE):
                    said = await way.say(text)
            except TimeoutError:
                said = said._replace(sentence=f"no answer within {PATIENCE:.0f} s")
        if not said.ok:
            log.warning("alert not sent", way=way.name, reason=said.sentence)
        return said
