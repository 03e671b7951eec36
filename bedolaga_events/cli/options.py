"""What sub-commands share: the settings' options, the database, a call to a running server."""

import functools
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Concatenate

import click
from pydantic import TypeAdapter, ValidationError

from bedolaga_events import config
from bedolaga_events.errors import words
from bedolaga_events.settings import Settings
from bedolaga_events.shapes.base import Name
from bedolaga_events.store.database import connect_beside
from bedolaga_events.store.trouble import no_start

WORDS = ("--db", "--port", "--host", "--config")
PAGE = 100  # items, as a bot's API gives them too
HTTP_TIMEOUT = 10.0  # seconds
NAME: TypeAdapter[str] = TypeAdapter(Name)
MAX_DAYS = 36_500  # a century: no time before the year 1 comes of it
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - shown, not bound
OPTIONS = (
    click.option("--db", type=click.Path(path_type=Path), help="The database file."),
    click.option("--port", type=int, help="Port to listen on."),
    click.option("--host", help="Address to listen on."),
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        envvar="BEDOLAGA_EVENTS_CONFIG",
        help="The config file; ./config.toml when there is one.",
    ),
)
URL = click.option("--url", envvar="BEDOLAGA_EVENTS_URL", help="The server's address.")


def as_days(text: str) -> float:
    """The type of --days: from 0 to a century; neither NaN nor infinity."""
    with suppress(ValueError):
        if 0 <= (value := float(text)) <= MAX_DAYS:
            return value
    raise click.BadParameter(f"days are a number from 0 to {MAX_DAYS}.")


def as_name(text: str) -> str:
    """The type of a NAME: as a body of the API has it."""
    try:
        return NAME.validate_python(text)
    except ValidationError as error:
        raise click.BadParameter(words(error.errors()[0])) from None


def with_loaded(command: Callable[Concatenate[config.Loaded, ...], None]) -> Callable[..., None]:
    """The options that say which server; the command gets what they and the rest led to.

    Raises:
        ConfigError: a setting is wrong.
    """

    @functools.wraps(command)
    def called(
        *,
        config_file: Path | None,
        host: str | None,
        port: int | None,
        db: Path | None,
        **words: Any,
    ) -> None:
        if config_file is None and Path("config.toml").is_file():
            config_file = Path("config.toml")
        flags = {"server.host": host, "server.port": port, "database.path": db}
        command(config.load(flags, config_file), **words)  # click gives what the command names

    for option in OPTIONS:
        option(called)
    return called


def with_settings(command: Callable[Concatenate[Settings, ...], None]) -> Callable[..., None]:
    """`with_loaded`, for a command that needs the settings alone."""

    @functools.wraps(command)
    def called(loaded: config.Loaded, /, **words: Any) -> None:
        command(loaded.settings, **words)

    return with_loaded(called)


def with_server(command: Callable[Concatenate["Server", ...], None]) -> Callable[..., None]:
    """`with_settings` and --url, for a command that talks to a running server."""

    @functools.wraps(command)
    def called(settings: Settings, /, *, url: str | None, **words: Any) -> None:
        command(Server(settings, url), **words)

    return URL(with_settings(called))


@contextmanager
def beside(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A connection to the configured database, for the time of a command.

    Raises:
        ConfigError: it cannot be opened or written, or is not there: a command makes none.
    """
    path = settings.database.path
    connection = connect_beside(path)
    try:
        yield connection
    except sqlite3.OperationalError as error:  # another program holds it, the disk is full
        raise no_start(error, path) from None
    finally:
        connection.close()


class Server:
    """A running server, as a command with a token sees it."""

    def __init__(self, settings: Settings, url: str | None) -> None:
        self.url = (url or address_of(settings)).rstrip("/")
        self._token = settings.token

    @property
    def token(self) -> str:
        """The token from the environment.

        Raises:
            click.UsageError: there is none.
        """
        if self._token is None:
            raise click.UsageError("Set BEDOLAGA_EVENTS_TOKEN to a token of this server.")
        return self._token.get_secret_value()

    def call(self, method: str, path: str, body: Any = None, *, signed_in: bool = True) -> Any:
        """Call the API; returns the reply's content.

        Raises:
            click.ClickException: the server refuses, or does not answer.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if signed_in else {}
        return ask(method, self.url, path, headers, body)


def ask(method: str, url: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    """Call a JSON API at `url`; returns the reply's content. No proxy of the environment is asked.

    Raises:
        click.ClickException: it refuses, or does not answer as a JSON API does.
    """
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        request = urllib.request.Request(  # noqa: S310 - the user's own address
            url + path, data, headers, method=method
        )
        with opener.open(request, timeout=HTTP_TIMEOUT) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise click.ClickException(_sentence(error.read()) or f"{url}: HTTP {error.code}") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{url}: {getattr(error, 'reason', error)}") from None


def all_items(page: Callable[[str], Any]) -> list[dict[str, Any]]:
    """All items of a list, whose `page` is asked for with a query string of limit and offset."""
    found: list[dict[str, Any]] = []
    while True:
        shown = page(f"limit={PAGE}&offset={len(found)}")
        found += shown["items"]
        if len(found) >= shown["total"] or not shown["items"]:
            return found


def address_of(settings: Settings) -> str:
    """Where the configured server is, seen from this machine."""
    server = settings.server
    scheme = "https" if server.cert_file else "http"
    return f"{scheme}://{shown(server.hosts[0])}:{server.port}"


def shown(host: str) -> str:
    """A listening address as it stands in a URL for this machine."""
    return WILDCARDS.get(host, f"[{host}]" if ":" in host else host)


def _sentence(content: bytes) -> str:
    try:
        return str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace")[:500]
