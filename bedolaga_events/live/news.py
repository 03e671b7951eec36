"""What a commit tells: its events to everyone, what else changed to those who asked for topics."""

from collections.abc import Iterator

from bedolaga_events import shapes, wire
from bedolaga_events.committed import Committed
from bedolaga_events.live.protocol import Message

DELIVERIES = frozenset({"deliveries"})
WEBHOOKS = frozenset({"deliveries", "webhooks"})


def of_events(committed: Committed) -> list[Message]:
    """The committed events, in the order of their ids."""
    return [Message(event.type, shapes.event.frame(event), event.id) for event in committed.events]


def of_topics(committed: Committed) -> list[Message]:
    """What became of deliveries and webhooks."""
    return [
        Message(kind, wire.news(kind, payload, committed.now), None, topics)
        for kind, payload, topics in _told(committed)
    ]


def _told(committed: Committed) -> Iterator[tuple[str, str, frozenset[str]]]:
    shown = shapes.webhook.news
    for delivery in committed.deliveries:
        yield "delivery.updated", shapes.delivery.text(delivery, bodies=False), DELIVERIES
    for webhook in committed.webhooks:
        yield "webhook.updated", shown(webhook), WEBHOOKS
    for webhook in committed.disabled:
        yield "webhook.disabled", shown(webhook), WEBHOOKS
    for warning in committed.failing:
        yield "webhook.failing", shown(warning.webhook, percent=warning.percent), WEBHOOKS
    for webhook_id in committed.deleted_webhooks:
        yield "webhook.deleted", f'{{"id": {webhook_id}}}', WEBHOOKS
