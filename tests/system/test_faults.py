"""What breaks around the server: power, files, locks, descriptors, names, signals."""

import asyncio
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events.delivery import resolver
from bedolaga_events.store import check
from tests.conftest import Clock, Receiver, Server, until
from tests.system.conftest import Process, checked
from tests.system.test_kill import Load

POWER_CUTS = 20


async def test_a_power_cut_at_any_moment_keeps_every_202(
    process: Process, receiver: Receiver, call: Any, tmp_path: Path
) -> None:
    """The files as they lie on the disk at random moments: sound, and nothing answered is missing.

    The process stands still while they are copied, as it would without power.
    """
    await process.start()
    hook = {"name": "x", "url": receiver.url, "event_type": "*"}
    await call("POST", f"{process.url}/webhooks", hook)
    load = Load(process)
    publishing = asyncio.create_task(load.run())
    for number in range(POWER_CUTS):
        goal = len(load.accepted) + random.randint(5, 100)
        await until(partial(load.has, goal))
        os.kill(process.pid, signal.SIGSTOP)
        acknowledged = set(load.accepted)
        copy = tmp_path / f"cut-{number}"
        copy.mkdir()
        for name in ("events.db", "events.db-wal"):
            shutil.copy(tmp_path / name, copy / name)
        os.kill(process.pid, signal.SIGCONT)
        connection = sqlite3.connect(copy / "events.db")
        assert list(check.findings(connection)) == []
        rows = connection.execute("SELECT payload ->> 'user_id' FROM events")
        assert acknowledged <= {row[0] for row in rows}
        connection.close()
    load.stopped = True
    await publishing


async def refused(process: Process, log: Path) -> str:
    """What a server says that does not start."""
    with log.open("wb") as file:
        running = await process._spawn("0", {**os.environ}, file)
    async with asyncio.timeout(20):
        assert await running.wait() == 1
    assert "Traceback" not in log.read_text()
    return log.read_text()


@pytest.mark.parametrize("damage", ["head", "middle", "emptied"])
async def test_a_damaged_file_is_refused_and_left_alone(
    process: Process, call: Any, tmp_path: Path, damage: str
) -> None:
    """One sentence and exit code 1; never a new database in its place."""
    await process.start()
    for number in range(50):
        body = {"type": "user.created", "payload": {"user_id": number, "first_name": "x" * 200}}
        await call("POST", f"{process.url}/events", body)
    assert await process.stop() == 0
    file = tmp_path / "events.db"
    content = bytearray(file.read_bytes())
    if damage == "head":
        content[:64] = b"\xff" * 64
    elif damage == "middle":
        content[4096 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4096)
    else:
        content = content[:1000]
    file.write_bytes(content)
    said = await refused(process, tmp_path / "log")
    assert "events.db" in said
    assert file.read_bytes()[100:] == content[100:]  # SQLite may count a look in the header


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Also for root, who may write everywhere else."""
    assert "/proc/1/events.db" in await refused(Process(Path("/proc/1")), tmp_path / "log")


async def test_an_outside_writer_delays_and_loses_nothing(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """Somebody's sqlite3 shell holds the write lock for a while (SQLITE_BUSY)."""
    await process.start()
    shell = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    body = {"type": "user.created", "payload": {"user_id": 1}}
    posting = asyncio.create_task(call("POST", f"{process.url}/events", body))
    status, health = await call("GET", f"{process.url}/health")
    assert (status, health["last_event_id"], posting.done()) == (200, 0, False)
    shell.execute("COMMIT")
    shell.close()
    assert (await posting)[0] == 202


async def test_the_clock_jumps_an_hour_back_and_forth(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """Ids keep their order, nothing is sent twice, and what was due stays due."""
    hook = await server.webhook(receiver.url)
    for jump in (0, -3600, 7200, -3600):
        clock.advance(jump)
        before = len(receiver.requests)
        await server.event(user_id=before)
        await until(partial(receiver.has, before + 1))
    items = (await server.call("GET", "/events")).json["items"]
    assert [one["id"] for one in items] == [4, 3, 2, 1]
    history = (await server.call("GET", f"/webhooks/{hook['id']}/deliveries")).json
    assert {one["attempt_number"] for one in history["items"]} == {1}


async def test_without_descriptors_it_waits_and_comes_back(
    process: Process, receiver: Receiver, call: Any, tmp_path: Path
) -> None:
    """Clients fill the table of open files; those who are in are served, then all is well."""
    await process.start()
    hook = {"name": "x", "url": receiver.url, "event_type": "*"}
    assert (await call("POST", f"{process.url}/webhooks", hook))[0] == 201
    limit = len(os.listdir(f"/proc/{process.pid}/fd")) + 10
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (limit, 4096))
    host, port = process.url.removeprefix("http://").split(":")
    crowd = [socket.create_connection((host, int(port))) for _ in range(40)]
    body = {"type": "user.created", "payload": {"user_id": 1}}
    status, _ = await call("POST", f"{process.url}/events", body)  # on its kept connection
    assert status == 202
    for one in crowd:
        one.close()
    await until(lambda: len(receiver.requests) == 1)
    status, _ = await call("POST", f"{process.url}/events", body)
    assert status == 202
    await until(lambda: len(receiver.requests) == 2)
    assert await process.stop() == 0
    assert await checked(tmp_path) == "All is well."


async def test_a_name_that_is_gone_for_a_while_delays_and_loses_nothing(
    starting: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver fails, then knows the name again."""
    resolve, is_down = socket.getaddrinfo, True

    def getaddrinfo(host: bytes, *args: Any, **options: Any) -> Any:
        if host != b"shop.test" or options.get("flags"):
            return resolve(host, *args, **options)
        if is_down:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve("127.0.0.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(resolver, "FAILED", 0.05)
    server: Server = await starting(now=None, delivery__retry_schedule=[0.05] * 50)
    hook = await server.webhook(receiver.url.replace("127.0.0.1", "shop.test"))
    await server.event(user_id=1)

    async def codes() -> set[str | None]:
        path = f"/webhooks/{hook['id']}/deliveries"
        items = (await server.call("GET", path)).json["items"]
        return {one["error_code"] for one in items}

    async def are(code: str | None) -> bool:
        return await codes() == {code}

    await until(lambda: are("dns"))
    is_down = False
    await until(lambda: are(None))
    assert len(receiver.requests) == 1


async def test_a_name_that_turns_inwards_is_refused_when_it_is_dialled(
    starting: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when the webhook is made, loopback when it is called."""
    resolve, answers = socket.getaddrinfo, ["93.184.216.34"]

    def getaddrinfo(host: bytes, *args: Any, **options: Any) -> Any:
        is_ours = host == b"rebinding.test" and not options.get("flags")
        return resolve(answers[0] if is_ours else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(resolver, "FRESH", 0.0)
    # A server that listens for everyone does not open its own loopback to webhooks.
    server: Server = await starting(now=None, server__host="0.0.0.0", delivery__retry_schedule=[])
    hook = await server.webhook(receiver.url.replace("127.0.0.1", "rebinding.test"))
    answers[0] = "127.0.0.1"
    await server.event(user_id=1)

    async def ended() -> Any:
        path = f"/webhooks/{hook['id']}/deliveries"
        [one] = (await server.call("GET", path)).json["items"]
        return one if one["status"] == "failed" else None

    assert (await until(ended))["error_code"] == "address_not_allowed"
    assert receiver.requests == []
