"""`demo`: a throw-away server with a shop's life streaming through it."""

import asyncio
import math
import random
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from aiohttp import ClientSession, web

from bedolaga_events import config, logs
from bedolaga_events.api.doorway import Doorway
from bedolaga_events.api.state import PARTS
from bedolaga_events.app import EVENTS, create_app
from bedolaga_events.cli.options import address_of
from bedolaga_events.settings import LogSettings, Settings
from bedolaga_events.shapes.token import sign_in_link
from bedolaga_events.store import days, login_codes
from bedolaga_events.store.tokens import new_value
from bedolaga_events.store.transaction import Transaction, change

NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дина", "Егор", "Жанна", "Захар", "Ира", "Костя")
TITLES = (
    "Не подключается",
    "Когда закончится подписка?",
    "Спасибо, всё работает",
    "Вернуть оплату",
)
PAST = 2000  # events of the week before
BATCH = 1000  # events a call: the most that the server takes
WEEK = 7  # days
DAY = 24 * 60  # minutes
BUSIEST = 20  # o'clock
PAUSE = (1.0, 5.0)  # seconds between events
# All but the last arrive: what a receiver that fails looks like belongs to a shop's life too.
WEBHOOKS = (
    ("Бухгалтерия", "sink/in", "payment.completed"),
    ("CRM", "sink/in", "*"),
    ("Таблица", "sheet", "user.created"),
)


@click.command()
@click.option("--port", type=int, default=8080, help="Port to listen on.")
def demo(port: int) -> None:
    """Start a server on a throw-away file, with users, payments and tickets streaming in.

    Two webhooks to the built-in sink receive them, a third one fails: every screen is alive,
    without a bot.
    """
    with tempfile.TemporaryDirectory(prefix="bedolaga-demo-") as folder:
        token = new_value()
        flags = {"server.port": port, "database.path": Path(folder) / "events.db"}
        settings = config.load(flags, None, {"BEDOLAGA_EVENTS_TOKEN": token}).settings
        logs.configure(LogSettings(level="warning"))
        asyncio.run(_run(settings, token))


async def _run(settings: Settings, token: str) -> None:
    app = create_app(settings)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await Doorway(runner, settings.server.hosts, settings.server.port).start()
        address = address_of(settings)
        shop = Shop(app)
        await _prepare(address, token, shop)
        await change(app[PARTS].writer, shop.remember)
        code = await change(app[PARTS].writer, login_codes.issue, app[PARTS].calendar.now())
        click.echo(f"Open {sign_in_link(address, code)} (Ctrl+C ends it)")
        await shop.live()
    finally:
        await runner.cleanup()


async def _prepare(address: str, token: str, shop: "Shop") -> None:
    """Starting numbers, a week that has passed, and webhooks to the sink."""
    async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        start = {"total_users": 1234, "active_subscriptions": 987, "open_tickets": 5}
        await session.put(f"{address}/stats", json=start)
        week = shop.week()
        for at in range(0, PAST, BATCH):
            await session.post(f"{address}/events/batch", json={"events": week[at : at + BATCH]})
        for name, path, kind in WEBHOOKS:
            hook: dict[str, Any] = {"name": name, "url": f"{address}/{path}", "event_type": kind}
            await session.post(f"{address}/webhooks", json=hook | {"generate_secret": True})


def _bustle(moment: datetime) -> float:
    """How much happens then: most in the evening, least before the morning."""
    hour = moment.astimezone().hour
    return 1.2 + math.cos((hour - BUSIEST) * math.tau / 24)


class Shop:
    """Makes up events one after another."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._users = 1234
        self._payments = 5000
        self._last_ticket = 700
        self._tickets: list[int] = []
        self._past: list[dict[str, Any]] = []

    async def live(self) -> None:
        """Until it is interrupted."""
        while True:
            kind, payload = self._next()
            await self._app[EVENTS].publish(kind, payload)
            await asyncio.sleep(random.uniform(*PAUSE))

    def week(self) -> list[dict[str, Any]]:
        """Events of the last week, for the charts."""
        now = datetime.now(UTC)
        moments = [now - timedelta(minutes=back) for back in range(1, WEEK * DAY)]
        for when in sorted(random.choices(moments, weights=[*map(_bustle, moments)], k=PAST)):
            kind, payload = self._next()
            moment = when.isoformat()
            self._past.append({"type": kind, "payload": payload, "timestamp": moment})
        return self._past

    def remember(self, transaction: Transaction) -> None:
        """How the gauges stood at each midnight of the week, counted back from now."""
        now, today = days.gauges(transaction.connection), datetime.now(UTC).date()
        for back in range(WEEK):
            day = (today - timedelta(days=back)).isoformat()
            since = Counter(one["type"] for one in self._past if one["timestamp"] >= day)
            came, opened = since["user.created"], since["ticket.created"]
            moved = {
                "total_users": came,
                "active_subscriptions": came // 3,  # every third newcomer bought one
                "open_tickets": opened - since["ticket.status_changed"],
            }
            days.keep(transaction, day, {name: now[name] - moved[name] for name in now})

    def _next(self) -> tuple[str, dict[str, Any]]:
        what = random.random()
        if what < 0.35:
            self._users += 1
            name = random.choice(NAMES)
            return "user.created", {
                "user_id": self._users,
                "first_name": name,
                "auth_type": "telegram",
            }
        if what < 0.7:
            self._payments += 1
            kopeks = random.choice((9900, 19900, 49900, 99000))
            return "payment.completed", {
                "transaction_id": self._payments,
                "user_id": random.randint(1, self._users),
                "amount_kopeks": kopeks,
                "amount_rubles": kopeks / 100,
                "payment_method": random.choice(("yookassa", "stars", "cryptobot")),
            }
        return self._ticket()

    def _ticket(self) -> tuple[str, dict[str, Any]]:
        user = random.randint(1, self._users)
        if not self._tickets or random.random() < 0.35:
            self._last_ticket += 1
            ticket = self._last_ticket
            self._tickets.append(ticket)
            title = random.choice(TITLES)
            return "ticket.created", {"ticket_id": ticket, "user_id": user, "title": title}
        ticket = random.choice(self._tickets)
        if random.random() < 0.5:
            return "ticket.message_added", {
                "ticket_id": ticket,
                "message_id": random.randint(1, 10**6),
                "user_id": user,
                "is_from_admin": random.random() < 0.5,
                "message_text": random.choice(TITLES),
            }
        self._tickets.remove(ticket)
        change = {"old_status": "open", "new_status": "closed"}
        return "ticket.status_changed", {"ticket_id": ticket, "user_id": user, **change}
