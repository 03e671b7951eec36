"""`counters`: what one event adds to which number (contract §5)."""

from zoneinfo import ZoneInfo

import pytest

from bedolaga_events.counters import day_of, facts_of, kopeks_of, ticket_change


@pytest.mark.parametrize(
    ("payload", "kopeks"),
    [
        ({"amount_kopeks": 50000}, 50000),
        ({"amount_rubles": 500.0}, 50000),
        ({"amount_rubles": 0.1}, 10),
        ({"amount_kopeks": 1, "amount_rubles": 9}, 1),
        ({"amount_kopeks": None}, 0),
        ({}, 0),
        ({"amount_kopeks": 10**18}, 0),
    ],
)
def test_a_payment_counts_in_kopeks(payload: dict[str, object], kopeks: int) -> None:
    """Kopeks win over rubles; an absurd sum counts as none."""
    assert kopeks_of(payload) == kopeks


@pytest.mark.parametrize(
    ("known", "event_type", "payload", "expected"),
    [
        (None, "ticket.created", {}, (True, 0)),
        (None, "ticket.created", {"status": "closed"}, (False, 0)),
        (True, "ticket.status_changed", {"new_status": "closed"}, (False, 0)),
        (False, "ticket.status_changed", {"new_status": "closed"}, (False, 0)),
        (False, "ticket.status_changed", {"old_status": "closed", "new_status": "open"}, (True, 0)),
        # A ticket from before the server: part of the starting value.
        (
            None,
            "ticket.status_changed",
            {"old_status": "open", "new_status": "closed"},
            (False, -1),
        ),
        (None, "ticket.status_changed", {"old_status": "closed", "new_status": "open"}, (True, 0)),
        (
            None,
            "ticket.status_changed",
            {"old_status": "open", "new_status": "pending"},
            (True, -1),
        ),
    ],
)
def test_a_ticket_is_open_unless_closed(
    known: bool | None, event_type: str, payload: dict[str, object], expected: tuple[bool, int]
) -> None:
    """Kept per ticket; what the server never saw is taken out of the starting value."""
    facts = facts_of(event_type, {"ticket_id": 1, **payload})
    assert facts is not None
    assert ticket_change(known, facts) == expected


def test_the_day_is_the_shop_s() -> None:
    """21:30 UTC is the next day in Moscow."""
    assert day_of(1_768_512_600_000_000, ZoneInfo("Europe/Moscow")) == "2026-01-16"
