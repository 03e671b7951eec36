"""`store.database`: the lock, and files that are not ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bedolaga_events.errors import ConfigError
from bedolaga_events.store import disk
from bedolaga_events.store.database import Database


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


def test_a_network_file_system_is_recognised() -> None:
    """By the longest mount point that holds the folder."""
    mounts = "/dev/sda / ext4 rw 0 0\nnas:/x /srv/my\\040data nfs4 rw 0 0\ntmpfs /srv tmpfs rw 0 0"
    assert disk.file_system_of(Path("/srv/my data/shop"), mounts) == "nfs4"
    assert disk.file_system_of(Path("/srv/other"), mounts) == "tmpfs"
    assert disk.file_system_of(Path("/var/lib"), mounts) == "ext4"
