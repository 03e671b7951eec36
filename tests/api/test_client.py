"""The bot's side and the server together: the newest of each, and each with the other's 0.1.0."""

import asyncio
import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import bedolaga_events.client
import bedolaga_events_client
from bedolaga_events_client import EventPublisher, SyncEventPublisher
from tests.client.conftest import OddServer
from tests.conftest import ADMIN, Server, until

OLD = Path(__file__).parents[1] / "client" / "client_0_1_0.txt"


async def logged(server: Server) -> list[Any]:
    items = (await server.call("GET", "/events?since_id=0&limit=200")).json["items"]
    return [event["payload"].get("user_id") for event in items]


def client_of_0_1_0() -> ModuleType:
    """`bedolaga_events.client` as it was in 0.1.0."""
    loader = importlib.machinery.SourceFileLoader("client_0_1_0", str(OLD))
    module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec("client_0_1_0", loader))
    loader.exec_module(module)
    return module


async def test_events_arrive_in_order(server: Server, tmp_path: Path) -> None:
    """In batches, with the moment at which they happened; what is refused is set aside."""
    publisher = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    for number in range(150):
        await publisher.emit("user.created", {"user_id": number}, db=object())
    await publisher.emit("user.created", {"user_id": "not a number"})
    await publisher.emit("user.created", {"user_id": 150, "amount": Decimal("1.5")})
    await until(lambda: publisher.pending() == 0)
    assert await logged(server) == list(range(151))
    assert ["user_id" in aside.reason for aside in publisher.refused()] == [True]
    await publisher.close()


async def test_a_script_leaves_when_the_server_has_everything(
    server: Server, tmp_path: Path
) -> None:
    """What was emitted has arrived when the block ends."""

    def script() -> None:
        with SyncEventPublisher(server.url, ADMIN, tmp_path / "outbox.db") as publisher:
            for number in range(10):
                publisher.emit("user.created", {"user_id": number})

    await asyncio.to_thread(script)
    assert await logged(server) == list(range(10))


def test_the_old_import_is_the_new_class() -> None:
    """A bot of 0.1.0 changes nothing."""
    assert bedolaga_events.client.EventPublisher is EventPublisher


def test_the_client_needs_nothing_but_python() -> None:
    """B7: it lives beside whatever a bot pins."""
    folder = Path(bedolaga_events_client.__file__).parent
    code = "import sys; before = set(sys.modules); import bedolaga_events_client;"
    code += "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before}))"
    done = _python("-I", "-c", f"import sys; sys.path.insert(0, {str(folder.parent)!r}); {code}")
    names = set(json.loads(done.replace("'", '"')))
    assert names - {"bedolaga_events_client"} <= sys.stdlib_module_names


async def test_the_client_of_0_1_0_and_its_file_work_with_this_server(
    server: Server, tmp_path: Path
) -> None:
    """Events that it emits arrive; what its file still holds is sent by the newest client."""
    old = client_of_0_1_0()
    publisher = old.EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    await publisher.emit("user.created", {"user_id": 0})
    await publisher.emit("no.such.type", {"user_id": 1})
    await until(lambda: publisher.pending() == 0)
    await publisher.close()
    away = old.EventPublisher("http://127.0.0.1:1", ADMIN, tmp_path / "outbox.db")
    await away.emit("user.created", {"user_id": 2})
    await away.close(seconds=0.01)
    newest = EventPublisher(server.url, ADMIN, tmp_path / "outbox.db")
    await until(lambda: newest.pending() == 0)
    assert await logged(server) == [0, 2]
    assert [aside.event["type"] for aside in newest.refused()] == ["no.such.type"]
    await newest.close()


async def test_the_newest_client_says_what_a_server_of_0_1_0_takes(tmp_path: Path) -> None:
    """POST /events/batch with these four fields and no other; 202 with as many items."""
    odd = OddServer()
    odd.start()
    publisher = EventPublisher(odd.url, ADMIN, tmp_path / "outbox.db")
    await publisher.emit("user.created", {"user_id": 1})
    await until(lambda: publisher.pending() == 0)
    headers, [event] = odd.requests[0]
    assert set(event) == {"type", "payload", "timestamp", "idempotency_key"}
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == f"Bearer {ADMIN}"
    await publisher.close()
    odd.stop()


def _python(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    return done.stdout
