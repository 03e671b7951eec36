"""The dashboard's numbers (contract §5)."""

from typing import Any

from tests.conftest import Clock, Server


async def numbers(server: Server) -> Any:
    return (await server.call("GET", "/stats")).json


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
    }


async def test_starting_values_for_a_bot_that_was_there_before(server: Server) -> None:
    """Any of the four; a ticket from before, closed now, lowers its number once."""
    await server.event(user_id=1)
    put = await server.call("PUT", "/stats", {"total_users": 500, "open_tickets": 3})
    assert put.json["total_users"] == 500
    await server.event(user_id=2)
    for _ in range(2):
        await server.event(
            "ticket.status_changed", ticket_id=77, old_status="open", new_status="closed"
        )
    await server.call("PUT", "/stats", {"active_subscriptions": 9, "today_revenue": 10.5})
    assert await numbers(server) == {
        "total_users": 501,
        "active_subscriptions": 9,
        "open_tickets": 2,
        "today_revenue": 10.5,
    }
    for bad in ({"total_users": -1}, {"total_users": "1"}, {"users": 1}):
        assert (await server.call("PUT", "/stats", bad)).status == 422


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
