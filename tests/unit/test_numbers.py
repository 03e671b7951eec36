"""`numbers`: what one event adds to which number (contract §5)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bedolaga_events.catalogue import Catalogue
from bedolaga_events.model import Move
from bedolaga_events.numbers import (
    NUMBERS,
    Rules,
    day_of,
    days_after,
    kopeks_of,
    moves_of,
    opening,
)

RULES = Rules("Europe/Moscow", ("balance", "manual"), ("cabinet",))


@pytest.mark.parametrize(
    ("payload", "kopeks"),
    [
        ({"amount_kopeks": 50000}, 50000),
        ({"amount_kopeks": 50000.0}, 50000),
        ({"amount_rubles": 500.0}, 50000),
        ({"amount_rubles": 0.1}, 10),
        ({"amount_rubles": 1e308}, 0),
        ({"amount_kopeks": 1, "amount_rubles": 9}, 1),
        ({"amount_kopeks": None}, 0),
        ({}, 0),
        ({"amount_kopeks": 10**18}, 0),
        ({"amount_kopeks": -500}, -500),
        ({"amount_kopeks": 50000, "payment_method": "yookassa"}, 50000),
        ({"amount_kopeks": 50000, "payment_method": None}, 50000),
        ({"amount_kopeks": 50000, "payment_method": "manual"}, 0),
        ({"amount_rubles": 500.0, "payment_method": "balance"}, 0),
    ],
)
def test_a_payment_counts_in_kopeks(payload: dict[str, object], kopeks: int) -> None:
    """Kopeks win over rubles; an absurd sum, and what an admin typed in (B9), counts as none."""
    assert kopeks_of(payload, RULES) == kopeks


@pytest.mark.parametrize(
    ("known", "event_type", "payload", "expected"),
    [
        (None, "ticket.created", {}, (True, 0)),
        (None, "ticket.created", {"status": "closed"}, (False, 0)),
        (True, "ticket.status_changed", {"new_status": "closed"}, (False, 0)),
        (False, "ticket.status_changed", {"new_status": "closed"}, (False, 0)),
        (False, "ticket.status_changed", {"old_status": "closed", "new_status": "open"}, (True, 0)),
        (True, "ticket.message_added", {"status": "closed"}, (False, 0)),
        (False, "ticket.message_added", {"status": "answered"}, (True, 0)),
        # A ticket from before the server was part of the starting value. B8: the real bot sends
        # the new status in both fields.
        (None, "ticket.status_changed", {"old_status": "closed", "new_status": "closed"}, (0, -1)),
        (None, "ticket.status_changed", {"old_status": "open", "new_status": "closed"}, (0, -1)),
        (None, "ticket.status_changed", {"new_status": "pending"}, (True, -1)),
        (None, "ticket.message_added", {"status": "closed"}, (False, -1)),
    ],
)
def test_a_ticket_is_open_unless_closed(
    known: bool | None, event_type: str, payload: dict[str, object], expected: tuple[bool, int]
) -> None:
    """Kept per ticket; what the server never saw is taken out of the starting value."""
    [move] = moves_of(event_type, {"ticket_id": 1, **payload}, RULES)
    assert move.number == "open_tickets"
    assert opening(known, move) == expected


@pytest.mark.parametrize(
    ("event_type", "payload"),
    [
        ("ticket.status_changed", {"ticket_id": 1}),
        ("ticket.message_added", {"ticket_id": 1, "message_id": 1}),
        ("ticket.message_added", {"ticket_id": 1, "message_id": 1, "status": None}),
        ("transaction.created", {"transaction_id": 1, "user_id": 1, "amount_kopeks": 5}),
        ("payment.received", {"user_id": 1, "amount_kopeks": 5}),
        ("subscription.renewed", {"user_id": 1, "subscription_id": 1}),
    ],
)
def test_what_tells_nothing_moves_nothing(event_type: str, payload: dict[str, Any]) -> None:
    """A status that is not told, money that another type tells already."""
    assert moves_of(event_type, payload, RULES) == ()


def test_subscriptions_move_with_the_pack_alone() -> None:
    """Once for each subscription, else for each user."""
    began = moves_of("subscription.activated", {"user_id": 7, "subscription_id": 3}, RULES)
    ended = moves_of("subscription.expired", {"user_id": 7}, RULES)
    assert began == (Move("active_subscriptions", key="3", is_open=True, is_new=True),)
    assert ended == (Move("active_subscriptions", key="user 7", is_open=False),)
    assert moves_of("subscription.expired", {"user_id": 7}, Rules()) == ()


def test_each_number_reads_the_examples_of_its_types() -> None:
    """A row of the table is right for a checked payload."""
    examples = {known.value: known.example for known in Catalogue(packs=["cabinet"]).types.values()}
    for number in NUMBERS:
        for event_type, read in number.reads.items():
            move = read(examples[event_type], RULES)
            assert move is not None
            assert move.number == number.name


def test_the_day_is_the_shop_s() -> None:
    """21:30 UTC is the next day in Moscow; the end of time does not overflow."""
    zone = ZoneInfo("Europe/Moscow")
    assert day_of(1_768_512_600_000_000, zone) == "2026-01-16"
    assert day_of(253_402_300_799_000_000, zone) == "9999-12-31"


def test_days_between_are_listed_the_newest_when_they_are_many() -> None:
    """Behind the first, up to the last."""
    assert days_after("2026-02-27", "2026-03-01", 40) == ["2026-02-28", "2026-03-01"]
    assert days_after("2020-01-01", "2026-03-01", 2) == ["2026-02-28", "2026-03-01"]
