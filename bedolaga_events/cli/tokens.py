"""`token create | list | revoke`: also beside a running server."""

import click

from bedolaga_events.cli.options import as_days, as_name, beside, with_settings
from bedolaga_events.clocks import clock
from bedolaga_events.model import Scope
from bedolaga_events.settings import Settings
from bedolaga_events.store import tokens
from bedolaga_events.store.transaction import alone
from bedolaga_events.times import DAY
from bedolaga_events.wire import optional_time

SCOPES = [one.value for one in Scope]


@click.group()
def token() -> None:
    """API tokens: create, list, revoke; also beside a running server."""


@token.command("create")
@click.argument("name", type=as_name)
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, default=["admin"])
@click.option(
    "--days", type=as_days, metavar="DAYS", help="Days until it expires; for ever without."
)
@with_settings
def token_create(
    settings: Settings, name: str, scopes: tuple[str, ...], days: float | None
) -> None:
    """Print a new token, and nothing else, on stdout."""
    value, now = tokens.new_value(), clock()
    expires_at = None if days is None else now + round(days * DAY)
    with beside(settings) as connection, alone(connection, now) as transaction:
        tokens.create(transaction, value, name, map(Scope, scopes), expires_at)
    click.echo(value)


@token.command("list")
@with_settings
def token_list(settings: Settings) -> None:
    """List tokens, without their values."""
    with beside(settings) as connection:
        found = tokens.all_tokens(connection)
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
@with_settings
def token_revoke(settings: Settings, token_id: int) -> None:
    """Revoke a token by its id; its connections are closed within a second."""
    with beside(settings) as connection, alone(connection, clock()) as transaction:
        tokens.revoke(transaction, token_id)
