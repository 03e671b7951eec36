"""`check`, `backup`, `restore`, `prune`, `rotate-key`: what is done with the database file."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import click

from bedolaga_events.cli.options import as_days, beside, with_settings
from bedolaga_events.clocks import clock
from bedolaga_events.errors import ConfigError
from bedolaga_events.settings import Settings
from bedolaga_events.store import check as store_check
from bedolaga_events.store import (
    epochs,
    mark,
    meta,
    restoring,
    retention,
    schema,
    steps,
    vault,
    webhooks,
)
from bedolaga_events.store.disk import locked
from bedolaga_events.store.transaction import alone
from bedolaga_events.store.trouble import no_start

PAGES = 1_000  # given back at once


@click.command()
@with_settings
def check(settings: Settings) -> None:
    """Compare the counters with the rows, look for what is overdue; exit code 1 for a finding."""
    with beside(settings) as connection:
        found = store_check.everything(connection, clock())
        try:
            vault.of(settings, webhooks.sealed(connection), may_make=False)
        except ConfigError as error:
            found.append(error.detail)
    for one in found:
        click.echo(one)
    if found:
        sys.exit(1)
    click.echo("All is well.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_settings
def backup(settings: Settings, file: Path) -> None:
    """Copy the database into FILE, also while the server runs; secrets stay encrypted.

    The copy is checked. It is another database to those who follow: it has an epoch of its own.
    Keep secret.key with it, but not in the same place.
    """
    if file.exists():
        raise ConfigError(f"{file}: there is such a file already.")
    try:
        with beside(settings) as connection, schema.copied(connection, file) as part:
            _finish(part, file)
    except (sqlite3.Error, OSError) as error:
        raise no_start(error, file) from None
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB, checked.")


def _finish(part: Path, file: Path) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        epochs.begin(copy)
        found = list(store_check.findings(copy))
    if found:
        raise ConfigError(f"{file}: the copy is not sound: {found[0]}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=None)
@click.option("--in-place", is_flag=True, help="The machine was set back: the file stays.")
@with_settings
def restore(settings: Settings, file: Path | None, in_place: bool) -> None:
    """Put a copy, FILE, in the database's place, under a new epoch; no server may run.

    FILE is checked first, and that its secret key is there; what it replaces is kept.
    """
    if (file is None) is not in_place:
        raise click.UsageError("Name the FILE to restore, or say --in-place.")
    path = settings.database.path
    if file is None:
        with beside(settings) as connection, locked(path):
            mark.renew(connection, path)
        click.echo(f"{path}: a new epoch begins.")
        return
    with locked(path), restoring.checked(file, path) as copy:
        vault.of(settings, webhooks.sealed(copy), may_make=False)
        kept = restoring.put_in_place(copy, path)
    click.echo(f"{path}: restored." + (f" What was there is {kept}." if kept else ""))


@click.command()
@click.option(
    "--days",
    type=as_days,
    metavar="DAYS",
    help="Keep so many days; retention.retention_days without.",
)
@with_settings
def prune(settings: Settings, days: float | None) -> None:
    """Delete finished events and deliveries as the server does now and then."""
    kept, now = settings.retention, clock()
    days = kept.days if days is None else days
    with beside(settings) as connection:
        time = meta.believed(connection, now)
        with alone(connection, now) as transaction:
            begun = steps.retain(transaction, time, days, kept.bytes)
        while begun:
            with alone(connection, now) as transaction:
                begun = [work for work in begun if steps.advance(transaction, work)]
        while retention.shrink(connection, PAGES):
            pass
        used = retention.used_bytes(connection)
    click.echo(f"{used / 1e6:.1f} MB are in use.")


@click.command("rotate-key")
@with_settings
def rotate_key(settings: Settings) -> None:
    """Encrypt all secrets with a new key; the server must not be running.

    With a key file, the file is replaced. With BEDOLAGA_EVENTS_SECRET_KEY, the new key is printed:
    set it before the next start.
    """
    folder, given = settings.database.path.parent, settings.secret_key
    with beside(settings) as connection, locked(settings.database.path):
        old = vault.of(settings, webhooks.sealed(connection), may_make=False)
        key = vault.new_key()
        new = vault.from_setting(key)
        with alone(connection, clock()):
            changed = webhooks.reseal(connection, lambda box: new.seal(old.open(box)))
            if given is None:
                vault.keep_next(folder, key)
        if given is None:
            vault.use_next(folder)
    click.echo(f"{changed} secrets have a new key." if given is None else key)
