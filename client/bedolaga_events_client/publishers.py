"""What a program uses: `EventPublisher` with asyncio, `SyncEventPublisher` without."""

import asyncio
import atexit
import json
import logging
import os
import secrets
import sqlite3
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bedolaga_events_client import outbox as file
from bedolaga_events_client.courier import Courier
from bedolaga_events_client.keeper import Keeper
from bedolaga_events_client.listeners import Listeners
from bedolaga_events_client.outbox import Outbox, SetAside
from bedolaga_events_client.post import address_of
from bedolaga_events_client.version import __version__

WRITTEN_WITHIN = 0.1  # seconds that emit waits for the file, without holding anybody else
BLANKS = " \t\r\n\ufeff"  # around a token that was read from a file
GOODBYE = 1.0  # seconds at the end of a program that did not close its publisher

BOT_EVENT_TYPES = (
    "user.created",
    "payment.completed",
    "transaction.created",
    "ticket.created",
    "ticket.status_changed",
    "ticket.message_added",
)

log = logging.getLogger("bedolaga_events_client")


@dataclass(frozen=True, slots=True)
class State:
    """Where the events are, and what keeps them.

    `in_file`, `set_aside`: None while the outbox cannot be read. `waits_for`: a sentence, None
    when nothing stands in the way. `lost`: events that could not be kept, since the start.
    """

    in_memory: int
    in_file: int | None
    set_aside: int | None
    lost: int
    waits_for: str | None


class _Publisher:
    """The two ends of an event's way, for both kinds of programs.

    Args:
        url: the server's address, such as ``http://127.0.0.1:8080``; a path before the API's own
            is kept.
        token: one with the scope ``publish``; white space around it is dropped.
        outbox: the file in which events wait; what an earlier run left there is sent. A folder
            that is not there or may not be written stops nothing: events wait in memory.

    Raises:
        ValueError: `url` is not an address of a server.
    """

    def __init__(self, url: str, token: str, outbox: str | Path) -> None:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token.strip(BLANKS)}",
            "User-Agent": f"bedolaga-events-client/{__version__}",
        }
        self._path = Path(outbox)
        self._goes_to = address_of(url), headers
        self._begin()
        atexit.register(self._close, GOODBYE)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._courier = Courier(*self._goes_to, self._path)
        self._keeper = Keeper(self._path, self._courier.kick)

    def _follow_fork(self) -> None:
        """A forked process has none of the threads; what they held is the first one's to send."""
        if self._process != os.getpid():
            self._begin()

    def pending(self) -> int:
        """How many events wait for the server; those of a file that cannot be read do not count."""
        state = self.state()
        return state.in_memory + (state.in_file or 0)

    def state(self) -> State:
        """Where the events are, and what keeps them."""
        self._follow_fork()
        in_memory = self._keeper.waiting()  # before the file, so that none is overlooked
        in_file, aside = self._counts()
        trouble = self._keeper.trouble.now or self._courier.trouble.now
        return State(in_memory, in_file, aside, self._keeper.lost, trouble)

    def refused(self) -> list[SetAside]:
        """What the server will not take, oldest first, each with the reason.

        Raises:
            sqlite3.Error: the outbox cannot be read now.
        """
        return file.set_aside(self._path) if self._path.exists() else []

    def resend(self) -> int:
        """Send what was refused once more, behind what waits; how many events that are.

        Waits up to a second for another program's lock. Raises `sqlite3.Error` or `OSError` if the
        outbox cannot be written now.
        """
        self._follow_fork()
        outbox = Outbox(self._path)
        try:
            moved = outbox.resend()
        finally:
            outbox.close()
        self._courier.kick()
        return moved

    def _counts(self) -> tuple[int | None, int | None]:
        if not self._path.exists():
            return 0, 0
        try:
            return file.count(self._path)
        except sqlite3.Error:
            return None, None

    def _keep(self, event: dict[str, Any]) -> Future[None]:
        self._follow_fork()
        try:
            return self._keeper.take(json.dumps(event, default=str))
        except Exception as error:  # noqa: BLE001 - a bot's objects may do anything, emit may not
            reason = f"it cannot be written as JSON: {type(error).__name__}: {_shown(error)}"
            shown = {"type": _shown(event["type"]), "payload": _shown(event["payload"])}
            log.error("an event of the type %s is set aside: %s", shown["type"], reason)
            return self._keeper.take(json.dumps({**event, **shown}), reason)

    def _is_stuck(self) -> bool:
        return self._keeper.trouble.now is not None

    def _close(self, seconds: float) -> None:
        atexit.unregister(self._close)
        if self._process != os.getpid():  # a forked process that published nothing
            return
        self._keeper.stop(seconds)
        self._courier.stop(seconds)


class EventPublisher(_Publisher, Listeners):
    """Publishes events from an asyncio program; `emit` never holds the loop, and never fails.

    It has every method of a Bedolaga bot's own emitter, so that it can stand in its place.
    """

    def __init__(self, url: str, token: str, outbox: str | Path) -> None:
        _Publisher.__init__(self, url, token, outbox)
        Listeners.__init__(self)

    async def emit(self, event_type: str, payload: dict[str, Any], db: Any = None) -> None:
        """Publish an event: it stands in the outbox when this returns, and is sent from there.

        While the outbox cannot be written, this returns at once, and the event waits in memory.

        Args:
            event_type: such as ``user.created``.
            payload: a JSON object; what JSON does not know (dates, decimals) becomes text.
            db: taken for compatibility, not used.
        """
        event = make_event(event_type, payload)
        await self._publish(event)
        await self.tell({key: event[key] for key in ("type", "payload", "timestamp")})

    async def forward(self, event: dict[str, Any]) -> None:
        """Publish what another emitter tells its listeners, such as a bot's own.

        ``for event_type in BOT_EVENT_TYPES: event_emitter.on(event_type, publisher.forward)``

        Args:
            event: with ``type`` and ``payload``; the moment is now.
        """
        await self._publish(make_event(event["type"], event["payload"]))

    async def close(self, seconds: float = 5.0) -> None:
        """Give the server a last chance to take what waits; the rest stays in the file."""
        await asyncio.to_thread(self._close, seconds)

    async def _publish(self, event: dict[str, Any]) -> None:
        written = self._keep(event)
        if not self._is_stuck():
            await asyncio.wait([asyncio.wrap_future(written)], timeout=WRITTEN_WITHIN)


class SyncEventPublisher(_Publisher):
    """The same for scripts without asyncio; also as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def emit(self, event_type: str, payload: dict[str, Any], db: Any = None) -> None:
        """Publish an event: it stands in the outbox when this returns, and is sent from there."""
        written = self._keep(make_event(event_type, payload))
        if not self._is_stuck():
            wait_for([written], WRITTEN_WITHIN)

    def close(self, seconds: float = 5.0) -> None:
        """Give the server a last chance to take what waits; the rest stays in the file."""
        self._close(seconds)


def make_event(event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    """An event as POST /events/batch takes it, with the moment and a key of its own."""
    return {
        "type": event_type,
        "payload": payload,
        "timestamp": datetime.now(UTC).isoformat(),
        "idempotency_key": secrets.token_hex(16),
    }


def _shown(thing: object) -> str:
    try:
        return thing if isinstance(thing, str) else str(thing)[:10_000]
    except Exception as error:  # noqa: BLE001 - as above
        return f"(cannot be shown: {type(error).__name__})"
