"""`export` and `apply`: webhooks as a file, matched by name, without their secrets."""

import json
from pathlib import Path
from typing import Any

import click

from bedolaga_events.chats import CHATS
from bedolaga_events.cli.remote import Server, with_server
from bedolaga_events.shapes.webhook_input import WebhookChange

FIELDS = tuple(one for one in WebhookChange.model_fields if one not in ("event_type", "secret"))
EXPORT = 'that is {"webhooks": [...]}, and each of them has a "name"'


@click.command()
@with_server
def export(server: Server) -> None:
    """Print all webhooks as JSON, for `apply`; secrets and header values stay on the server."""
    kept = [{field: one[field] for field in FIELDS} for one in _all(server)]
    click.echo(json.dumps({"webhooks": kept[::-1]}, ensure_ascii=False, indent=2))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--delete", is_flag=True, help="Delete webhooks that the file does not name.")
@with_server
def apply(server: Server, file: Path, dry_run: bool, delete: bool) -> None:
    """Make the server's webhooks those of FILE; doing it twice changes nothing.

    A webhook may hold a "secret", and a chat's URL that is one; these are set each time. What is
    masked stays.
    """
    wanted = _read(file)
    there = {one["name"]: one for one in _all(server)}
    for webhook in wanted:
        _apply_one(server, webhook, there.get(webhook["name"]), dry_run=dry_run)
    names = {one["name"] for one in wanted}
    for name, gone in there.items():
        if delete and name not in names:
            click.echo(f"- {name}")
            if not dry_run:
                server.call("DELETE", f"/webhooks/{gone['id']}")


def _apply_one(
    server: Server, wanted: dict[str, Any], before: dict[str, Any] | None, *, dry_run: bool
) -> None:
    name, hidden = wanted["name"], _hidden(wanted, before)
    if before is None:
        where = "" if "url" in hidden else f" → {wanted.get('url')}"
        click.echo(f"+ {name}: {_types(wanted)}{where}")
        if not dry_run:
            server.call("POST", "/webhooks", wanted)
        return
    changes = {key: value for key, value in wanted.items() if before.get(key) != value}
    if not changes:
        click.echo(f"= {name}")
        return
    shown = (
        f"{key} is set" if key in hidden else f"{key} {before.get(key)!r} → {value!r}"
        for key, value in changes.items()
    )
    click.echo(f"~ {name}: {', '.join(shown)}")
    if not dry_run:
        server.call("PATCH", f"/webhooks/{before['id']}", changes)


def _hidden(wanted: dict[str, Any], before: dict[str, Any] | None) -> set[str]:
    """The fields that are secret: what is said of them may stand in the log of a deployment."""
    chat = CHATS.get(wanted.get("format") or (before or {}).get("format", ""))
    return {"secret", "headers", "url"} if chat and chat.hides_url else {"secret", "headers"}


def _types(webhook: dict[str, Any]) -> str:
    return ", ".join(map(str, webhook.get("event_types") or []))


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_bytes())  # in any UTF
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file}: this is no JSON: {error}.") from None
    wanted = found.get("webhooks") if isinstance(found, dict) else None
    if not isinstance(wanted, list) or not all(map(_is_named, wanted)):
        raise click.ClickException(f"{file}: this is no export: {EXPORT}.")
    for one in wanted:
        one["name"] = one["name"].strip()  # as the server keeps it, so that twice is once
    names = [one["name"] for one in wanted]
    if len(set(names)) < len(names):
        raise click.ClickException(f"{file}: a name stands twice.")
    for one in wanted:
        if "event_type" in one:  # a file from a time when there was only one
            one.setdefault("event_types", [one.pop("event_type")])
    return wanted


def _is_named(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("name"), str)


def _all(server: Server) -> list[dict[str, Any]]:
    """Every webhook, newest first; by name they must be different."""
    found = server.webhooks("id", *FIELDS)
    names = [one["name"] for one in found]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise click.ClickException(f"Two webhooks are called '{twice}'; rename one of them first.")
    return found
