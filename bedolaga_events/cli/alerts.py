"""`alert-test`: does a human hear of trouble?"""

import sys

import click

from bedolaga_events.cli.remote import Server, with_server


@click.command("alert-test")
@with_server
def alert_test(server: Server) -> None:
    """Send a test by every way that alerts can go, and print what each said.

    Exit code 1 when one of them failed, or when none is set.
    """
    [answer] = server.rows([server.call("POST", "/alerts/test")], "items")
    items = server.rows(answer["items"], "ok", "name", "sentence")
    for one in items:
        click.echo(f"{'ok' if one['ok'] else 'FAILED'}  {one['name']}: {one['sentence']}")
    if not items:
        raise click.ClickException("No way is set: see [alerts] in config.toml.")
    if not all(one["ok"] for one in items):
        sys.exit(1)
