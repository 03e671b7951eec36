"""The dashboard's numbers (contract §5)."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clock, Server

DAY = 86_400
UNKNOWN = {
    "total_users": None,
    "active_subscriptions": None,
    "open_tickets": None,
    "today_revenue": None,
}


async def numbers(server: Server) -> Any:
    return (await server.call("GET", "/stats")).json


async def paid(server: Server, number: int, kopeks: int, method: str | None = None) -> None:
    await server.event(
        "payment.completed",
        transaction_id=number,
        user_id=1,
        amount_kopeks=kopeks,
        payment_method=method,
    )


async def test_events_move_the_numbers(server: Server) -> None:
    """Each by its rule, with the commit that stores the event."""
    await server.event(user_id=1)
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=12345)
    await server.event("payment.completed", transaction_id=2, user_id=1, amount_rubles=0.55)
    await server.event("transaction.created", transaction_id=2, user_id=1, amount_rubles=9)
    await server.event("ticket.created", ticket_id=1, user_id=1)
    await server.event("ticket.created", ticket_id=2, user_id=1)
    await server.event("ticket.status_changed", ticket_id=1, new_status="closed")
    await server.event("ticket.status_changed", ticket_id=1, new_status="closed")
    assert await numbers(server) == {
        "total_users": 1,
        "active_subscriptions": 0,
        "open_tickets": 1,
        "today_revenue": 124.0,
        "yesterday": UNKNOWN,
    }


async def test_starting_values_for_a_bot_that_was_there_before(server: Server) -> None:
    """B8: any of the four; closing one from before, as the real bot says it, lowers its number."""
    await server.event(user_id=1)
    put = await server.call("PUT", "/stats", {"total_users": 500, "open_tickets": 3})
    assert put.json["total_users"] == 500
    await server.event(user_id=2)
    for _ in range(2):
        await server.event(
            "ticket.status_changed", ticket_id=77, old_status="closed", new_status="closed"
        )
    await server.event("ticket.message_added", ticket_id=78, message_id=1, status="closed")
    await server.event("ticket.message_added", ticket_id=79, message_id=1, status="answered")
    await server.call("PUT", "/stats", {"active_subscriptions": 9, "today_revenue": 10.5})
    now = await numbers(server)
    assert now.pop("yesterday") == UNKNOWN
    assert now == {
        "total_users": 501,
        "active_subscriptions": 9,
        "open_tickets": 1,
        "today_revenue": 10.5,
    }
    for bad in ({"total_users": -1}, {"total_users": "1"}, {"users": 1}):
        assert (await server.call("PUT", "/stats", bad)).status == 422


async def test_open_tickets_are_never_fewer_than_none(server: Server) -> None:
    """Closings of tickets that no starting value held."""
    for ticket in range(3):
        await server.event("ticket.status_changed", ticket_id=ticket, new_status="closed")
    assert (await numbers(server))["open_tickets"] == 0


async def test_money_that_an_admin_typed_in_is_no_income(server: Server) -> None:
    """B9: 7,500 ₽ where the bot's own statistics say 2,500."""
    await paid(server, 1, 250_000, "yookassa")
    await paid(server, 2, 300_000, "manual")
    await paid(server, 3, 200_000, "balance")
    assert (await numbers(server))["today_revenue"] == 2500.0
    hours = (await server.call("GET", "/stats/series?window=24h")).json["items"]
    assert sum(hour["revenue"] for hour in hours) == 2500.0


async def test_another_rule_reckons_the_revenue_anew(
    starting: Any, start_server: Any, tmp_path: Path
) -> None:
    """From the kept events, at the next start; the starting value stays."""
    server: Server = await starting(dashboard__not_revenue=[])
    await paid(server, 1, 100, "yookassa")
    await paid(server, 2, 1_000, "manual")
    assert (await numbers(server))["today_revenue"] == 11.0
    await server.call("PUT", "/stats", {"today_revenue": 100})
    await start_server.stop()
    server = await starting()
    assert (await numbers(server))["today_revenue"] == 90.0
    hours = (await server.call("GET", "/stats/series?window=24h")).json["items"]
    assert sum(hour["revenue"] for hour in hours) == 1.0
    await paid(server, 3, 100, "manual")
    assert (await numbers(server))["today_revenue"] == 90.0


