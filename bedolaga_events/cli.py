"""The sub-commands: words in, exit code out."""

import asyncio
import gc
import json
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from bedolaga_events import __version__, config, logs
from bedolaga_events.api.state import PARTS
from bedolaga_events.app import clock, create_app, vault_of
from bedolaga_events.errors import ConfigError, EventsError
from bedolaga_events.model import Scope
from bedolaga_events.store import check as store_check
from bedolaga_events.store import tokens, vault, webhooks
from bedolaga_events.store.database import connect_beside, locked
from bedolaga_events.wire import optional_time

SCOPES = [one.value for one in Scope]
DAY = 86_400_000_000  # microseconds
HTTP_TIMEOUT = 10.0  # seconds
GC_THRESHOLD = 20_000  # new objects before a collection: 10 % more deliveries than with 700
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - shown, not bound


def main() -> None:
    """The program; an `EventsError` becomes one line on stderr and exit code 1."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except EventsError as error:
        click.echo(error.detail, err=True)
        sys.exit(1)


class _DefaultsToServe(click.Group):
    """`bedolaga-events --port 80` means `bedolaga-events serve --port 80`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {*self.commands, "--help", "--version"}
        if not any(one in known for one in args):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_DefaultsToServe)
@click.version_option(__version__)
def commands() -> None:
    """Event server for a small VPN shop."""


def _settings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
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
    ):
        function = option(function)
    return function


def _load(
    config_file: Path | None, host: str | None, port: int | None, db: Path | None
) -> config.Loaded:
    if config_file is None and Path("config.toml").is_file():
        config_file = Path("config.toml")
    return config.load({"server.host": host, "server.port": port, "database.path": db}, config_file)


@commands.command()
@_settings_options
def serve(**options: Any) -> None:
    """Start the server (the default)."""
    settings = _load(**options).settings
    logs.configure(settings.log)
    # What start-up made stays for good: the collector need not walk it with every request.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 50)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        sys.exit(runner.run(_serve(settings)))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop when the extra `speed` is installed, otherwise asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: config.Settings) -> int:
    app = create_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=settings.server.shutdown_seconds)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        await _listen(runner, settings)
        await _print_link(app, runner)
        waiting = [asyncio.create_task(one.wait()) for one in (stop, app[PARTS].broke)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        return 0 if stop.is_set() else 1
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: config.Settings) -> None:
    server = settings.server
    try:
        await web.TCPSite(runner, server.host, server.port, backlog=1024).start()
    except OSError as error:
        raise ConfigError(f"{server.host}:{server.port}: {error.strerror or error}.") from None


async def _print_link(app: web.Application, runner: web.AppRunner) -> None:
    """Where it listens; the sign-in link while there is no admin token, and in a terminal."""
    host, port = runner.addresses[0][:2]
    shown = WILDCARDS.get(host, f"[{host}]" if ":" in host else host)
    address = f"http://{shown}:{port}/"
    parts = app[PARTS]
    click.echo(f"bedolaga-events {__version__} listens on {address}")
    if sys.stdout.isatty() or not await parts.database.read(tokens.has_admin, parts.now()):
        click.echo(
            f"Sign in (once, within 30 minutes): {address}#login={parts.access.codes.issue()}"
        )
    sys.stdout.flush()


@commands.group()
def token() -> None:
    """API tokens: create, list, revoke; also beside a running server."""


@token.command("create")
@click.argument("name")
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, default=["admin"])
@click.option("--days", type=float, help="Days until it expires; for ever without.")
@_settings_options
def token_create(name: str, scopes: tuple[str, ...], days: float | None, **options: Any) -> None:
    """Print a new token, and nothing else, on stdout."""
    value, now = tokens.new_value(), clock()
    expires_at = None if days is None else now + round(days * DAY)
    with _beside(options) as connection:
        tokens.insert(connection, value, name, map(Scope, scopes), now, expires_at)
    click.echo(value)


@token.command("list")
@_settings_options
def token_list(**options: Any) -> None:
    """List tokens, without their values."""
    with _beside(options) as connection:
        found = tokens.everything(connection)
    for one in found:
        click.echo(
            "\t".join(
                (
                    str(one.id),
                    one.name,
                    one.prefix + "…",
                    " ".join(sorted(one.scopes)),
                    f"used {optional_time(one.last_used_at) or 'never'}",
                    f"expires {optional_time(one.expires_at) or 'never'}",
                )
            )
        )


