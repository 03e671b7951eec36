"""The sub-commands beside a running server: backup, prune, listen, demo."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import Receiver, until
from tests.delivery.proxies import free_port
from tests.system.conftest import ROOT, TOKEN, Process, command

SIGNED_IN = {"BEDOLAGA_EVENTS_TOKEN": TOKEN}


async def event(call: Any, process: Process, number: int) -> None:
    body = {"type": "user.created", "payload": {"user_id": number}}
    status, _ = await call("POST", f"{process.url}/events", body)
    assert status == 202


async def test_a_backup_is_sound_and_another_database(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """While the server runs; no secret in clear; a second backup does not overwrite the first."""
    await process.start()
    hook = {"name": "x", "url": "http://127.0.0.1:1/", "event_type": "*", "secret": "in-the-clear"}
    await call("POST", f"{process.url}/webhooks", hook)
    for number in range(20):
        await event(call, process, number)
    copy = tmp_path / "copy.db"
    database = ("--db", str(tmp_path / "events.db"))
    code, out, _ = await command("backup", str(copy), *database)
    assert (code, "checked" in out) == (0, True)
    assert b"in-the-clear" not in copy.read_bytes()
    assert (await command("backup", str(copy), *database))[0] == 1
    assert (await command("check", "--db", str(copy)))[1].strip() == "All is well."
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (20,)
    [uid] = connection.execute("SELECT value FROM meta WHERE name = 'uid'").fetchone()
    connection.close()
    url = f"{process.url}/ws?token={TOKEN}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["epoch"] != uid


async def test_prune_beside_a_server(process: Process, call: Any, tmp_path: Path) -> None:
    """As the server's own retention: tests go too (C8); with 0 days in the settings, nothing."""
    await process.start()
    for number in range(5):
        await event(call, process, number)
    hook = {"name": "x", "url": "http://127.0.0.1:1/", "event_type": "*"}
    await call("POST", f"{process.url}/webhooks", hook)
    await call("POST", f"{process.url}/webhooks/1/test")

    async def tested() -> bool:
        _, stats = await call("GET", f"{process.url}/webhooks/stats")
        return bool(stats["failed_deliveries"] == 1)

    await until(tested)
    database = ("--db", str(tmp_path / "events.db"))
    assert (await command("prune", "--days", "1", *database))[0] == 0
    ever = {"BEDOLAGA_EVENTS_RETENTION__RETENTION_DAYS": "0"}
    assert (await command("prune", *database, **ever))[0] == 0
    _, page = await call("GET", f"{process.url}/events")
    assert page["total"] == 5
    assert (await command("prune", "--days", "0", *database))[0] == 0
    _, page = await call("GET", f"{process.url}/events")
    assert page["total"] == 0
    _, stats = await call("GET", f"{process.url}/webhooks/stats")
    assert stats["total_deliveries"] == 0
    assert (await command("check", *database))[1].strip() == "All is well."


async def test_listen_prints_forwards_and_comes_back(
    process: Process, call: Any, receiver: Receiver
) -> None:
    """Only what was asked for, signed; after a kill -9 of the server it goes on where it was."""
    await process.start()
    listening = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bedolaga_events", "listen", "--json", "--url", process.url),
        *("--events", "user.*", "--forward-to", receiver.url, "--secret", "s3cret"),
        cwd=ROOT,
        env={**os.environ, **SIGNED_IN},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert listening.stdout is not None
    assert listening.stderr is not None
    async with asyncio.timeout(30):
        assert b"Connected" in await listening.stderr.readline()
        ticket = {"type": "ticket.created", "payload": {"ticket_id": 1, "user_id": 1}}
        await call("POST", f"{process.url}/events", ticket)
        await event(call, process, 1)
        assert json.loads(await listening.stdout.readline())["id"] == 2
        await process.stop(signal.SIGKILL)
        await process.start()
        await event(call, process, 2)
        assert json.loads(await listening.stdout.readline())["id"] == 3
    await until(lambda: len(receiver.requests) == 2)
    assert "webhook-signature" in receiver.requests[0].headers
    listening.send_signal(signal.SIGINT)
    await listening.wait()