async def test_yesterday_is_how_the_day_began(server: Server, clock: Clock) -> None:
    """At the midnight of the shop's zone; what PUT set on a day is not known before."""
    await server.event(user_id=1)
    await server.call("PUT", "/stats", {"open_tickets": 5})
    await paid(server, 1, 700)
    clock.advance(DAY)
    assert (await numbers(server))["yesterday"] == {
        "total_users": 1,
        "active_subscriptions": 0,
        "open_tickets": 5,
        "today_revenue": None,  # the server was not there when that day began
    }
    await server.event(user_id=2)
    await server.event("ticket.created", ticket_id=1, user_id=1)
    await paid(server, 2, 900)
    await server.call("PUT", "/stats", {"total_users": 50})
    now = await numbers(server)
    assert (now["total_users"], now["open_tickets"], now["today_revenue"]) == (50, 6, 9.0)
    assert (now["yesterday"]["total_users"], now["yesterday"]["open_tickets"]) == (None, 5)
    clock.advance(DAY)
    assert (await numbers(server))["yesterday"] == {
        "total_users": 50,
        "active_subscriptions": 0,
        "open_tickets": 6,
        "today_revenue": 9.0,
    }


async def test_gauges_are_told_by_day(server: Server, clock: Clock) -> None:
    """At each day's end, today's as now; silent days are as the one before."""
    await server.event(user_id=1)
    clock.advance(DAY)
    await server.event(user_id=2)
    clock.advance(3 * DAY)
    await server.event(user_id=3)
    series = (await server.call("GET", "/stats/series?window=7d")).json
    assert [(one["day"], one["total_users"]) for one in series["gauges"]] == [
        ("2026-01-15", 1),
        ("2026-01-16", 2),
        ("2026-01-17", 2),
        ("2026-01-18", 2),
        ("2026-01-19", 3),
    ]
    assert len((await server.call("GET", "/stats/series?window=24h")).json["gauges"]) == 2


async def test_a_clock_that_was_ahead_leaves_no_days_that_never_were(
    server: Server, clock: Clock
) -> None:
    """Set back, the days go on as if it had not been."""
    await server.event(user_id=1)
    clock.advance(365 * DAY)
    await server.event(user_id=2)
    clock.advance(-364 * DAY)
    await server.event(user_id=3)
    clock.advance(DAY)
    await server.event(user_id=4)
    now = await numbers(server)
    assert (now["total_users"], now["yesterday"]["total_users"]) == (4, 3)


@pytest.mark.parametrize("server", [{"events__packs": ["cabinet"]}], indirect=True)
async def test_subscriptions_are_counted_once_each(server: Server) -> None:
    """With the pack, as tickets are; renewals, and money that another type tells, move nothing."""
    await server.call("PUT", "/stats", {"active_subscriptions": 10})
    for subscription in (1, 1, 2):
        await server.event("subscription.activated", user_id=1, subscription_id=subscription)
    for subscription in (1, 1, 77):
        await server.event("subscription.expired", user_id=1, subscription_id=subscription)
    await server.event("subscription.renewed", user_id=1, subscription_id=2)
    await server.event("payment.received", user_id=1, amount_kopeks=500)
    now = await numbers(server)
    assert (now["active_subscriptions"], now["today_revenue"]) == (10, 0.0)


async def test_revenue_starts_again_at_the_shop_s_midnight(server: Server, clock: Clock) -> None:
    """The clock stands at 13:30 in Moscow; a payment belongs to the day on which it happened."""
    await server.event("payment.completed", transaction_id=1, user_id=1, amount_kopeks=100)
    yesterday = {
        "type": "payment.completed",
        "payload": {"transaction_id": 2, "user_id": 1, "amount_kopeks": 900},
        "timestamp": "2026-01-14T20:59:59Z",
    }
    await server.call("POST", "/events", yesterday)
    assert (await numbers(server))["today_revenue"] == 1.0
    clock.advance(10.5 * 3600)
    assert (await numbers(server))["today_revenue"] == 0.0
