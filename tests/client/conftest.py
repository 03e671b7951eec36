"""An odd server for the bot's side: it keeps what it takes by key, and answers as it is told."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events_client import EventPublisher, SyncEventPublisher, courier, keeper

Events = list[dict[str, Any]]


@dataclass
class Said:
    """An answer: None as status closes the connection without one."""

    status: int | None
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


class OddServer:
    """POST /events/batch with idempotency keys; `behave` may answer in its place.

    `lose_answers`: events are taken, but the connection is closed without an answer.
    """

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[dict[str, str], Events]] = []
        self.behave: Callable[[Events], Said | None] = lambda _: None
        self.lose_answers = 0
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    def start(self, port: int = 0) -> None:
        """Listen; on the port of before after a `stop`."""
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                said = odd.answer(self.path, dict(self.headers), body)
                if said.status is None:
                    self.close_connection = True
                    return
                self.send_response(said.status)
                for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.body)

            do_GET = do_POST  # noqa: N815 - a followed redirect would come as GET

            def log_message(self, *_: object) -> None:
                pass

        socketserver.TCPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def numbers(self) -> list[int]:
        """The events that were taken, in the order in which they were, by their `user_id`."""
        return [event["payload"]["user_id"] for event in self.taken.values()]

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Said:
        """Take a batch, or do as `behave` says."""
        assert path == "/events/batch"
        events: Events = json.loads(body)["events"]
        with self._lock:
            self.requests.append((headers, events))
            said = self.behave(events)
            if said is not None:
                return said
            for event in events:
                self.taken.setdefault(event["idempotency_key"], event)
            if self.lose_answers:
                self.lose_answers -= 1
                return Said(None)
        return taken(len(events))


def taken(count: int) -> Said:
    """What the event server answers when it has taken `count` events."""
    return Said(202, json.dumps({"items": [{"id": number} for number in range(count)]}).encode())


def refusal(status: int = 422, detail: str = "Unknown event type.") -> Said:
    """What the event server answers to what it will not take."""
    return Said(status, json.dumps({"detail": detail}).encode())


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is scaled: what takes half a second in life takes some milliseconds here."""
    monkeypatch.setattr(courier, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(courier, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(keeper, "RETRY", 0.02)


@pytest.fixture
def odd() -> Iterator[OddServer]:
    """A running odd server."""
    server = OddServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """Where the outbox of a test lies."""
    return tmp_path / "outbox.db"


@pytest.fixture
def script(odd: OddServer, outbox: Path) -> Iterator[SyncEventPublisher]:
    """A publisher of a program without asyncio."""
    publisher = SyncEventPublisher(odd.url, "token", outbox)
    yield publisher
    publisher.close(0.2)


@pytest.fixture
async def bot(odd: OddServer, outbox: Path) -> Any:
    """A publisher of a program with asyncio."""
    publisher = EventPublisher(odd.url, "token", outbox)
    yield publisher
    await publisher.close(0.2)


async def emit(bot: EventPublisher, *numbers: int) -> None:
    """Users of these numbers."""
    for number in numbers:
        await bot.emit("user.created", {"user_id": number})
