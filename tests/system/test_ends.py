"""Nothing that helps can end the work; what must end, ends in time: faults put into the program."""

import asyncio
import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import until
from tests.system.conftest import TOKEN, Process, checked, needs_mounts
from tests.system.test_disk import SMALL, OnAnotherDisk, event, fill
from tests.system.through import AN_END, Through, works

pytestmark = needs_mounts

WITHOUT_LOG = 'exec "$@" 2>&-'
FULL_LOG = 'exec "$@" 2>/dev/full'
LOG_ON_DISK = SMALL.format(size=8 * 1024) + 'exec "$@" 2>>"$0/server.log"'


@pytest.mark.parametrize("script", [WITHOUT_LOG, FULL_LOG], ids=["closed", "full"])
async def test_a_log_that_cannot_be_written_ends_nothing(
    tmp_path: Path, call: Any, script: str
) -> None:
    """The store refuses, which is logged, and goes on; what was lost is counted."""
    process = Through(tmp_path, script)
    await process.start()
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await call("POST", f"{process.url}/events", event()))[0] == 503
        other.execute("COMMIT")
    assert await works(call, process.url)
    assert await process.stop() == 0
    assert await checked(tmp_path) == "All is well."


@pytest.mark.parametrize("reader", ["gone", "still"])
async def test_a_pipe_that_nobody_reads_ends_nothing(
    tmp_path: Path, call: Any, reader: str
) -> None:
    """Broken, or full: journald or `less` stands still, and nobody waits for it."""
    ours, theirs = os.pipe()
    process = Process(tmp_path)
    (tmp_path / "server.log").symlink_to(f"/proc/{os.getpid()}/fd/{theirs}")
    await process.start()
    if reader == "gone":
        os.close(ours)
    else:
        os.set_blocking(theirs, False)
        with suppress(BlockingIOError):
            while True:
                os.write(theirs, b"x" * 4096)
        os.set_blocking(theirs, True)  # the description is the server's, too
    started = time.monotonic()
    for _ in range(5):
        await call("POST", f"{process.url}/events", {"type": "nobody.knows", "payload": {}})
        assert await works(call, process.url)
    assert time.monotonic() - started < AN_END

    async def is_counted() -> bool:
        return b"log_lines_lost 0.0" not in await metrics(process.url)

    await until(is_counted)
    assert await process.stop() == 0
    os.close(theirs)


async def metrics(url: str) -> bytes:
    """GET /metrics."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-s", "-H", f"Authorization: Bearer {TOKEN}", f"{url}/metrics"),
        stdout=asyncio.subprocess.PIPE,
    )
    return (await process.communicate())[0]


async def test_a_disk_that_holds_log_and_database_fills_and_is_freed(
    tmp_path: Path, call: Any
) -> None:
    """507, and 202 again with space; the log goes on as well (C1)."""
    disk = tmp_path / "disk"
    disk.mkdir()
    process = OnAnotherDisk(disk, LOG_ON_DISK)
    (disk / "server.log").symlink_to(tmp_path / "server.log")  # hidden by the mount
    await process.start()
    film = process.inside / "film"
    fill(film)
    statuses = [await status(call, process.url) for _ in range(40)]
    assert set(statuses) <= {202, 507}
    assert statuses[-1] == 507
    film.unlink()

    async def is_well() -> bool:
        return await works(call, process.url)

    await until(is_well)
    log = process.inside / "server.log"
    await until(lambda: "the database can be written again" in log.read_text())
    assert await process.stop() == 0


async def status(call: Any, url: str) -> int:
    """What an event is answered."""
    return int((await call("POST", f"{url}/events", event()))[0])


async def test_a_disk_that_refuses_every_write_ends_nothing(process: Process, call: Any) -> None:
    """The kernel says ENOSPC to whatever is written to a file (strace): 507, then 202 again."""
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    await process.start()
    tracer = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-qq", "-o", "/dev/null", "-p", str(process.pid)),
        *("-e", "inject=write,pwrite64,fdatasync,fsync:error=ENOSPC"),
        *("-P", str(process.folder / "events.db-wal"), "-P", str(process.folder / "server.log")),
        stderr=asyncio.subprocess.PIPE,
    )

    async def is_refused() -> bool:
        return await status(call, process.url) == 507

    await until(is_refused)
    tracer.send_signal(signal.SIGINT)
    await tracer.wait()

    async def is_well() -> bool:
        return await works(call, process.url)

    await until(is_well)
    assert await process.stop() == 0


@pytest.mark.parametrize("part", ["metrics.Metrics", "alerts.Alerts"])
async def test_a_helper_that_raises_is_noted(tmp_path: Path, call: Any, part: str) -> None:
    """Each commit tells a listener that raises: one line a minute, a count, the work goes on."""
    module, _, name = part.partition(".")
    before = f"""
