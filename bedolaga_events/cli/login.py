"""`login`: a link that signs a browser in, and how to reach it from afar."""

import os
from collections.abc import Mapping

import click

from bedolaga_events.cli.options import address_of, beside, with_settings
from bedolaga_events.clocks import clock
from bedolaga_events.kinds import is_loopback
from bedolaga_events.settings import Settings
from bedolaga_events.shapes.token import sign_in_link
from bedolaga_events.store import login_codes, meta
from bedolaga_events.store.transaction import alone


@click.command()
@with_settings
def login(settings: Settings) -> None:
    """Print a link that signs a browser in: once, within 30 minutes; also beside a server."""
    with beside(settings) as connection, alone(connection, clock()) as transaction:
        code = login_codes.issue(transaction, meta.believed(connection, transaction.now))
    address = settings.server.public_url or address_of(settings)
    click.echo(sign_in_link(address, code))
    click.echo(tunnel(address, os.environ), nl=False)


def tunnel(address: str, environment: Mapping[str, str]) -> str:
    """What to do when a loopback address is read over SSH, as a line; "" when it is not."""
    told = environment.get("SSH_CONNECTION", "").split()  # client and its port, server and its port
    host, _, port = address.partition("://")[2].rstrip("/").rpartition(":")
    if len(told) != 4 or not is_loopback(host.strip("[]")):
        return ""
    user, other_port = environment.get("USER", "USER"), "" if told[3] == "22" else f"-p {told[3]} "
    return (
        f"From another computer, first run there: "
        f"ssh -N -L {port}:{host}:{port} {other_port}{user}@{told[2]}\n"
    )
