"""`store.database`: the lock, and files that are not ours."""

import errno
import fcntl
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bedolaga_events.errors import ConfigError
from bedolaga_events.store import disk
from bedolaga_events.store.database import Database
from bedolaga_events.store.transaction import alone
from tools.schema import FIXTURES


async def test_a_second_server_on_the_file_is_refused(tmp_path: Path) -> None:
    """The sentence names the file; the first one goes on; closing gives the lock back."""
    path = tmp_path / "events.db"
    first = await Database.open(path)
    with pytest.raises(ConfigError, match="another server is running"):
        await Database.open(path)
    await first.close()
    again = await Database.open(path)
    assert again.uid == first.uid
    await again.close()


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read" * 30, None])
async def test_a_foreign_file_is_refused_untouched(tmp_path: Path, content: bytes | None) -> None:
    """Neither garbage nor another program's database becomes ours."""
    path = tmp_path / "events.db"
    if content is None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        content = path.read_bytes()
    else:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"events\.db"):
        await Database.open(path)
    assert path.read_bytes()[100:] == content[100:]


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """The folder, the database, what SQLite puts beside it, and the copy before an upgrade."""
    umask = os.umask(0o022)
    try:
        fresh = tmp_path / "new" / "events.db"
        database = await Database.open(fresh)
        old = tmp_path / "new" / "old.db"
        with closing(sqlite3.connect(old)) as connection:
            connection.executescript((FIXTURES / "0001.sql").read_text(encoding="utf-8"))
        old.chmod(0o600)
        upgraded = await Database.open(old)
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in fresh.parent.iterdir()}
        assert {f"{name}{end}" for name in ("events.db", "old.db") for end in ("-wal", "-shm")} <= (
            modes.keys()
        )
        assert "old.db.before-2" in modes
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(fresh.parent.stat().st_mode) == 0o700
        await database.close()
        await upgraded.close()
    finally:
        os.umask(umask)


async def test_a_copy_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a part of the copy nor a file that stops the next start."""
    path = tmp_path / "events.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIXTURES / "0001.sql").read_text(encoding="utf-8"))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ConfigError, match=r"events\.db: the disk is full; free some space"):
            await Database.open(path)
    assert {one.name for one in tmp_path.iterdir()} == {"events.db", "events.db.lock"}
    await (await Database.open(path)).close()
    assert (tmp_path / "events.db.before-2").exists()


async def test_a_file_system_without_locks_is_named_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every refused lock is another server's."""

    def refuse(*_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(ConfigError, match=r"gives no locks \(No locks available\)"):
        await Database.open(tmp_path / "events.db")


def test_a_network_file_system_is_recognised() -> None:
    """By the longest mount point that holds the folder."""
    mounts = "/dev/sda / ext4 rw 0 0\nnas:/x /srv/my\\040data nfs4 rw 0 0\ntmpfs /srv tmpfs rw 0 0"
    assert disk.file_system_of(Path("/srv/my data/shop"), mounts) == "nfs4"
    assert disk.file_system_of(Path("/srv/other"), mounts) == "tmpfs"
    assert disk.file_system_of(Path("/var/lib"), mounts) == "ext4"


def test_a_transaction_that_sqlite_ended_leaves_its_reason(tmp_path: Path) -> None:
    """A full disk rolls back by itself; a second ROLLBACK would be the error that is shown."""

    def fills_the_disk(connection: sqlite3.Connection) -> None:
        with alone(connection, 0):
            connection.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")

    with (
        closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as connection,
        pytest.raises(sqlite3.OperationalError, match="is full"),
    ):
        fills_the_disk(connection)
