"""What a lane takes from the table, and what it lets go out."""

from collections.abc import Sequence
from typing import NamedTuple

from bedolaga_events.model import Delivery, Webhook


class Start(NamedTuple):
    """A delivery that goes out now, and the webhook as it is now: its newest URL and secrets."""

    delivery: Delivery
    webhook: Webhook
    doubtful: bool  # the receiver left the last request without an answer
    others: tuple[Delivery, ...] = ()  # in the same message

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """All that goes out with this request."""
        return self.delivery, *self.others


class Found(NamedTuple):
    """What a reading of the table says, but for what the lane held."""

    due: Sequence[Delivery]  # longest due first
    is_all: bool  # nothing more is due
    following: int | None = None  # microseconds until the next one falls due
