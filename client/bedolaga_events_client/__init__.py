"""Publish events to bedolaga-events from a bot: each waits in a local file until the server has it.

    events = EventPublisher("http://127.0.0.1:8080", TOKEN, outbox="data/outbox.db")
    await events.emit("user.created", {"user_id": 1})

Nothing but the standard library. An event's way: memory (`keeper`) → file (`outbox`) → server
(`courier`, which asks `answers` what a reply means).
"""

from bedolaga_events_client.outbox import Outbox, SetAside, Waiting
from bedolaga_events_client.publishers import (
    BOT_EVENT_TYPES,
    EventPublisher,
    State,
    SyncEventPublisher,
)
from bedolaga_events_client.version import __version__

__all__ = [
    "BOT_EVENT_TYPES",
    "EventPublisher",
    "Outbox",
    "SetAside",
    "State",
    "SyncEventPublisher",
    "Waiting",
    "__version__",
]
