"""What a bot imports: a publisher whose events wait in a local outbox until the server has them.

It knows nothing of the server's modules, and needs nothing but the standard library. The outbox is
one SQLite file; events leave it in order, in batches, each with an idempotency key of its own, so
that a restart of either side neither loses nor doubles one.
"""

import asyncio
import http.client
import inspect
import json
import logging
import random
import secrets
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

BATCH = 100  # events in one request
TIMEOUT = 15.0  # seconds for one request
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds after a failure: doubled, with full jitter
REFUSED = (400, 409, 413, 422)  # the server will not take this event, however often it is sent

log = logging.getLogger("bedolaga_events.client")
Listener = Callable[[dict[str, Any]], Any]


class Waiting(NamedTuple):
    """An event in the outbox: its number, and its JSON for POST /events/batch."""

    id: int
    text: str


class Refused(Exception):
    """The server took the request and said no; the events stay where they are."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"HTTP {status}: {detail}")
        self.status = status


class Outbox:
    """Events that the server has not acknowledged, in order, in one SQLite file.

    `put` costs some 50 µs: the write-ahead log is not synced, so
    an event survives the end of the process, and all but the last moments before a power cut.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for line in ("busy_timeout = 1000", "journal_mode = WAL", "synchronous = NORMAL"):
            self._connection.execute(f"PRAGMA {line}")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS outbox"
            " (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)"
        )
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY, text TEXT, reason TEXT)"
        )

    def put(self, text: str) -> None:
        """Append an event."""
        with self._lock:
            self._connection.execute("INSERT INTO outbox (text) VALUES (?)", (text,))

    def head(self, limit: int) -> list[Waiting]:
        """The events that wait longest."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, text FROM outbox ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
        return [Waiting(*row) for row in rows]

    def done(self, last_id: int) -> None:
        """The server has everything up to `last_id`."""
        with self._lock:
            self._connection.execute("DELETE FROM outbox WHERE id <= ?", (last_id,))

    def refuse(self, event: Waiting, reason: str) -> None:
        """Put an event that the server will never take aside, so that others can pass."""
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.execute(
                "INSERT INTO refused (id, text, reason) VALUES (?, ?, ?)", (*event, reason)
            )
            self._connection.execute("DELETE FROM outbox WHERE id = ?", (event.id,))
            self._connection.execute("COMMIT")

    def count(self) -> int:
        """How many events wait."""
        with self._lock:
            row = self._connection.execute("SELECT count(*) FROM outbox").fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


class Courier:
    """A thread that carries events from an outbox to the server, in order, until they are there."""

    def __init__(self, url: str, token: str, outbox: Path) -> None:
        self.outbox = Outbox(outbox)
        self._url = url.rstrip("/") + "/events/batch"
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def take(self, event: dict[str, Any]) -> None:
        """Put an event into the outbox; what json does not know (dates, decimals) becomes text."""
        try:
            self.outbox.put(json.dumps(event, default=str))
        except (sqlite3.Error, ValueError, TypeError) as error:
            log.error("event %s could not be kept: %s", event["type"], error)
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """Give the server a last chance to take what waits, then stop; the rest stays on disk."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self.outbox.close()

    def post(self, waiting: list[Waiting]) -> None:
        """Send events in one request.

        Raises:
            Refused: the server said no.
            OSError: it did not answer.
        """
        body = f'{{"events": [{", ".join(one.text for one in waiting)}]}}'.encode()
        request = urllib.request.Request(self._url, body, self._headers)  # noqa: S310 - our own
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read(200).decode(errors="replace")) from None

    def _run(self) -> None:
        failures = 0
        while True:
            self._wake.clear()
            try:
                while waiting := self.outbox.head(BATCH):
                    self._send(waiting)
                    failures = 0
            except (OSError, http.client.HTTPException, Refused, sqlite3.Error) as error:
                failures += 1
                log.warning("events wait for the server: %s", error)
                if self._stopping.wait(pause(failures)):
                    return
                continue
            if self._stopping.is_set():
                return
            self._wake.wait()

    def _send(self, waiting: list[Waiting]) -> None:
        try:
            self.post(waiting)
        except Refused as refusal:
            if refusal.status not in REFUSED:
                raise
            if len(waiting) > 1:  # one of them is bad: find it, in order
                for one in waiting:
                    self._send([one])
                return
            log.error("the server refuses an event: %s", refusal)
            self.outbox.refuse(waiting[0], str(refusal))
            return
        self.outbox.done(waiting[-1].id)


class EventPublisher:
    """Publishes events from an asyncio program; `emit` never waits for the server, and never fails.

    Args:
        url: the server's address, such as ``http://127.0.0.1:8080``.
        token: one with the scope ``publish``.
        outbox: the file in which events wait; what an earlier run left there is sent.
    """

    def __init__(self, url: str, token: str, outbox: str | Path) -> None:
        self._courier = Courier(url, token, Path(outbox))
        self._listeners: dict[str, list[Listener]] = {}

    async def emit(self, event_type: str, payload: dict[str, Any], db: Any = None) -> None:
        """Publish an event: it is in the outbox when this returns, and is sent from there.

        Args:
            event_type: such as ``user.created``.
            payload: a JSON object.
            db: taken for compatibility, not used.
        """
        event = make_event(event_type, payload)
        self._courier.take(event)
        for listener in [*self._listeners.get(event_type, ()), *self._listeners.get("*", ())]:
            await _call(listener, event)

    def on(self, event_type: str, callback: Listener) -> None:
        """Call `callback` (plain or coroutine function) with each event of a type, or of ``*``."""
        self._listeners.setdefault(event_type, []).append(callback)

    def off(self, event_type: str, callback: Listener) -> None:
        """Stop calling `callback`."""
        if callback in self._listeners.get(event_type, ()):
            self._listeners[event_type].remove(callback)

    def pending(self) -> int:
        """How many events wait for the server."""
        return self._courier.outbox.count()

    async def close(self, seconds: float = 5.0) -> None:
        """Give the server a last chance to take what waits; the rest stays on disk."""
        await asyncio.to_thread(self._courier.stop, seconds)


class SyncEventPublisher:
    """The same for scripts without asyncio; also as a context manager."""

    def __init__(self, url: str, token: str, outbox: str | Path) -> None:
        self._courier = Courier(url, token, Path(outbox))

    def __enter__(self) -> "SyncEventPublisher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def emit(self, event_type: str, payload: dict[str, Any], db: Any = None) -> None:
        """Publish an event: it is in the outbox when this returns, and is sent from there."""
        self._courier.take(make_event(event_type, payload))

    def pending(self) -> int:
        """How many events wait for the server."""
        return self._courier.outbox.count()

    def close(self, seconds: float = 5.0) -> None:
        """Give the server a last chance to take what waits; the rest stays on disk."""
        self._courier.stop(seconds)


def make_event(event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    """An event as POST /events/batch takes it, with the moment and a key of its own."""
    return {
        "type": event_type,
        "payload": payload,
        "timestamp": datetime.now(UTC).isoformat(),
        "idempotency_key": secrets.token_hex(16),
    }


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: full jitter, doubling, capped."""
    return random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures, 10)))


async def _call(listener: Listener, event: dict[str, Any]) -> None:
    try:
        result = listener(event)
        if inspect.isawaitable(result):
            await result
    except Exception:  # a listener's mistake must not reach the bot
        log.exception("a listener of %s failed", event["type"])
