"""The sub-commands: words in, exit code out."""

import sys
from io import TextIOWrapper

import click

from bedolaga_events import __version__
from bedolaga_events.cli import (
    alerts,
    bot,
    bridge,
    database,
    demo,
    import_bot,
    live,
    login,
    serve,
    tokens,
    webhooks,
)
from bedolaga_events.cli.options import WORDS
from bedolaga_events.errors import EventsError, reason

GLOBAL = ("--help", "--version")


def main() -> None:
    """The program; an `EventsError` becomes one line on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # half a character, or what its encoding has not
            stream.reconfigure(errors="backslashreplace")
    try:
        commands(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except EventsError as error:
        click.echo(error.detail, err=True)
        sys.exit(1)
    except OSError as error:  # a disk that is full where its lines go
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"{where}{reason(error)}.", err=True)
        sys.exit(1)


class _DefaultsToServe(click.Group):
    """`bedolaga-events --port 80` means `bedolaga-events serve --port 80`.

    The options that say which server may also stand before the command.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        before, command = _split(args)
        if command and command[0] in self.commands:
            end = command.index("--") if "--" in command else len(command)
            args = [*command[:end], *before, *command[end:]]
        elif not args or (args[0].startswith("-") and args[0] not in GLOBAL):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    """The settings' options before a command, and the rest."""
    taken = 0
    while taken < len(args) and args[taken].partition("=")[0] in WORDS:
        taken += 1 if "=" in args[taken] else 2
    return args[:taken], args[taken:]


@click.group(cls=_DefaultsToServe)
@click.version_option(__version__)
def commands() -> None:
    """Event server for a small VPN shop."""


for one in (
    serve.serve,
    serve.show_config,
    login.login,
    tokens.token,
    live.send,
    live.listen,
    live.healthcheck,
    alerts.alert_test,
    bridge.bridge,
    bot.outbox,
    import_bot.import_bot,
    webhooks.export,
    webhooks.apply,
    database.check,
    database.backup,
    database.restore,
    database.prune,
    database.rotate_key,
    demo.demo,
):
    commands.add_command(one)
