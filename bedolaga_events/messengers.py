"""The ways by which a human is told, each with its name and with what it said."""

import asyncio
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from bedolaga_events.delivery import secrecy
from bedolaga_events.delivery.formats import USER_AGENT, Endpoint, judged, saying, verdict
from bedolaga_events.delivery.guard import Guard
from bedolaga_events.delivery.opening import endpoint_of
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.secrecy import Hidden
from bedolaga_events.delivery.target import Request, Target
from bedolaga_events.errors import ConfigError, NotFound, Unprocessable
from bedolaga_events.settings import AlertsSettings
from bedolaga_events.store import webhooks
from bedolaga_events.store.database import Database
from bedolaga_events.store.vault import Vault
from bedolaga_events.troubles import EN, Texts

PATIENCE = 8.0  # seconds that a way may take; less than `alert-test` waits
TITLE = "bedolaga-events"
NO_CHAT = "there is no webhook with this id whose format is a chat's"
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
    pauses: tuple[float, ...]  # seconds before it is tried again
    webhook_id: int | None  # of which it tells nothing, since it would tell it to itself

    async def say(self, texts: Texts) -> Said:
        """Send one of the texts. May raise whatever it likes, and hang."""


class Apprise:
    """One URL of `alerts.urls`."""

    pauses: tuple[float, ...] = ()
    webhook_id: int | None = None

    def __init__(self, number: int, url: str) -> None:
        self.name = f"alerts.urls {number} ({urlsplit(url).scheme})"
        self._messenger = _messenger(number, url)

    async def say(self, texts: Texts) -> Said:
        """apprise tells no more than whether it went; its own log lines do."""
        if await self._messenger.async_notify(title=TITLE, body=texts[EN]):
            return Said(self.name, ok=True, sentence="apprise sent it")
        return Said(self.name, ok=False, sentence="apprise could not send it; the log has more")


class ChatWebhook:
    """`alerts.webhook_id`: what that webhook's deliveries take, but without a delivery."""

    pauses: tuple[float, ...] = (5.0, 30.0)

    def __init__(self, webhook_id: int, database: Database, vault: Vault, poster: Poster) -> None:
        self.name = f"alerts.webhook_id {webhook_id}"
        self.webhook_id: int | None = webhook_id
        self._database = database
        self._vault = vault
        self._poster = poster
        self._moved: dict[Any, int] = {}  # chats that have a new id

    async def endpoint(self) -> Endpoint | None:
        """Where it goes now, be the webhook active or not; None if it is no chat."""
        assert self.webhook_id is not None
        try:
            webhook = await self._database.read(webhooks.get, self.webhook_id)
        except NotFound:
            return None
        chat_id = webhook.options.get("chat_id")
        if chat_id in self._moved:
            webhook = webhook._replace(options={**webhook.options, "chat_id": self._moved[chat_id]})
        endpoint = endpoint_of(self._vault, webhook)
        return None if endpoint.chat is None else endpoint

    async def say(self, texts: Texts) -> Said:
        """In the chat's language."""
        endpoint = await self.endpoint()
        if endpoint is None:
            return Said(self.name, ok=False, sentence=NO_CHAT)
        deadline = asyncio.get_running_loop().time() + PATIENCE
        answer = await self._poster.post(endpoint.target, saying(endpoint, texts), deadline)
        code, words, meaning = judged(endpoint, endpoint.hidden.answer(answer))
        if meaning is not None and meaning.moved_to is not None:
            self._moved[endpoint.options["chat_id"]] = meaning.moved_to
        return Said(self.name, code is None, words or "the chat took it")


class Heartbeat:
    """`alerts.heartbeat_url`: whoever watches it misses a server that is dead, or in trouble."""

    name = "alerts.heartbeat_url"
    pauses: tuple[float, ...] = ()
    webhook_id: int | None = None

    def __init__(self, url: str, poster: Poster) -> None:
        self._target = Target(url, {"User-Agent": USER_AGENT})
        self._hidden = Hidden(secrecy.of_url(url))
        self._poster = poster

    async def say(self, _: Texts) -> Said:
        """Fetch it; there is no text in that."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        answer = await self._poster.post(self._target, Request((), b"", "GET"), deadline)
        code, words = verdict(self._hidden.answer(answer))
        return Said(self.name, code is None, words or f"answered HTTP {answer.status}")


def ways_of(
    settings: AlertsSettings, database: Database, vault: Vault, poster: Poster
) -> list[Way]:
    """How a human is told.

    Raises:
        ConfigError: apprise is missing, or does not know a URL.
    """
    ways: list[Way] = [
        Apprise(number, one.get_secret_value()) for number, one in enumerate(settings.urls, 1)
    ]
    if settings.webhook_id:
        ways.append(ChatWebhook(settings.webhook_id, database, vault, poster))
    return ways


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
