"""Events from the program that the server runs in, without HTTP."""

from typing import Any

from aiohttp import web

from bedolaga_events.api import events
from bedolaga_events.api.state import PARTS
from bedolaga_events.model import Accepted
from bedolaga_events.shapes.event import EventInput


class Publisher:
    """Events from the same process, without HTTP: `await app[EVENTS].publish(...)`."""

    def __init__(self, app: web.Application) -> None:
        self._app = app

    async def publish(
        self, event_type: str, payload: dict[str, Any], *, idempotency_key: str | None = None
    ) -> Accepted:
        """Store an event as POST /events does; it is on disk when this returns.

        Raises:
            Unprocessable: the type is unknown, or the payload breaks its schema.
            Conflict: the key was used for another event.
            StoreError: it cannot be stored now.
        """
        body = EventInput(type=event_type, payload=payload)
        return await events.accept(self._app[PARTS], body, idempotency_key)


EVENTS = web.AppKey("events", Publisher)
