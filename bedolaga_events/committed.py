"""What a commit changed: the one door from the store to whoever listens."""

from dataclasses import dataclass, field
from typing import NamedTuple

from bedolaga_events.model import Delivery, Event, Token, Webhook


class Failing(NamedTuple):
    """A warning: so much of the time after which a webhook is deactivated has passed."""

    webhook: Webhook
    percent: int


@dataclass(slots=True)
class Committed:
    """What one transaction changed: the only thing that listeners are told, after COMMIT."""

    now: int
    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)  # new or changed
    urgent: set[int] = field(default_factory=set)  # of these: sent now, also while inactive
    webhooks: list[Webhook] = field(default_factory=list)  # created or changed
    disabled: list[Webhook] = field(default_factory=list)  # of these: deactivated by the server
    failing: list[Failing] = field(default_factory=list)
    deleted_webhooks: list[int] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)  # made
    revoked_tokens: set[int] = field(default_factory=set)
    stale: set[int] = field(default_factory=set)  # webhooks with changed rows not listed here
    begun: bool = False  # work in steps (`store.steps`)
    ended: dict[int, int] = field(default_factory=dict)  # such work, and how many rows it moved
    leap: int = 0  # microseconds by which the wall was set, and what is due was moved along
