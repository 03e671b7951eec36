"""`restore`: a checked copy in the database's place; `check` names a missing key (C4)."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver
from tests.system.conftest import Process, checked, command, needs_mounts
from tests.system.restoring import Shop, by_backup, by_cp, by_vacuum


@pytest.fixture
def shop(process: Process, call: Any, receiver: Receiver) -> Shop:
    """It is not started yet."""
    return Shop(process, call, receiver)


@pytest.mark.parametrize("how", [by_backup, by_vacuum, by_cp, None], ids=lambda one: str(one)[:20])
async def test_restore_puts_a_copy_in_place(
    shop: Shop, tmp_path: Path, how: Callable[[Path, Path], None] | None
) -> None:
    """Checked, under a new epoch, once; old WAL gone, the file it replaces kept, whole."""
    database = ("--db", str(tmp_path / "events.db"))
    epoch, copy = await shop.start(), tmp_path / "copy"
    await shop.hook()
    await shop.publish(epoch)
    if how is by_cp:
        await shop.stop()
        how(tmp_path, copy)
        await shop.start()
    elif how is not None:
        how(tmp_path, copy)
    else:
        assert (await command("backup", str(copy), *database))[0] == 0
    await shop.publish(epoch)
    code, _, err = await command("restore", str(copy), *database)
    assert (code, "another server is running" in err) == (1, True)
    await shop.stop(9)  # its WAL is full
    before = copy.read_bytes()
    code, out, err = await command("restore", str(copy), *database)
    assert (code, err) == (0, "")
    assert "events.db.replaced-1" in out
    assert copy.read_bytes() == before
    with closing(sqlite3.connect(tmp_path / "events.db.replaced-1")) as kept:
        assert kept.execute("SELECT count(*) FROM events").fetchone() == (4,)
    assert not (tmp_path / "events.db-wal").exists()
    new = await shop.start()
    assert new != epoch
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        [number] = connection.execute("SELECT count(*) FROM epochs").fetchone()
        last = connection.execute("SELECT uid FROM epochs ORDER BY rowid DESC").fetchone()
    assert (number, last) == (3 if how is None else 2, (new,))  # a backup has one of its own
    await shop.publish(new)
    assert {len(bodies) for bodies in shop.message_ids().values()} == {1}
    await shop.stop()
    assert await checked(tmp_path) == "All is well."


@needs_mounts
@pytest.mark.parametrize("end", [15, 9])
async def test_a_copy_may_lie_where_nothing_can_be_written(
    shop: Shop, tmp_path: Path, end: int
) -> None:
    """A snapshot, a disk mounted read-only: what waits in its WAL comes along."""
    epoch = await shop.start()
    await shop.hook()
    await shop.publish(epoch, 3)
    await shop.stop(end)
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    for name in ("events.db", "events.db-wal"):
        if (tmp_path / name).exists():
            shutil.copy(tmp_path / name, snapshot)
    script = 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"'
    words = [sys.executable, "-m", "bedolaga_events", "restore", str(snapshot / "events.db")]
    words = ["unshare", "--mount", "sh", "-ec", script, str(snapshot), *words]
    subprocess.run([*words, "--db", str(tmp_path / "events.db")], check=True, timeout=30)
    assert await shop.start() != epoch
    _, log = await shop.call("GET", f"{shop.process.url}/events")
    assert log["total"] == 3


async def test_restore_in_place_gives_a_new_epoch(shop: Shop, tmp_path: Path) -> None:
    """For a machine that was set back as a whole, which cannot be noticed."""
    database = ("--db", str(tmp_path / "events.db"))
    epoch = await shop.start()
    assert (await command("restore", "--in-place", *database))[0] == 1
    await shop.stop()
    assert (await command("restore", "--in-place", *database))[0] == 0
    assert await shop.start() != epoch
    assert (await command("restore", *database))[0] == 2


@pytest.mark.parametrize("damage", ["head", "middle", "foreign", "empty", "key"])
async def test_a_bad_copy_replaces_nothing(shop: Shop, tmp_path: Path, damage: str) -> None:
    """One sentence, exit code 1; the database and its epoch are as they were."""
    database = ("--db", str(tmp_path / "events.db"))
    epoch, copy = await shop.start(), tmp_path / "copy"
    await shop.hook()
    await shop.publish(epoch, 30)
    by_backup(tmp_path, copy)
    await shop.stop()
    content = bytearray(copy.read_bytes())
    if damage == "head":
        copy.write_bytes(b"x" * 100 + content[100:])
    elif damage == "middle":
        copy.write_bytes(content[:8192] + b"\xff" * 4096 * 8 + content[4096 * 10 :])
    elif damage == "foreign":
        copy.unlink()
        with closing(sqlite3.connect(copy)) as other:
            other.execute("CREATE TABLE events (x)")
    elif damage == "empty":
        copy.write_bytes(b"")
    else:
        (tmp_path / "secret.key").rename(tmp_path / "mislaid")
    before = (tmp_path / "events.db").read_bytes()
    code, out, err = await command("restore", str(copy), *database)
    assert (code, out, err.count("\n"), "Traceback" in err) == (1, "", 1, False)
    assert ("secret.key" in err) == (damage == "key")
    assert (tmp_path / "events.db").read_bytes() == before
    assert not list(tmp_path.glob("*.restored*"))
    if damage == "key":
        assert not (tmp_path / "secret.key").exists()
        (tmp_path / "mislaid").rename(tmp_path / "secret.key")
    assert await shop.start() == epoch


async def test_check_names_a_key_that_stops_the_start(shop: Shop, tmp_path: Path) -> None:
    """Too short, or a folder: also while there is no secret that it would have to open (C7)."""
    await shop.start()
    await shop.stop()
    key = tmp_path / "secret.key"
    for spoil in (lambda: key.write_text("short"), key.mkdir):
        key.unlink()
        spoil()
        for words in (("check",), ("serve", "--port", "0")):
            code, out, err = await command(*words, "--db", str(tmp_path / "events.db"))
            assert (code, "key" in out + err) == (1, True), words


async def test_check_and_the_start_name_a_missing_key(shop: Shop, tmp_path: Path) -> None:
    """Missing or another one: exit code 1, and no new one is made in its place (C7)."""
    await shop.start()
    await shop.hook()
    await shop.stop()
    assert await checked(tmp_path) == "All is well."
    key = tmp_path / "secret.key"
    content = key.read_text()
    for wrong in (None, "0123456789abcdefghij"):
        key.unlink(missing_ok=True)
        if wrong:
            key.write_text(wrong)
        for words in (("check",), ("serve", "--port", "0")):
            code, out, err = await command(*words, "--db", str(tmp_path / "events.db"))
            assert (code, "not open the secrets" in out + err) == (1, True)
        assert key.exists() == (wrong is not None)
    key.write_text(content)
    assert await checked(tmp_path) == "All is well."
