"""What sub-commands share: the settings' options, kinds of words, the database."""

import functools
import sqlite3
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


def address_of(settings: Settings) -> str:
    """Where the configured server is, seen from this machine."""
    server = settings.server
    scheme = "https" if server.cert_file else "http"
    return f"{scheme}://{shown(server.hosts[0])}:{server.port}"


def shown(host: str) -> str:
    """A listening address as it stands in a URL for this machine."""
    return WILDCARDS.get(host, f"[{host}]" if ":" in host else host)
