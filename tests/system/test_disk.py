"""Disks that are full, read-only or held by others: at the start, and while the server runs.

A file system of their own (a private mount namespace) plays them, as small as it must be.
"""

import asyncio
import os
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import until
from tests.system.conftest import ROOT, TOKEN, Process, checked, needs_mounts

SMALL = 'mount -t tmpfs -o size={size}k,mode=700 tmpfs "$0"; '
READ_ONLY = 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; '
RUN = 'exec "$@"'
RUN_AND_LIST = 'code=0; "$@" || code=$?; ls -A "$0" >&2; exit $code'
PATIENCE = 5.0  # seconds, in which whoever waits is told (contract §6)


class OnAnotherDisk(Process):
    """A server whose folder ($0 in the script) is a file system of its own."""

    def __init__(self, folder: Path, script: str) -> None:
        super().__init__(folder)
        self.script = script

    async def _spawn(self, port: str, environment: dict[str, str], log: Any) -> Any:
        return await asyncio.create_subprocess_exec(
            *("unshare", "--mount", "sh", "-ec", self.script, str(self.folder)),
            *(sys.executable, "server.py", "--port", port),
            *("--db", str(self.folder / "events.db")),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )

    @property
    def inside(self) -> Path:
        """The folder as the running server sees it."""
        return Path(f"/proc/{self.pid}/root{self.folder}")


async def no_start(process: Process, folder: Path) -> str:
    """What a server says that does not start."""
    environment = {**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN}
    with (folder / "log").open("wb") as log:
        running = await process._spawn("0", environment, log)
    async with asyncio.timeout(30):
        await running.communicate()
    said = (folder / "log").read_text()
    assert running.returncode == 1, said
    assert "Traceback" not in said
    assert "backup" not in said  # whoever obeyed would lose data
    return said


@needs_mounts
@pytest.mark.parametrize("left", [0, 8, 44, 72, 100])
async def test_a_full_disk_stops_the_start_and_is_not_filled_more(
    tmp_path: Path, left: int
) -> None:
    """However little is left (KiB): one sentence, and no file stays behind."""
    disk = tmp_path / "disk"
    disk.mkdir()
    fill = f'head -c {1024 - left}k /dev/zero > "$0/film"; '
    process = OnAnotherDisk(disk, SMALL.format(size=1024) + fill + RUN_AND_LIST)
    said = await no_start(process, tmp_path)
    assert f"{disk}/events.db: the disk is full; free some space and start again." in said
    assert set(said.splitlines()[-2:]) <= {"events.db.lock", "film"}


@needs_mounts
async def test_a_read_only_disk_is_named_as_such(tmp_path: Path) -> None:
    """With a database of ours on it, and without one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    process = OnAnotherDisk(disk, READ_ONLY + RUN)
    for _ in range(2):
        said = await no_start(process, tmp_path)
        assert f"{disk}/events.db: the database is read-only; give the server's user" in said
        before = Process(disk)
        await before.start()
        assert await before.stop() == 0


@needs_mounts
async def test_a_file_that_may_only_be_read_gets_nothing_beside_it(tmp_path: Path) -> None:
    """Else what is left there is read-only as well, and the mended file would not do."""
    as_any_user = "exec setpriv --bounding-set=-dac_override "
    process = OnAnotherDisk(tmp_path, as_any_user + '"$@"')
    await process.start()
    await process.stop()
    path = tmp_path / "events.db"
    path.chmod(0o400)
    assert "events.db: the database is read-only" in await no_start(process, tmp_path)
    assert not list(tmp_path.glob("events.db-*"))
    path.chmod(0o600)
    await process.start()
    assert await process.stop() == 0


async def test_a_held_file_stops_the_start(process: Process, tmp_path: Path) -> None:
    """By another program than a server: its lock is not ours."""
    await process.start()
    await process.stop()
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = await no_start(process, tmp_path)
    assert "events.db: another program holds the database; end it" in said


@pytest.mark.parametrize("version", [0, 1, 77])
async def test_a_database_of_another_program_stays_as_it_is(tmp_path: Path, version: int) -> None:
    """Byte for byte, whatever version it gives itself."""
    path = tmp_path / "events.db"
    with closing(sqlite3.connect(path)) as other:
        other.executescript(f"CREATE TABLE events (x); PRAGMA user_version = {version};")
    content = path.read_bytes()
    said = await no_start(Process(tmp_path), tmp_path)
    assert "events.db: this is a database of another program; name another file." in said
    assert path.read_bytes() == content
    assert {one.name for one in tmp_path.iterdir()} == {"events.db", "events.db.lock", "log"}


@needs_mounts
async def test_a_disk_that_fills_while_the_server_runs(tmp_path: Path, call: Any) -> None:
    """Nothing hangs and nothing is lost: 507, /health 503, and all is well with space again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    process = OnAnotherDisk(disk, SMALL.format(size=8 * 1024) + RUN)
    (tmp_path / "server.log").touch()
    (disk / "server.log").symlink_to(tmp_path / "server.log")  # hidden by the mount
    await process.start()
    url, film = process.url, process.inside / "film"
    assert (await call("POST", f"{url}/events", event()))[0] == 202
    fill(film)
    accepted, status = 1, 202
    while status == 202:  # what SQLite has room for in files that are there already
        started = time.monotonic()
        status, content = await call("POST", f"{url}/events", event())
        assert time.monotonic() - started < PATIENCE
        accepted += status == 202
    assert (status, content["detail"]) == (
        507,
        "The disk is full. Nothing was stored; free some space and try again.",
    )
    status, content = await call("GET", f"{url}/health")
    assert (status, content["status"]) == (503, "not storing")
    film.unlink()

    async def is_well() -> bool:
        return bool((await call("GET", f"{url}/health"))[0] == 200)

    await until(is_well)
    assert (await call("POST", f"{url}/events", event()))[0] == 202
    assert (await call("GET", f"{url}/events?payload=false"))[1]["total"] == accepted + 1
    assert await process.stop() == 0


def fill(film: Path) -> None:
    """Take all that is left of a disk."""
    descriptor = os.open(film, os.O_CREAT | os.O_WRONLY)
    with suppress(OSError):
        while True:
            os.write(descriptor, b"\0" * 4096)
    os.close(descriptor)


def event() -> dict[str, Any]:
    """One that needs some pages."""
    return {"type": "user.created", "payload": {"user_id": 1, "username": "x" * 20_000}}


async def test_a_lock_that_lasts_is_told_in_time(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """Ten who post, one after another: none waits longer than five seconds."""
    await process.start()
    waits = []
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def post(delay: float) -> int:
            await asyncio.sleep(delay)
            started = time.monotonic()
            status, _ = await call("POST", f"{process.url}/events", event())
            waits.append(time.monotonic() - started)
            return int(status)

        statuses = await asyncio.gather(*(post(one / 2) for one in range(10)))
        assert set(statuses) == {503}
        assert max(waits) < PATIENCE
        assert (await call("GET", f"{process.url}/health"))[0] == 503
        other.execute("COMMIT")
    assert await post(0) == 202
    assert (await call("GET", f"{process.url}/health"))[0] == 200
    log = (tmp_path / "server.log").read_text()
    assert log.count("another program holds the database") == 1
    assert await process.stop() == 0
    assert await checked(tmp_path) == "All is well."
