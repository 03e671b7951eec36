"""`import-bot`: against a stand-in of the bot's web API, by its public description (B13)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bedolaga_events.cli.import_bot import planned
from tests.system.conftest import TOKEN, Process, command

BOTS_TOKEN = "the-bots-own-token"
SIGNED_IN = {"BEDOLAGA_EVENTS_TOKEN": TOKEN}
OVERVIEW = {
    "users": {"total": 1500, "active": 900, "blocked": 3, "balance_kopeks": 5, "balance_rubles": 0},
    "subscriptions": {"active": 870, "expired": 20},
    "support": {"open_tickets": 4},
    "payments": {"today_kopeks": 750050, "today_rubles": 7500.5},
}


def bots_webhook(number: int, **fields: Any) -> dict[str, Any]:
    """A webhook as the bot's API shows it."""
    return {
        "id": number,
        "name": "CRM",
        "url": f"http://127.0.0.1:9/{number}",
        "event_type": "user.created",
        "is_active": True,
        "description": None,
        "created_at": "2026-01-15T10:30:00",
        "updated_at": "2026-01-15T10:30:00",
        "last_triggered_at": None,
        "failure_count": 0,
        "success_count": 7,
    } | fields


@asynccontextmanager
async def bots_api(hooks: Any, overview: Any = OVERVIEW) -> AsyncIterator[str]:
    """The bot's web API with webhooks: its address. A page holds two of them.

    `hooks` that are no list are what it answers instead of a page.
    """

    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("X-API-Key") != BOTS_TOKEN:
            return web.json_response({"detail": "Invalid API key"}, status=401)
        if request.path == "/api/stats/overview":
            return web.json_response(overview)
        if not isinstance(hooks, list):
            return web.json_response(hooks)
        offset = int(request.query["offset"])
        page = {"items": hooks[offset : offset + 2], "total": len(hooks), "limit": 2}
        return web.json_response(page | {"offset": offset})

    app = web.Application()
    app.router.add_get("/api/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


HOOKS = [
    bots_webhook(1, description="sales"),
    bots_webhook(2),
    bots_webhook(3, event_type="promo.used"),
    bots_webhook(4, url="http://169.254.169.254/latest", name="metadata"),
    bots_webhook(5, event_type="ticket.created"),
]


async def test_webhooks_and_numbers_come_along(process: Process, call: Any) -> None:
    """Inactive, names made unique; what cannot come is reported; twice is nothing new."""
    await process.start()
    url = ("--url", process.url)
    async with bots_api(HOOKS) as bot:
        rehearsal = await command("import-bot", bot, BOTS_TOKEN, "--dry-run", *url, **SIGNED_IN)
        assert (await call("GET", f"{process.url}/webhooks"))[1]["total"] == 0
        code, said, errors = await command("import-bot", bot, f"{BOTS_TOKEN}\n", *url, **SIGNED_IN)
        assert (code, errors) == (0, "")
        assert rehearsal[1] == said
        _, again, _ = await command("import-bot", bot, BOTS_TOKEN, *url, **SIGNED_IN)
    items = (await call("GET", f"{process.url}/webhooks"))[1]["items"][::-1]
    assert [(one["name"], one["url"], one["event_type"], one["description"]) for one in items] == [
        ("CRM", "http://127.0.0.1:9/1", "user.created", "sales"),
        ("CRM (2)", "http://127.0.0.1:9/2", "user.created", None),
        ("CRM (3)", "http://127.0.0.1:9/5", "ticket.created", None),
    ]
    assert not any(one["is_active"] or one["has_secret"] for one in items)
    assert "! left out: CRM: unknown event type promo.used" in said
    assert "! left out: metadata: " in said
    assert "169.254.169.254" in said
    assert "Set each webhook's secret anew" in said
    assert [line for line in again.splitlines() if line[:1] in "+~"] == []
    more = {"event_types": ["ticket.*", "user.created"]}  # recognised by any of its types
    await call("PATCH", f"{process.url}/webhooks/{items[0]['id']}", more)
    async with bots_api(HOOKS) as bot:
        _, again, _ = await command("import-bot", bot, BOTS_TOKEN, *url, **SIGNED_IN)
    assert [line for line in again.splitlines() if line[:1] in "+~"] == []
    numbers = (await call("GET", f"{process.url}/stats"))[1]
    assert {name: numbers[name] for name in numbers if name != "yesterday"} == {
        "total_users": 1500,
        "active_subscriptions": 870,
        "open_tickets": 4,
        "today_revenue": 7500.5,
    }


@pytest.mark.parametrize(
    ("address", "token", "exit_code", "sentence"),
    [
        ("http://127.0.0.1:1", BOTS_TOKEN, 1, "refused"),
        (None, "wrong", 1, "Invalid API key"),
        ("ftp://bot", BOTS_TOKEN, 2, "write it like https://"),
        (None, "токен", 2, "a token is letters, digits and signs of ASCII"),
    ],
)
async def test_a_bot_that_cannot_be_asked_is_told_in_a_sentence(
    process: Process, address: str | None, token: str, exit_code: int, sentence: str
) -> None:
    """Nothing is changed then, and no traceback shown."""
    await process.start()
    async with bots_api([]) as bot:
        code, _, errors = await command(
            "import-bot", address or bot, token, "--url", process.url, **SIGNED_IN
        )
    assert code == exit_code
    assert sentence in errors
    assert "Traceback" not in errors


def test_a_name_stays_within_its_length() -> None:
    """Names of 255 that are alike get a number within it; blank ones a word."""
    long = [bots_webhook(n, name="я" * 255, url=f"http://h/{n}") for n in (1, 2)]
    plan = planned([*long, bots_webhook(3, name="  ")], [], {"user.created"})
    assert [len(body["name"]) for body in plan.new] == [255, 255, 7]
    assert plan.new[1]["name"].endswith(" (2)")


async def test_a_port_that_is_taken_is_told_with_the_way_out(
    process: Process, tmp_path: Path
) -> None:
    """B11: the bot's web API and this server both want 8080."""
    await process.start()
    port = process.url.rpartition(":")[2]
    code, _, errors = await command("serve", "--port", port, "--db", str(tmp_path / "other.db"))
    assert code == 1
    assert "--port 8090" in errors
    assert "bot" in errors


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "the reply: "),
        ({"data": []}, "items: Field required"),
        ({"items": [bots_webhook(1)]}, "total: Field required"),
        ([bots_webhook(1, name=7)], "items.0.name: "),
        ([bots_webhook(1), bots_webhook(2, event_type=["user.created"])], "items.1.event_type: "),
    ],
)
async def test_what_is_no_bots_web_api_is_told_in_a_sentence(
    process: Process, call: Any, answer: Any, sentence: str
) -> None:
    """Another program's JSON, or a bot that has changed: nothing is imported by halves."""
    await process.start()
    async with bots_api(answer) as bot:
        code, _, errors = await command(
            "import-bot", bot, BOTS_TOKEN, "--url", process.url, **SIGNED_IN
        )
    assert (code, sentence in errors, "Traceback" in errors) == (1, True, False), errors
    assert (await call("GET", f"{process.url}/webhooks"))[1]["total"] == 0


async def test_numbers_that_are_none_are_left_out(process: Process, call: Any) -> None:
    """The others come along."""
    await process.start()
    told = {"users": {"total": 7}, "support": {"open_tickets": None}, "payments": [1]}
    async with bots_api([], told) as bot:
        code, said, _ = await command(
            "import-bot", bot, BOTS_TOKEN, "--url", process.url, **SIGNED_IN
        )
    assert code == 0
    assert said.count("! left out: ") == 3
    assert (await call("GET", f"{process.url}/stats"))[1]["total_users"] == 7