from bedolaga_events import {module}
def heard(self, committed): raise ZeroDivisionError("a helper's mistake")
{module}.{name}.heard = heard
"""
    process = Through(tmp_path, before=before)
    await process.start()
    assert await works(call, process.url)
    assert await works(call, process.url)
    found = await metrics(process.url)
    assert f'helper_failures_total{{helper="{module}"}}'.encode() in found
    assert await process.stop() == 0
    assert (tmp_path / "server.log").read_text().count("a helper's mistake") == 1


DYING = """
from bedolaga_events.{module} import {name}
def dying(self, *_): raise ZeroDivisionError("a part's mistake")
{name}.{verb} = dying
"""


@pytest.mark.parametrize(
    ("module", "name", "verb"),
    [
        ("live.hub", "Hub", "publish"),
        ("delivery.turns", "Turns", "hear"),
        ("store.batch", "Transactions", "_append"),
    ],
)
async def test_a_part_that_dies_ends_the_process(
    tmp_path: Path, call: Any, module: str, name: str, verb: str
) -> None:
    """With exit code 1, in the shutdown time, and who waits for the writer is told (C2)."""
    before = DYING.format(module=module, name=name, verb=verb)
    dying = Through(tmp_path, before=before)
    environment = {"BEDOLAGA_EVENTS_TOKEN": TOKEN}
    with (tmp_path / "server.log").open("ab") as log:
        running = await dying._spawn("0", {**os.environ, **environment}, log)
    dying.running = running
    assert running.stdout is not None
    async with asyncio.timeout(20):
        line = (await running.stdout.readline()).decode()
    if line:  # else it died before it listened: its first commit was enough
        url = line.split()[-1].rstrip("/")
        body = asyncio.ensure_future(call("POST", f"{url}/events", event()))
        await asyncio.wait({body}, timeout=AN_END)
        assert body.done()
        body.exception()
    assert await dying.ended() == 1
    assert "a part's mistake" in (tmp_path / "server.log").read_text()
    assert "never retrieved" not in (tmp_path / "server.log").read_text()
    again = Process(tmp_path)
    await again.start()
    assert await works(call, again.url)
    assert await again.stop() == 0


async def test_a_disk_that_never_answers_does_not_keep_the_process(
    tmp_path: Path, call: Any
) -> None:
    """A thread that hangs in fsync outlives the loop: SIGTERM ends the process all the same."""
    before = """
import threading
from bedolaga_events.store import commit
whole = commit.hop
async def hop(connection, function, *args):
    if function.__name__ == "commit" and len(waits) > 0:
        return await whole(connection, lambda _: threading.Event().wait())
    return await whole(connection, function, *args)
waits = []
commit.hop = hop
import signal
signal.signal(signal.SIGUSR1, lambda *_: waits.append(1))
"""
    process = Through(tmp_path, before=before)
    await process.start()
    assert await works(call, process.url)
    os.kill(process.pid, signal.SIGUSR1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await call("POST", f"{process.url}/events", event())
    os.kill(process.pid, signal.SIGTERM)
    assert await process.ended() == 1
    assert "cut short" in (tmp_path / "server.log").read_text()