async def test_the_demo_is_alive_within_moments(tmp_path: Path) -> None:
    """Its link signs in, signed events arrive at the sink, a week is behind each number."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bedolaga_events", "demo", "--port", str(free_port())),
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert demo.stdout is not None
        async with asyncio.timeout(20):
            line = (await demo.stdout.readline()).decode()
        found = re.search(r"(http://\S+)/#login=(\S+)", line)
        assert found
        url, code = found.groups()
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{url}/login", json={"code": code}) as answer:
                token = (await answer.json())["token"]
            headers = {"Authorization": f"Bearer {token}"}

            async def arrived() -> Any:
                async with session.get(f"{url}/sink", headers=headers) as answer:
                    return (await answer.json())["items"]

            items = await until(arrived)
            assert {one["signature"] for one in items} == {"ok"}
            async with session.get(f"{url}/stats/series?window=7d", headers=headers) as answer:
                gauges = (await answer.json())["gauges"]
            assert len(gauges) == 7
            assert {name for name in gauges[0] if gauges[0][name] == gauges[-1][name]} == set()
    finally:
        demo.send_signal(signal.SIGINT)
        await demo.wait()


@pytest.mark.parametrize("days", ["nan", "inf", "soon", "-1", "99999999999"])
async def test_days_are_a_number_that_a_calendar_knows(
    process: Process, call: Any, tmp_path: Path, days: str
) -> None:
    """For prune and for a token: one sentence, and nothing is deleted or made."""
    await process.start()
    await event(call, process, 1)
    for words in (["prune"], ["token", "create", "late", "--scope", "read"]):
        code, out, err = await command(*words, "--days", days, "--db", str(tmp_path / "events.db"))
        assert (code, out, "days are a number from 0 to 36500" in err) == (2, "", True), words
    _, page = await call("GET", f"{process.url}/events")
    assert page["total"] == 1


@pytest.mark.parametrize("name", ["", "n" * 256])
async def test_a_name_is_what_the_api_takes(process: Process, tmp_path: Path, name: str) -> None:
    """A token that no list could show, or that fills it."""
    await process.start()
    words = ("token", "create", name, "--db", str(tmp_path / "events.db"))
    code, out, err = await command(*words)
    assert (code, out, "String should have at" in err) == (2, "", True)


async def test_a_command_makes_no_database(tmp_path: Path) -> None:
    """A token in an empty one in the wrong folder would be known to nobody."""
    path = tmp_path / "data" / "events.db"
    for words in (
        ["check"],
        ["token", "create", "bot"],
        ["token", "list"],
        ["login"],
        ["rotate-key"],
    ):
        code, out, err = await command(*words, "--db", str(path))
        assert (code, out) == (1, "")
        assert f"{path}: there is no database here; name the server's with --db" in err
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "touched").touch()
    code, _, err = await command("check", "--db", str(tmp_path / "touched"))
    assert (code, "there is no database here" in err) == (1, True)
    assert (tmp_path / "touched").read_bytes() == b""


async def test_what_is_no_file_is_named_as_such(tmp_path: Path) -> None:
    """A folder, a pipe: by every command and at the start, in one line."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        for words in (["check"], ["serve", "--port", "0"]):
            code, out, err = await command(*words, "--db", str(path))
            assert (code, out, err.count("\n")) == (1, "", 1)
            assert f"{path}: this is no file" in err


async def test_where_nothing_can_be_printed_it_says_so(tmp_path: Path) -> None:
    """A report that goes into a file on a full disk: one line, and no exit code 0."""
    code, out, err = await command("config", stdout="/dev/full")
    assert (code, out, err) == (1, "", "No space left on device.\n")


async def test_options_stand_before_the_command_or_behind(process: Process, tmp_path: Path) -> None:
    """Also before a command of a group, and in one word."""
    await process.start()
    await process.stop()
    path = str(tmp_path / "events.db")
    for words in (["--db", path, "check"], [f"--db={path}", "check"], ["check", "--db", path]):
        assert (await command(*words))[:2] == (0, "All is well.\n")
    code, made, _ = await command("--db", path, "--port", "1", "token", "create", "bot")
    assert (code, len(made.split())) == (0, 1)
    _, listed, _ = await command("token", "list", "--db", path)
    assert "bot" in listed


async def test_alert_test_says_what_every_way_said(
    process: Process, receiver: Receiver, tmp_path: Path
) -> None:
    """The heartbeat's URL from a file; exit code 1 once it fails, or when no way is set."""
    file = tmp_path / "heartbeat"
    file.write_text(f"{receiver.url}push-secret\n")
    await process.start(BEDOLAGA_EVENTS_ALERTS__HEARTBEAT_URL_FILE=str(file))
    code, out, err = await command("alert-test", "--url", process.url, **SIGNED_IN)
    assert (code, out) == (0, "ok  alerts.heartbeat_url: answered HTTP 200\n"), err
    receiver.status = 500
    code, out, _ = await command("alert-test", "--url", process.url, **SIGNED_IN)
    assert (code, out[:6], "HTTP 500" in out) == (1, "FAILED", True)
    assert "push-secret" not in out + (tmp_path / "server.log").read_text()
    await process.stop()
    await process.start()
    code, _, err = await command("alert-test", "--url", process.url, **SIGNED_IN)
    assert (code, "No way is set" in err) == (1, True)
