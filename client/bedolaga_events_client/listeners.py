"""Who listens in the same process: callbacks and WebSockets, as a bot's own emitter has them."""

import inspect
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

log = logging.getLogger("bedolaga_events_client")
Listener = Callable[[dict[str, Any]], Any]


class TextSocket(Protocol):
    """A WebSocket as FastAPI and Starlette have it."""

    def send_text(self, data: str) -> Awaitable[None]: ...


class Listeners:
    """Callbacks by type of event, and WebSockets that get every event."""

    def __init__(self) -> None:
        self._callbacks: dict[str, list[Listener]] = {}
        self._sockets: set[TextSocket] = set()

    def on(self, event_type: str, callback: Listener) -> None:
        """Call `callback` (plain or coroutine function) with each event of a type, or of ``*``."""
        self._callbacks.setdefault(event_type, []).append(callback)

    def off(self, event_type: str, callback: Listener) -> None:
        """Stop calling `callback`."""
        if callback in self._callbacks.get(event_type, ()):
            self._callbacks[event_type].remove(callback)

    def register_websocket(self, websocket: TextSocket) -> None:
        """Send every event to `websocket` too, as JSON text, until it fails."""
        self._sockets.add(websocket)

    def unregister_websocket(self, websocket: TextSocket) -> None:
        """Stop sending to `websocket`."""
        self._sockets.discard(websocket)

    async def tell(self, event: dict[str, Any]) -> None:
        """Tell everybody of an event; their mistakes stay theirs.

        Args:
            event: with ``type``, ``payload`` and ``timestamp``.
        """
        for name in (event["type"], "*"):
            for callback in list(self._callbacks.get(name, ())):
                await _call(callback, event)
        if self._sockets:
            await self._broadcast(json.dumps(event, default=str, ensure_ascii=False))

    async def _broadcast(self, text: str) -> None:
        for websocket in list(self._sockets):
            try:
                await websocket.send_text(text)
            except Exception:  # noqa: BLE001 - whatever its library raises, this one is gone
                self.unregister_websocket(websocket)


async def _call(listener: Listener, event: dict[str, Any]) -> None:
    try:
        result = listener(event)
        if inspect.isawaitable(result):
            await result
    except Exception:
        log.exception("a listener of %s failed", event["type"])
