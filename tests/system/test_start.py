"""Starting: the link, the commands, and everything that stops a start with one sentence."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import Receiver, until
from tests.system.conftest import ROOT, TOKEN, Process, command


async def test_the_first_start_prints_a_link_that_signs_in_once(process: Process) -> None:
    """While there is no admin token, and only then."""
    await process.start(BEDOLAGA_EVENTS_TOKEN="")
    code = process.lines[1].strip().partition("#login=")[2]
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{process.url}/login", json={"code": code}) as answer:
            assert answer.status == 201
        async with session.post(f"{process.url}/login", json={"code": code}) as answer:
            assert answer.status == 401
    await process.stop()
    assert "login=" not in (process.folder / "server.log").read_text()


async def test_a_second_server_on_the_file_is_refused(process: Process, tmp_path: Path) -> None:
    """One sentence and exit code 1; the first one goes on."""
    await process.start()
    database = str(tmp_path / "events.db")
    code, _, err = await command("serve", "--port", "0", "--db", database)
    assert code == 1
    assert err.strip() == f"{database}: another server is running on this database."


async def test_a_taken_port_is_one_sentence(process: Process, tmp_path: Path) -> None:
    """With the address, and without a thread that keeps the process alive."""
    await process.start()
    port = process.url.rpartition(":")[2]
    code, _, err = await command("--port", port, "--db", str(tmp_path / "other.db"))
    assert code == 1
    assert f"127.0.0.1:{port}" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server]\nprot = 1\n", "server.prot: there is no such setting."),
        ("[serve]\nport = 1\n", "serve: there is no such setting."),
        ("[server]\nport = 'x'\n", "server.port: "),
        ("[delivery]\nretry_schedule = [-1]\n", "delivery.retry_schedule"),
        ("[delivery]\nallowed_networks = ['10.0.0.1/8']\n", "delivery.allowed_networks"),
        ("[dashboard]\ntimezone = 'Mars/Base'\n", "'Mars/Base' is not a time zone"),
        ("[[event_types]]\nvalue = 'X'\nlabel = 'x'\n", "event_types"),
        ("[server\n", "config.toml"),
    ],
)
async def test_a_bad_config_stops_the_start(tmp_path: Path, text: str, sentence: str) -> None:
    """One sentence that names the file and the key."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    code, _, err = await command("config", "--config", str(file))
    assert code == 1
    assert sentence in err
    assert str(file) in err
    assert len(err.strip().splitlines()) == 1


async def test_flags_go_over_environment_over_file_over_default(tmp_path: Path) -> None:
    """And `config` tells where each value came from, secrets masked."""
    file = tmp_path / "config.toml"
    file.write_text("[server]\nport = 1001\nhost = '127.0.0.2'\n[log]\nlevel = 'debug'\n")
    secret = tmp_path / "token"
    secret.write_text("a-token-from-a-file-0123456789\n")
    _, out, _ = await command(
        *("config", "--config", str(file), "--host", "127.0.0.3"),
        BEDOLAGA_EVENTS_SERVER__PORT="1002",
        BEDOLAGA_EVENTS_TOKEN_FILE=str(secret),
    )
    assert "server.host = 127.0.0.3" in out
    assert "server.port = 1002" in out
    assert "from environment; BEDOLAGA_EVENTS_SERVER__PORT" in out
    assert "log.level = debug" in out
    assert "a-token-from-a-file" not in out
    code, _, err = await command("config", BEDOLAGA_EVENTS_SERVER__PROT="1")
    assert (code, "BEDOLAGA_EVENTS_SERVER__PROT" in err) == (1, True)


async def test_tokens_on_the_command_line(process: Process, tmp_path: Path, call: Any) -> None:
    """Without a server and beside one; a revoked token's socket is closed within a second or so."""
    database = ("--db", str(tmp_path / "events.db"))
    await process.start()
    await process.stop()
    _, made, _ = await command("token", "create", "before", "--scope", "read", *database)
    await process.start()
    _, beside, _ = await command("token", "create", "beside", "--scope", "publish", *database)
    assert len(made.split()) == len(beside.split()) == 1
    async with aiohttp.ClientSession() as session:
        for token, status in ((made, 200), (beside, 403), ("nonsense", 401)):
            headers = {"Authorization": f"Bearer {token.strip()}"}
            async with session.get(f"{process.url}/stats", headers=headers) as answer:
                assert answer.status == status
        async with session.ws_connect(f"{process.url}/ws?token={made.strip()}") as socket:
            await socket.receive_json()
            _, listed, _ = await command("token", "list", *database)
            number = next(line.split("\t")[0] for line in listed.splitlines() if "before" in line)
            assert made.strip() not in listed
            assert (await command("token", "revoke", number, *database))[0] == 0
            assert (await socket.receive()).data == 1008


