"""The ways by which a human is told, each with its name and with what it said."""

import asyncio
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from bedolaga_events.delivery.formats import USER_AGENT, verdict
from bedolaga_events.delivery.guard import Guard
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.target import Request, Target
from bedolaga_events.errors import ConfigError, Unprocessable
from bedolaga_events.settings import AlertsSettings

PATIENCE = 8.0  # seconds that a way may take; less than `alert-test` waits
TITLE = "bedolaga-events"
# apprise dials by itself, past our connector; the hosts of these schemes are checked beforehand.
HTTP_LIKE = {"json", "jsons", "xml", "xmls", "form", "forms"}


class Said(NamedTuple):
    """What a way said; no secret stands in it."""

    name: str
    ok: bool
    sentence: str


class Way(Protocol):
    """Something that tells a human."""

    name: str

    async def say(self, text: str) -> Said:
        """Send a text. May raise whatever it likes, and hang."""


class Apprise:
    """One URL of `alerts.urls`."""

    def __init__(self, number: int, url: str) -> None:
        self.name = f"alerts.urls {number} ({urlsplit(url).scheme})"
        self._messenger = _messenger(number, url)

    async def say(self, text: str) -> Said:
        """apprise tells no more than whether it went; its own log lines do."""
        if await self._messenger.async_notify(title=TITLE, body=text):
            return Said(self.name, ok=True, sentence="apprise sent it")
        return Said(self.name, ok=False, sentence="apprise could not send it; the log has more")


class Heartbeat:
    """`alerts.heartbeat_url`: whoever watches it misses a server that is dead, or in trouble."""

    name = "alerts.heartbeat_url"

    def __init__(self, url: str, poster: Poster) -> None:
        self._target = Target(url, {"User-Agent": USER_AGENT})
        self._poster = poster

    async def say(self, text: str = "") -> Said:
        """Fetch it; there is no text in that."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        answer = await self._poster.post(self._target, Request((), b"", "GET"), deadline)
        code, words = verdict(answer)
        return Said(self.name, code is None, words or f"answered HTTP {answer.status}")


async def check_hosts(settings: AlertsSettings, guard: Guard) -> None:
    """Judge where alerts go as deliveries are judged, as far as it is known beforehand.

    Raises:
        ConfigError: one of the URLs cannot be used, or may not be dialled.
    """
    if heartbeat := settings.heartbeat_url.get_secret_value():
        await _check(guard, "alerts.heartbeat_url", heartbeat)
    for number, url in enumerate(settings.urls, 1):
        parts = urlsplit(url.get_secret_value())
        if parts.scheme in HTTP_LIKE:
            address = f"http://{parts.netloc.rpartition('@')[2]}/"
            await _check(guard, f"alerts.urls: number {number}", address)


async def _check(guard: Guard, name: str, url: str) -> None:
    try:
        checked = await guard.check(url)
    except Unprocessable as error:
        raise ConfigError(f"{name}: {error.detail}.") from None
    if not checked.allowed:
        raise ConfigError(f"{name}: {checked.detail}")


def _messenger(number: int, url: str) -> Any:
    """apprise with one URL.

    Raises:
        ConfigError: apprise is not installed, or does not know it.
    """
    try:
        import apprise  # noqa: PLC0415 - optional
    except ImportError:
        raise ConfigError(
            "alerts.urls: apprise is not installed; pip install 'bedolaga-events[alerts]'."
        ) from None
    made = apprise.Apprise()
    if not made.add(url):  # the URL itself may hold a secret
        raise ConfigError(f"alerts.urls: apprise does not know URL number {number}.")
    return made
