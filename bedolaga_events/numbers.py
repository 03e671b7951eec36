"""The dashboard's numbers: what one event adds to which (contract §5). One number is one row here.

Numbers that are counted need nothing else; of those that are kept one by one (tickets,
subscriptions) the store remembers which are open, so that closing twice counts once.
"""

import enum
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bedolaga_events.model import Move
from bedolaga_events.times import HOUR
from bedolaga_events.wire import EPOCH

PAYMENTS = ("payment.completed", "transaction.created")
MAX_KOPEKS = 10**15  # a sum beyond ten trillion rubles is a mistake, and must not overflow a column
REVENUE = "today_revenue"

Payload = Mapping[str, Any]


class Kind(enum.Enum):
    """How a number comes about."""

    COUNT = enum.auto()  # one for each event
    KEPT = enum.auto()  # how many of something are open
    SUM = enum.auto()  # of kopeks, by day


class Rules(NamedTuple):
    """What the config says of the numbers."""

    timezone: str = "UTC"  # of the IANA list: whose midnight begins a day
    not_revenue: tuple[str, ...] = ()  # payment methods that are no income, sorted
    packs: tuple[str, ...] = ()  # bundled catalogues whose types move numbers, sorted

    @property
    def zone(self) -> tzinfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    def for_revenue(self) -> str:
        """What the sums of revenue depend on, as text that can be kept and compared."""
        return json.dumps([self.timezone, self.not_revenue])


class Number(NamedTuple):
    """A number of the dashboard.

    `reads`: by type of event, the move that a checked payload makes, None where it makes none.
    `pack`: the bundled catalogue without which those types mean nothing.
    """

    name: str
    kind: Kind
    reads: Mapping[str, Callable[[Payload, Rules], Move | None]]
    pack: str | None = None


def moves_of(event_type: str, payload: Payload, rules: Rules) -> tuple[Move, ...]:
    """What an event moves; its payload was checked against the type's schema."""
    found = []
    for number in _BY_TYPE.get(event_type, ()):
        if number.pack is None or number.pack in rules.packs:
            move = number.reads[event_type](payload, rules)
            if move is not None:
                found.append(move)
    return tuple(found)


def kopeks_of(payload: Payload, rules: Rules) -> int:
    """The amount of a payment in kopeks; `amount_kopeks` wins over `amount_rubles`.

    0 for a method that is no income, and for a sum that can only be a mistake.
    """
    if payload.get("payment_method") in rules.not_revenue:
        return 0
    kopeks, rubles = payload.get("amount_kopeks"), payload.get("amount_rubles")
    if isinstance(kopeks, int | float):
        amount = kopeks
    elif isinstance(rubles, int | float):
        amount = rubles * 100
    else:
        return 0
    return round(amount) if abs(amount) <= MAX_KOPEKS else 0


def check_sum(event_type: str, payload: Payload) -> None:
    """See that the rubles of a payment have kopeks.

    Raises:
        ValueError: they are beyond a double's range; the message is a sentence.
    """
    rubles = payload.get("amount_rubles") if event_type in PAYMENTS else None
    if isinstance(rubles, float) and math.isinf(rubles * 100):
        raise ValueError("amount_rubles is no sum of money: it has no kopeks.")


def opening(known: bool | None, move: Move) -> tuple[bool, int]:
    """Whether what `move` tells of is open now, and what that adds to the starting value (0, -1).

    Args:
        known: whether it was open; None for what the server never saw. Unless it is new, that was
            part of the starting value; from now on its own row counts it.
    """
    return bool(move.is_open), -1 if known is None and not move.is_new else 0


@lru_cache(maxsize=64)  # what one commit holds has one time
def day_of(microseconds: int, zone: tzinfo) -> str:
    """The calendar day (``2026-01-15``) of a moment in `zone`."""
    moment = EPOCH + timedelta(microseconds=microseconds)
    try:
        return moment.astimezone(zone).date().isoformat()
    except OverflowError:  # the last hours of 9999 are 10000 elsewhere
        return moment.date().isoformat()


def days_after(day: str, last: str, most: int) -> list[str]:
    """The days behind `day` up to `last`, oldest first, the newest `most` of them."""
    end = date.fromisoformat(last)
    count = min(most, (end - date.fromisoformat(day)).days)
    return [(end - timedelta(days=back)).isoformat() for back in reversed(range(count))]


def day_before(day: str) -> str:
    """The calendar day before one."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def hour_of(microseconds: int) -> int:
    """Hours since the epoch: the bucket of the charts."""
    return microseconds // HOUR


def _counted(name: str) -> Callable[[Payload, Rules], Move | None]:
    return lambda _payload, _rules: Move(name, 1)


def _revenue(payload: Payload, rules: Rules) -> Move | None:
    return Move(REVENUE, kopeks_of(payload, rules))


def _ticket(field: str, *, is_new: bool = False) -> Callable[[Payload, Rules], Move | None]:
    """A ticket is open unless it is closed; `field` tells its status, if at all.

    `old_status` is not asked: the bot sends the new one in both.
    """

    def read(payload: Payload, _rules: Rules) -> Move | None:
        status = payload.get(field)
        if not status and not is_new:
            return None
        key = str(payload["ticket_id"])
        return Move("open_tickets", key=key, is_open=status != "closed", is_new=is_new)

    return read


def _subscription(*, is_open: bool) -> Callable[[Payload, Rules], Move | None]:
    def read(payload: Payload, _rules: Rules) -> Move | None:
        subscription = payload.get("subscription_id")
        key = f"user {payload['user_id']}" if subscription is None else str(subscription)
        return Move("active_subscriptions", key=key, is_open=is_open, is_new=is_open)

    return read


NUMBERS = (
    Number("total_users", Kind.COUNT, {"user.created": _counted("total_users")}),
    Number(
        "active_subscriptions",
        Kind.KEPT,
        {
            "subscription.activated": _subscription(is_open=True),
            "subscription.expired": _subscription(is_open=False),
        },
        pack="cabinet",
    ),
    Number(
        "open_tickets",
        Kind.KEPT,
        {
            "ticket.created": _ticket("status", is_new=True),
            "ticket.status_changed": _ticket("new_status"),
            "ticket.message_added": _ticket("status"),
        },
    ),
    Number(REVENUE, Kind.SUM, {"payment.completed": _revenue}),
)
BY_NAME = {number.name: number for number in NUMBERS}
GAUGES = tuple(number.name for number in NUMBERS if number.kind is not Kind.SUM)
_BY_TYPE: dict[str, list[Number]] = {}
for _number in NUMBERS:
    for _type in _number.reads:
        _BY_TYPE.setdefault(_type, []).append(_number)
