"""`outbox FILE`: what a bot's events wait for, and what the server would not take."""

import json
import sqlite3
from pathlib import Path

import click

from bedolaga_events_client import outbox as client

SHOWN = 20  # set-aside events in full


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--resend", is_flag=True, help="Let what was refused wait again, to be sent anew.")
def outbox(file: Path, resend: bool) -> None:
    """Tell what waits in a bot's outbox FILE, and what was refused and why; also beside the bot."""
    try:
        if resend:
            click.echo(f"{_resend(file)} refused events wait again; the bot sends them.")
        waiting, refused = client.count(file)
        click.echo(f"{waiting} wait for the server, {refused} were refused.")
        for aside in client.set_aside(file)[-SHOWN:]:
            text = json.dumps(aside.event, ensure_ascii=False)
            click.echo(f"#{aside.id}\t{aside.reason}\t{text}")
    except sqlite3.Error as error:
        raise click.ClickException(f"{file}: {error}; is it a bot's outbox?") from None


def _resend(file: Path) -> int:
    client.count(file)  # another program's database is not made an outbox
    opened = client.Outbox(file)
    try:
        return opened.resend()
    finally:
        opened.close()
