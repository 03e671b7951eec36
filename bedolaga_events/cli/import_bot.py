"""`import-bot URL TOKEN`: a bot's webhooks and its numbers, through the web APIs of both.

The bot tells no secrets, nor whether there are any: its webhooks come along inactive, to be looked
at and switched on.
"""

from typing import Any, NamedTuple

import click
from pydantic import BaseModel, ValidationError

from bedolaga_events.cli.remote import Server, all_items, as_token, as_url, ask, with_server

NAME_LENGTH = 255  # characters (contract §4)

# Number → where the bot's GET /stats/overview has it.
NUMBERS = {
    "total_users": ("users", "total"),
    "active_subscriptions": ("subscriptions", "active"),
    "open_tickets": ("support", "open_tickets"),
    "today_revenue": ("payments", "today_rubles"),
}
CAVEATS = (
    "Secrets: the bot does not tell them. Set each webhook's secret anew, then switch it on.",
    "open_tickets: the bot counts those that are open or answered, this server all that are not"
    " closed.",
    "today_revenue: the bot's day is one of UTC.",
)


class BotsWebhook(BaseModel):
    """What is needed of a webhook of the bot's; whatever else it says is not looked at."""

    id: int
    name: str
    url: str
    event_type: str
    description: str | None = None


class BotsPage(BaseModel):
    """A page of the bot's GET /webhooks."""

    items: list[BotsWebhook]
    total: int


class Plan(NamedTuple):
    """What becomes of the bot's webhooks."""

    new: list[dict[str, Any]]  # bodies for POST /webhooks
    known: list[str]  # names of those that are here already
    left_out: list[str]  # a sentence for each that cannot come along


@click.command("import-bot")
@click.argument("bot_url", type=as_url, metavar="URL")
@click.argument("bot_token", type=as_token, metavar="TOKEN")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@with_server
def import_bot(server: Server, bot_url: str, bot_token: str, dry_run: bool) -> None:
    """Bring a bot's webhooks and numbers along, from its web API at URL; twice changes nothing."""
    bot = _Bot(bot_url, bot_token)
    known = server.rows(server.call("GET", "/event-types"), "value")
    types, there = {one["value"] for one in known}, server.webhooks("name", "url", "event_types")
    plan = planned(all_items(bot.webhooks), there, types)
    overview = bot.get("/stats/overview")  # before anything is changed
    _import_webhooks(server, plan, dry_run=dry_run)
    _import_numbers(server, overview, dry_run=dry_run)
    for caveat in CAVEATS:
        click.echo(caveat)


class _Bot(NamedTuple):
    url: str
    token: str

    def get(self, path: str) -> Any:
        return ask("GET", self.url, path, {"X-API-Key": self.token})

    def webhooks(self, query: str) -> dict[str, Any]:
        try:
            return BotsPage.model_validate(self.get(f"/webhooks?{query}")).model_dump()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the reply"
            sentence = f"{self.url}/webhooks is no bot's web API: {where}: {first['msg']}"
            raise click.ClickException(sentence) from None


def planned(bots: list[dict[str, Any]], there: list[dict[str, Any]], types: set[str]) -> Plan:
    """Compare a bot's webhooks with those that are here; recognised by URL and type.

    Args:
        bots: as the bot's API shows them.
        there: as this server's API shows them.
        types: the event types that this server knows.
    """
    plan = Plan([], [], [])
    names = {webhook["name"] for webhook in there}
    here = {(webhook["url"], kind) for webhook in there for kind in webhook["event_types"]}
    for webhook in sorted(bots, key=lambda one: one["id"]):
        mark = webhook["url"], webhook["event_type"]
        if mark in here:
            plan.known.append(webhook["name"])
        elif webhook["event_type"] not in types:
            plan.left_out.append(f"{webhook['name']}: unknown event type {webhook['event_type']}")
        else:
            name = _unique(webhook["name"].strip() or "webhook", names)
            names.add(name)
            here.add(mark)
            fields = {"url": webhook["url"], "event_type": webhook["event_type"]}
            body = {"name": name, **fields, "description": webhook["description"]}
            plan.new.append({**body, "is_active": False})
    return plan


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name[:NAME_LENGTH], 2
    while candidate in taken:
        end = f" ({number})"
        candidate, number = name[: NAME_LENGTH - len(end)] + end, number + 1
    return candidate


def _import_webhooks(server: Server, plan: Plan, *, dry_run: bool) -> None:
    left_out = list(plan.left_out)
    for body in plan.new:
        try:
            if dry_run:
                _check(server, body["url"])
            else:
                server.call("POST", "/webhooks", body)
        except click.ClickException as refusal:
            left_out.append(f"{body['name']}: {refusal.message}")
        else:
            click.echo(f"+ {body['name']}: {body['event_type']} → {body['url']} (inactive)")
    for name in plan.known:
        click.echo(f"= {name}")
    for sentence in left_out:
        click.echo(f"! left out: {sentence}")


def _check(server: Server, address: str) -> None:
    checked = server.call("POST", "/webhooks/check-url", {"url": address})
    if not checked["allowed"]:
        raise click.ClickException(checked["detail"])


def _import_numbers(server: Server, overview: Any, *, dry_run: bool) -> None:
    now = server.call("GET", "/stats")
    told = {name: _told(overview, *place) for name, place in NUMBERS.items()}
    for name in [name for name, value in told.items() if value is None]:
        del told[name]
        click.echo(f"! left out: {name}: the bot does not tell it")
    changed = {name: value for name, value in told.items() if now[name] != value}
    for name, value in told.items():
        click.echo(f"~ {name} {now[name]} → {value}" if name in changed else f"= {name} {value}")
    if changed and not dry_run:
        server.call("PUT", "/stats", changed)


def _told(overview: Any, section: str, field: str) -> int | float | None:
    """A number of the bot's statistics; None where there is none that could be one."""
    shown = overview.get(section) if isinstance(overview, dict) else None
    value = shown.get(field) if isinstance(shown, dict) else None
    is_count = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return value if is_count else None
