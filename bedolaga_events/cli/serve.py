"""`serve`: the server as a process; `config`: what it runs with."""

import asyncio
import errno
import gc
import os
import resource
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress

import click
import structlog
from aiohttp import web

from bedolaga_events import __version__, config, logs
from bedolaga_events.api.doorway import Doorway
from bedolaga_events.api.state import PARTS
from bedolaga_events.app import create_app
from bedolaga_events.cli.login import tunnel
from bedolaga_events.cli.options import shown, with_loaded
from bedolaga_events.errors import ConfigError
from bedolaga_events.settings import ServerSettings, Settings
from bedolaga_events.shapes.token import sign_in_link
from bedolaga_events.store import login_codes, tokens
from bedolaga_events.store.transaction import change
from bedolaga_events.supervise import end_within, patience

BACKLOG = 1024  # connections that wait to be taken
DESCRIPTORS = 65_536  # open files at most
GC_THRESHOLD = 20_000  # new objects before a collection: 10 % more deliveries than with 700

IN_USE = (
    "this address is in use already. A Bedolaga bot's web API takes port 8080 too; give this server"
    " another one, --port 8090 or server.port in config.toml."
)
log = structlog.get_logger()


@click.command()
@with_loaded
def serve(loaded: config.Loaded) -> None:
    """Start the server (the default)."""
    settings = loaded.settings
    logs.configure(settings.log)
    _raise_descriptors()
    # What start-up made stays for good: the collector need not walk it with every request.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 50)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        sys.exit(runner.run(_serve(loaded)))


def _raise_descriptors() -> None:
    """Take as many open files as may be had: the usual 1,024 are for programs that call select."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop when the extra `speed` is installed, otherwise asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(loaded: config.Loaded) -> int:
    settings = loaded.settings
    tls = Tls(settings.server) if settings.server.cert_file else None
    app = create_app(settings, origins=loaded.origins)
    runner = web.AppRunner(app, shutdown_timeout=patience(settings.server))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, tls.reload if tls else _nothing_to_reload)
    await runner.setup()
    try:
        await _listen(runner, settings, tls)
        await _print_link(app, runner, "https" if tls else "http")
        notify("READY=1")
        waiting = [asyncio.create_task(one.wait()) for one in (stop, app[PARTS].broke)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        return 0 if stop.is_set() else 1
    finally:
        end_within(settings.server.shutdown_seconds)
        notify("STOPPING=1")
        await runner.cleanup()


class Tls:
    """The server's certificate, read again on SIGHUP; open connections keep the old one.

    Raises:
        ConfigError: the files cannot be read, or do not fit together.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._files = settings.cert_file, settings.key_file
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            self._load(self.context)
        except OSError as error:
            raise ConfigError(f"{settings.cert_file}: {error.strerror or error}.") from None

    def reload(self) -> None:
        """Take the files as they are now; what cannot be used changes nothing."""
        try:
            self._load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))  # a rehearsal
            self._load(self.context)
        except OSError as error:  # an SSLError is one
            log.error("the certificate stays: the new one cannot be used", reason=str(error))
        else:
            log.info("certificate reloaded")

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(*self._files)


def _nothing_to_reload() -> None:
    log.info("SIGHUP: without TLS there is nothing to reload")


def notify(state: str) -> None:
    """Tell systemd, when it asked to be told (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.connect(address.replace("@", "\0", 1) if address[0] == "@" else address)
            channel.sendall(state.encode())


async def _listen(runner: web.AppRunner, settings: Settings, tls: Tls | None) -> None:
    server = settings.server
    context = tls.context if tls else None
    try:
        await Doorway(
            runner, server.hosts, server.port, backlog=BACKLOG, ssl_context=context
        ).start()
    except OSError as error:
        reason = IN_USE if error.errno == errno.EADDRINUSE else f"{error.strerror or error}."
        raise ConfigError(f"{server.host}:{server.port}: {reason}") from None


async def _print_link(app: web.Application, runner: web.AppRunner, scheme: str) -> None:
    """Where it listens; the sign-in link while there is no admin token, and in a terminal."""
    found = [f"{scheme}://{shown(host)}:{port}/" for host, port, *_ in runner.addresses]
    address, server = found[0], app[PARTS]
    listens = f"bedolaga-events {__version__} listens on {' and '.join(dict.fromkeys(found))}\n"
    logs.OUT.write(listens)
    if os.isatty(1) or not await server.database.read(tokens.has_admin, server.calendar.now()):
        code = await change(server.writer, login_codes.issue, server.calendar.now())
        reached = server.settings.server.public_url or address
        logs.OUT.write(f"Sign in (once, within 30 minutes): {sign_in_link(reached, code)}\n")
        logs.OUT.write(tunnel(reached, os.environ))


@click.command("config")
@with_loaded
def show_config(loaded: config.Loaded) -> None:
    """Every setting: its value (secrets masked), where it came from, its environment name."""
    for one in config.describe(loaded):
        click.echo(f"{one.key} = {one.value}\n    {one.meaning}; from {one.origin}; {one.variable}")