async def test_send_and_healthcheck(process: Process, call: Any) -> None:
    """From an argument and from stdin; a refusal is exit code 1."""
    await process.start()
    where = ("--url", process.url)
    code, out, _ = await command(
        "send", "user.created", '{"user_id": 1}', *where, BEDOLAGA_EVENTS_TOKEN=TOKEN
    )
    assert (code, json.loads(out)["id"]) == (0, 1)
    code, out, _ = await command(
        *("send", "user.created", "-", *where), stdin='{"user_id": 2}', BEDOLAGA_EVENTS_TOKEN=TOKEN
    )
    assert (code, json.loads(out)["id"]) == (0, 2)
    code, _, err = await command("send", "user.create", *where, BEDOLAGA_EVENTS_TOKEN=TOKEN)
    assert (code, "Unknown event type" in err) == (1, True)
    assert (await command("healthcheck", *where))[0] == 0
    await process.stop()
    assert (await command("healthcheck", *where))[0] == 1


async def test_sigterm_waits_for_what_is_in_flight(process: Process, call: Any) -> None:
    """A slow receiver gets its time, is recorded, and the process ends with 0 at once after."""
    started, finish = asyncio.Event(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        started.set()
        await finish.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    receiver = await asyncio.start_server(slow, "127.0.0.1", 0)
    port = receiver.sockets[0].getsockname()[1]
    await process.start()
    hook = {"name": "x", "url": f"http://127.0.0.1:{port}/", "event_type": "*"}
    await call("POST", f"{process.url}/webhooks", hook)
    await call("POST", f"{process.url}/events", {"type": "user.created", "payload": {"user_id": 1}})
    await started.wait()
    stopping = asyncio.create_task(process.stop())

    async def refused() -> bool:
        try:
            await call("GET", f"{process.url}/health")
        except aiohttp.ClientError:
            return True
        return False

    await until(refused)
    finish.set()
    assert await stopping == 0
    receiver.close()
    await process.start()
    _, stats = await call("GET", f"{process.url}/webhooks/stats")
    assert (stats["successful_deliveries"], stats["pending_deliveries"]) == (1, 0)


async def test_the_server_runs_from_an_installed_package_too(tmp_path: Path) -> None:
    """`bedolaga-events` is on the path of the environment, and answers."""
    program = Path(sys.executable).with_name("bedolaga-events")
    process = await asyncio.create_subprocess_exec(
        *(str(program), "--port", "0", "--db", str(tmp_path / "events.db")),
        cwd=tmp_path,
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"listens on" in await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    assert tmp_path != ROOT


async def test_a_new_key_opens_the_old_secrets(
    process: Process, tmp_path: Path, call: Any, receiver: Receiver
) -> None:
    """Not beside a running server; afterwards deliveries go out and are signed as before."""
    await process.start()
    hook = {"name": "x", "url": "http://127.0.0.1:1/", "event_type": "*", "secret": "s3cret"}
    await call("POST", f"{process.url}/webhooks", hook)
    url = f"{receiver.url}api/webhooks/1/KEY-of-the-channel"
    chat = {"name": "chat", "url": url, "event_type": "*", "format": "discord"}
    await call("POST", f"{process.url}/webhooks", chat)
    database = ("--db", str(tmp_path / "events.db"))
    code, _, err = await command("rotate-key", *database)
    assert (code, "another server" in err) == (1, True)
    await process.stop()
    before = (tmp_path / "secret.key").read_text()
    code, out, _ = await command("rotate-key", *database)
    assert (code, out.strip()) == (0, "2 secrets have a new key.")
    assert (tmp_path / "secret.key").read_text() != before
    await process.start()
    _, shown = await call("GET", f"{process.url}/webhooks/1")
    assert shown["has_secret"] is True
    await call("POST", f"{process.url}/webhooks/2/test")
    await until(lambda: receiver.requests)
    await process.stop()
    (tmp_path / "secret.key").write_text(before)
    code, _, err = await command("serve", "--port", "0", *database)
    assert (code, "does not open the secrets" in err) == (1, True)