@token.command("revoke")
@click.argument("token_id", type=int)
@_settings_options
def token_revoke(token_id: int, **options: Any) -> None:
    """Revoke a token by its id; its connections are closed within a second."""
    with _beside(options) as connection:
        tokens.delete(connection, token_id, clock())


class _beside:  # noqa: N801 - reads as a verb where it stands
    """A connection to the configured database, for the time of a command."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._path = _load(**options).settings.database.path

    def __enter__(self) -> Any:
        self._connection = connect_beside(self._path)
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


@commands.command()
@click.argument("event_type", metavar="TYPE")
@click.argument("payload", default="{}", metavar="[JSON|-]")
@click.option("--url", envvar="BEDOLAGA_EVENTS_URL", help="The server's address.")
@_settings_options
def send(event_type: str, payload: str, url: str | None, **options: Any) -> None:
    """Send an event: the payload as JSON, or - to read it from stdin."""
    settings = _load(**options).settings
    if settings.token is None:
        raise click.UsageError("Set BEDOLAGA_EVENTS_TOKEN to a token with the scope publish.")
    text = sys.stdin.read() if payload == "-" else payload
    try:
        body = json.dumps({"type": event_type, "payload": json.loads(text)})
    except ValueError as error:
        raise click.UsageError(f"The payload is not JSON: {error}.") from None
    value = settings.token.get_secret_value()
    click.echo(_call(f"{url or _address(settings)}/events", body, value))


def _address(settings: config.Settings) -> str:
    host = settings.server.host
    return f"http://{WILDCARDS.get(host, host)}:{settings.server.port}"


def _call(url: str, body: str | None, token_value: str | None) -> str:
    headers = {"Content-Type": "application/json"}
    if token_value is not None:
        headers["Authorization"] = f"Bearer {token_value}"
    data = None if body is None else body.encode()
    try:
        request = urllib.request.Request(url, data, headers)  # noqa: S310 - the user's own address
        with urllib.request.urlopen(request, timeout=HTTP_TIMEOUT) as answer:  # noqa: S310
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise click.ClickException(error.read().decode(errors="replace")) from None
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{url}: {getattr(error, 'reason', error)}") from None


@commands.command("config")
@_settings_options
def show_config(**options: Any) -> None:
    """Every setting: its value (secrets masked), where it came from, its environment name."""
    for one in config.describe(_load(**options)):
        click.echo(f"{one.key} = {one.value}\n    {one.meaning}; from {one.origin}; {one.variable}")


@commands.command("rotate-key")
@_settings_options
def rotate_key(**options: Any) -> None:
    """Encrypt all secrets with a new key; the server must not be running.

    With a key file, the file is replaced. With BEDOLAGA_EVENTS_SECRET_KEY, the new key is printed:
    set it before the next start.
    """
    settings = _load(**options).settings
    folder, given = settings.database.path.parent, settings.secret_key
    with locked(settings.database.path), _beside(options) as connection:
        old = vault_of(settings)
        key = vault.new_key()
        new = vault.from_setting(key)
        connection.execute("BEGIN IMMEDIATE")
        changed = webhooks.reseal(connection, lambda box: new.seal(old.open(box)))
        if given is None:
            vault.keep_next(folder, key)
        connection.execute("COMMIT")
        if given is None:
            vault.use_next(folder)
    click.echo(f"{changed} secrets have a new key." if given is None else key)


@commands.command()
@_settings_options
def check(**options: Any) -> None:
    """Compare the counters with the rows; exit code 1 when something does not fit."""
    path = _load(**options).settings.database.path
    if not path.exists():
        raise ConfigError(f"{path}: there is no such file.")
    with _beside(options) as connection:
        connection.execute("BEGIN")  # one snapshot, also beside a running server
        found = list(store_check.findings(connection))
    for one in found:
        click.echo(one)
    if found:
        sys.exit(1)
    click.echo("All is well.")


@commands.command()
@click.option("--url", envvar="BEDOLAGA_EVENTS_URL", help="The server's address.")
@_settings_options
def healthcheck(url: str | None, **options: Any) -> None:
    """Exit code 0 when the server is well: for containers without curl."""
    settings = _load(**options).settings
    started = time.perf_counter()
    _call(f"{url or _address(settings)}/health", None, None)
    click.echo(f"ok, {(time.perf_counter() - started) * 1000:.0f} ms")
