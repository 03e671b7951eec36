"""What one event adds to the dashboard's numbers (contract §5)."""

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from bedolaga_events.model import Facts
from bedolaga_events.wire import EPOCH

MAX_KOPEKS = 10**15  # a sum beyond ten trillion rubles is a mistake, and must not overflow a column


def facts_of(event_type: str, payload: dict[str, Any]) -> Facts | None:
    """The few values of a checked payload that move a number; None when nothing moves."""
    match event_type:
        case "user.created":
            return Facts()
        case "payment.completed":
            return Facts(kopeks=kopeks_of(payload))
        case "ticket.created":
            closed = True if payload.get("status") == "closed" else None
            return Facts(ticket_id=str(payload["ticket_id"]), closed=closed, was_closed=True)
        case "ticket.status_changed":
            old, new = payload.get("old_status"), payload.get("new_status")
            return Facts(
                ticket_id=str(payload["ticket_id"]),
                closed=None if new is None else new == "closed",
                was_closed=old == "closed",
            )
    return None


def kopeks_of(payload: dict[str, Any]) -> int:
    """The amount of a payment in kopeks; `amount_kopeks` wins over `amount_rubles`."""
    kopeks, rubles = payload.get("amount_kopeks"), payload.get("amount_rubles")
    if isinstance(kopeks, int):
        amount = kopeks
    elif isinstance(rubles, int | float):
        amount = round(rubles * 100)
    else:
        return 0
    return amount if abs(amount) <= MAX_KOPEKS else 0


def ticket_change(known_open: bool | None, facts: Facts) -> tuple[bool, int]:
    """Whether the ticket is open now, and what that adds to the starting value (0 or -1).

    A ticket that the server never saw (`known_open` is None) and that was open before this event
    was part of the starting value; from now on its own row counts it.
    """
    if known_open is None:
        return not facts.closed, 0 if facts.was_closed else -1
    return (known_open if facts.closed is None else not facts.closed), 0


@lru_cache(maxsize=64)  # what one commit holds has one time
def day_of(microseconds: int, zone: tzinfo) -> str:
    """The calendar day (``2026-01-15``) of a moment in `zone`."""
    return _local(microseconds, zone).date().isoformat()


def hour_of(microseconds: int) -> int:
    """Hours since the epoch: the bucket of the charts."""
    return microseconds // 3_600_000_000


def _local(microseconds: int, zone: tzinfo) -> datetime:
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)
