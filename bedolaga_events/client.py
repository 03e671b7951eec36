"""The old address of the bot's side; it is a distribution of its own: `bedolaga_events_client`."""

from bedolaga_events_client import EventPublisher, SyncEventPublisher

__all__ = ["EventPublisher", "SyncEventPublisher"]
