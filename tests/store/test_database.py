"""`store.database`: the lock, the migrations, and files that are not ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bedolaga_events.errors import ConfigError
from bedolaga_events.store import check, disk, schema
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


async def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    """A downgrade must not damage what it does not understand."""
    path = tmp_path / "events.db"
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    with pytest.raises(ConfigError, match="newer version"):
        await Database.open(path)


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


async def test_an_older_file_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is the way back from an upgrade that went wrong."""
    path = tmp_path / "events.db"
    await (await Database.open(path)).close()
    known = schema.migrations()
    added = known[-1][0] + 1
    extra = (added, "CREATE TABLE added (x);\n")
    monkeypatch.setattr(schema, "migrations", lambda: [*known, extra])
    await (await Database.open(path)).close()
    copy = tmp_path / f"events.db.before-{added}"
    for file, version in ((path, added), (copy, known[-1][0])):
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        connection.close()


async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a migration or nothing of it."""
    path = tmp_path / "events.db"
    await (await Database.open(path)).close()
    known = schema.migrations()
    broken = (known[-1][0] + 1, "CREATE TABLE added (x);\nCREATE TABLE added (x);\n")
    monkeypatch.setattr(schema, "migrations", lambda: [*known, broken])
    with pytest.raises(ConfigError, match="already exists"):
        await Database.open(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (known[-1][0],)
    assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'added'").fetchall()
    connection.close()


def test_a_network_file_system_is_recognised() -> None:
    """By the longest mount point that holds the folder."""
    mounts = "/dev/sda / ext4 rw 0 0\nnas:/x /srv/my\\040data nfs4 rw 0 0\ntmpfs /srv tmpfs rw 0 0"
    assert disk.file_system_of(Path("/srv/my data/shop"), mounts) == "nfs4"
    assert disk.file_system_of(Path("/srv/other"), mounts) == "tmpfs"
    assert disk.file_system_of(Path("/var/lib"), mounts) == "ext4"


@pytest.mark.parametrize(
    "fixture", sorted((Path(__file__).parent / "schemas").glob("*.sql")), ids=lambda one: one.stem
)
async def test_a_file_of_every_earlier_schema_opens_with_all_it_holds(
    tmp_path: Path, fixture: Path
) -> None:
    """Written by the version that had that schema; migrated, sound, and nothing is lost."""
    path = tmp_path / "events.db"
    old = sqlite3.connect(path)
    old.executescript(fixture.read_text())
    old.close()
    database = await Database.open(path)
    assert await database.read(lambda it: list(check.findings(it))) == []
    found = await database.read(
        lambda it: it.execute(
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM deliveries"
            " WHERE status = 'success'), (SELECT max(seq) FROM sqlite_sequence)"
        ).fetchone()
    )
    assert found == (5, 5, 6)
    await database.close()


def test_every_schema_has_such_a_file() -> None:
    """Who adds a migration adds a file of the schema before it."""
    kept = {one.stem for one in (Path(__file__).parent / "schemas").glob("*.sql")}
    assert {f"{number:04}" for number, _ in schema.migrations()} == kept
