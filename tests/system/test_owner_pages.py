"""The commands of the owners' pages, run as they stand there in Russian; English has the same."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import TOKEN, Process
from tests.system.documents import instead, shown

PROGRAMS = Path(sys.executable).parent
Call = Callable[..., Any]


@pytest.fixture
async def shop(process: Process, call: Call) -> Process:
    """A server with a webhook that has a secret, and one event."""
    await process.start()
    body = {"name": "CRM", "url": "https://example.com/", "event_type": "*", "secret": "s" * 20}
    assert (await call("POST", f"{process.url}/webhooks", body))[0] == 201
    await event(process, call)
    return process


async def event(process: Process, call: Call) -> None:
    body = {"type": "user.created", "payload": {"user_id": 1}}
    assert (await call("POST", f"{process.url}/events", body))[0] == 202


async def pasted(process: Process, text: str, folder: Path, **others: str) -> str:
    """What a shell prints, in a folder, when `text` is pasted; it must not fail."""
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-e", "-c", instead(text, **others)),
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "BEDOLAGA_EVENTS_DATABASE__PATH": str(process.folder / "events.db"),
            "BEDOLAGA_EVENTS_TOKEN": TOKEN,
            "BEDOLAGA_EVENTS_URL": process.url,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        out, _ = await shell.communicate()
    assert shell.returncode == 0, out.decode()
    return out.decode()


async def test_backup_every_night_and_restore(shop: Process, call: Call, tmp_path: Path) -> None:
    """backup.md: the copy, the script of every night, the restore, the key, the trial."""
    copy, nightly, _, restore, in_place, *_, rotate, trial = shown("ru/backup.md", "sh")
    kept, elsewhere = tmp_path / "kept", tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert "checked" in await pasted(shop, copy, elsewhere)
    places = {
        "/var/backups/bedolaga-events": str(kept),
        "/usr/local/bin": str(PROGRAMS),
        "-o bedolaga-events -g bedolaga-events ": "",  # the server's user is the test's
    }
    for _ in range(2):  # the same day again
        await pasted(shop, nightly, tmp_path, **places)
    [today] = kept.glob("*.db")
    assert today.stat().st_mode & 0o777 == 0o600
    (elsewhere / "secret.key").write_bytes((shop.folder / "secret.key").read_bytes())
    assert "All is well." in await pasted(shop, trial, elsewhere)

    await event(shop, call)  # it comes after the copy
    await shop.stop()
    stop, command, start = restore.splitlines()
    assert (stop.split()[1], start.split()[1]) == ("stop", "start")
    said = await pasted(
        shop, command, elsewhere, **{"/var/backups/bedolaga-events/2026-01-15.db": str(today)}
    )
    assert "events.db.replaced-1" in said
    assert "secrets have a new key" in await pasted(shop, rotate, elsewhere)
    assert "a new epoch begins" in await pasted(shop, in_place, elsewhere)
    await shop.start()
    _, events = await call("GET", f"{shop.url}/events")
    assert [one["id"] for one in events["items"]] == [1]


async def test_tokens_and_links(shop: Process, tmp_path: Path) -> None:
    """sign-in.md: a link, tokens of each scope, their list, one revoked."""
    link, tokens, revoke = shown("ru/sign-in.md", "sh")
    assert "/#login=" in await pasted(shop, link, tmp_path)
    said = await pasted(shop, tokens, tmp_path)
    assert "publish" in said
    assert "read" in said
    await pasted(shop, revoke, tmp_path)
    assert "prometheus" not in await pasted(shop, tokens.splitlines()[-1], tmp_path)


async def test_webhooks_as_a_file(shop: Process, tmp_path: Path) -> None:
    """limits.md: out, looked at, in again; nothing changes."""
    [commands] = shown("ru/limits.md", "sh")
    assert (await pasted(shop, commands, tmp_path)).count("= CRM") == 2


async def test_an_upgrade_looked_at(shop: Process, tmp_path: Path) -> None:
    """upgrade.md: the copy before, the look after."""
    before, *_, after, _ = shown("ru/upgrade.md", "sh")
    assert "checked" in await pasted(shop, before, tmp_path)
    said = await pasted(shop, after, tmp_path, **{"http://127.0.0.1:8080": shop.url})
    assert "All is well." in said
    assert '"status": "ok"' in said
