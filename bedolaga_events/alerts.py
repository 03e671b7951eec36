"""Tell a human through apprise (Telegram, mail, a hundred others), at most once an hour each."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog

from bedolaga_events.delivery.guard import Guard
from bedolaga_events.errors import ConfigError, Unprocessable
from bedolaga_events.model import Committed, Webhook
from bedolaga_events.numbers import hour_of
from bedolaga_events.settings import AlertsSettings
from bedolaga_events.store import deliveries, hours, webhooks
from bedolaga_events.store.database import Database

EVERY = 60.0  # seconds between looks at rates, backlog and disk
QUIET = 3_600_000_000  # microseconds in which one webhook and kind is told once
MINUTE = 60_000_000  # microseconds
MEGABYTE = 1_000_000
# apprise dials by itself, past our connector; the hosts of these schemes are checked beforehand.
HTTP_LIKE = {"json", "jsons", "xml", "xmls", "form", "forms"}

log = structlog.get_logger()


class Alerts:
    """Listens to commits, looks at the numbers once a minute, and tells."""

    def __init__(self, settings: AlertsSettings, now: Callable[[], int]) -> None:
        self._settings = settings
        self._now = now
        self._urls = [one.get_secret_value() for one in settings.urls]
        self._messengers = _messengers(self._urls)
        self._told: dict[tuple[str, int], int] = {}
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    async def check_hosts(self, guard: Guard) -> None:
        """Judge the hosts of http-like URLs as deliveries are judged.

        Raises:
            ConfigError: one of them may not be dialled.
        """
        for number, url in enumerate(self._urls):
            parts = urlsplit(url)
            if parts.scheme not in HTTP_LIKE:
                continue
            try:
                checked = await guard.check(f"http://{parts.netloc.rpartition('@')[2]}/")
            except Unprocessable as error:
                raise ConfigError(f"alerts.urls: number {number + 1}: {error.detail}.") from None
            if not checked.allowed:
                raise ConfigError(f"alerts.urls: {checked.detail}")

    def heard(self, committed: Committed) -> None:
        """Take note of webhooks that were deactivated or are about to be."""
        for one in committed.disabled:
            self._tell("disabled", one, f"was deactivated: {one.disabled_reason}")
        for warning in committed.failing:
            words = f"has only failed for {warning.percent} % of the time until it is deactivated"
            self._tell("failing", warning.webhook, f"{words}.")

    async def run(self, database: Database) -> None:
        """Send what was told, and look around once a minute, until it is cancelled."""
        await asyncio.gather(self._send(), self._look_around(database))

    async def look(self, database: Database) -> None:
        """One look at failure rates, backlog and disk."""
        for one in await database.read(webhooks.all_webhooks):
            if one.is_active:
                await self._look_at(database, one)
        free = shutil.disk_usage(database.path.parent).free // MEGABYTE
        if free < self._settings.disk_free_mb:
            self._tell("disk", None, f"The disk is nearly full: {free} MB are free.")

    async def _look_at(self, database: Database, webhook: Webhook) -> None:
        now = self._now()
        since = hour_of(now) - 1
        rows = await database.read(hours.attempt_hours, webhook.id, since)
        good, bad = sum(row[2] for row in rows), sum(row[3] for row in rows)
        made = good + bad
        if made >= self._settings.failure_rate_attempts:
            percent = 100 * bad / made
            if percent >= self._settings.failure_rate_percent:
                self._tell("rate", webhook, f"fails: {percent:.0f} % of the last {made} attempts.")
        oldest = await database.read(deliveries.overdue_since, webhook.id)
        if oldest is not None and now - oldest > self._settings.backlog_minutes * MINUTE:
            minutes = (now - oldest) // MINUTE
            self._tell("backlog", webhook, f"is behind: deliveries are overdue by {minutes} min.")

    def _tell(self, kind: str, webhook: Webhook | None, words: str) -> None:
        key, now = (kind, webhook.id if webhook else 0), self._now()
        if now - self._told.get(key, -QUIET) < QUIET:
            return
        self._told[key] = now
        text = words if webhook is None else f"Webhook “{webhook.name}” {words}"
        log.warning("alert", kind=kind, webhook=webhook.id if webhook else None)
        if self._messengers is not None:
            self._waiting.put_nowait(text)

    async def _look_around(self, database: Database) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look(database)
            except sqlite3.Error as error:
                log.warning("could not look for trouble", error=str(error))

    async def _send(self) -> None:
        while True:
            text = await self._waiting.get()
            if not await self._messengers.async_notify(title="bedolaga-events", body=text):
                log.warning("alert not sent")


def _messengers(urls: list[str]) -> Any:
    """apprise with these URLs; None without any.

    Raises:
        ConfigError: apprise is not installed, or does not know a URL.
    """
    if not urls:
        return None
    try:
        import apprise  # noqa: PLC0415 - optional
    except ImportError:
        raise ConfigError(
            "alerts.urls: apprise is not installed; pip install 'bedolaga-events[alerts]'."
        ) from None
    made = apprise.Apprise()
    for number, url in enumerate(urls):
        if not made.add(url):  # the URL itself may hold a secret
            raise ConfigError(f"alerts.urls: apprise does not know URL number {number + 1}.")
    return made
