"""`store.schema`: every earlier file opens, and the way back from an upgrade."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bedolaga_events.errors import ConfigError
from bedolaga_events.model import ErrorCode, LastError, WebhookState
from bedolaga_events.store import check, schema, webhooks
from bedolaga_events.store.database import Database
from bedolaga_events.store.vault import from_setting
from tools.schema import FIXTURES, ROWS, WHOLE, dump, fixtures, whole

EVERY_SCHEMA = sorted(FIXTURES.glob("*.sql"))


def file_of(fixture: Path, path: Path) -> Path:
    """The database that a fixture describes, at `path`."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(fixture.read_text(encoding="utf-8"))
    return path


def shape_of(script: str) -> list[tuple[str, str, str]]:
    """What tables, indexes and triggers a script makes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        return connection.execute(
            "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"
        ).fetchall()


def test_what_is_made_from_the_migrations_is_up_to_date() -> None:
    """After a new migration: `make schema`."""
    assert WHOLE.read_text(encoding="utf-8") == whole()
    assert {one.name: one.read_text(encoding="utf-8") for one in EVERY_SCHEMA} == dict(fixtures())


def test_the_schema_shown_whole_is_the_migrated_one() -> None:
    """It can be read in place of all migrations, since it makes the same tables."""
    steps = "".join(script for _, script in schema.migrations())
    assert shape_of(WHOLE.read_text(encoding="utf-8")) == shape_of(steps)


@pytest.mark.parametrize("fixture", EVERY_SCHEMA, ids=lambda one: one.stem)
def test_every_table_of_a_fixture_holds_rows(tmp_path: Path, fixture: Path) -> None:
    """A migration that loses rows is noticed only where there are some."""
    with closing(sqlite3.connect(file_of(fixture, tmp_path / "events.db"))) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for [table] in tables.fetchall():
            assert connection.execute(f"SELECT 1 FROM {table}").fetchone(), table


@pytest.mark.parametrize("fixture", EVERY_SCHEMA, ids=lambda one: one.stem)
async def test_a_file_of_every_earlier_schema_opens_with_all_it_holds(
    tmp_path: Path, fixture: Path
) -> None:
    """Written by the version that had that schema; migrated, sound, and nothing is lost."""
    database = await Database.open(file_of(fixture, tmp_path / "events.db"))
    assert await database.read(lambda it: list(check.findings(it))) == []
    found = await database.read(
        lambda it: it.execute(
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM deliveries),"
            " (SELECT count(*) FROM attempts), (SELECT max(seq) FROM sqlite_sequence),"
            " (SELECT undelivered FROM webhooks WHERE id = 1)"
        ).fetchone()
    )
    assert found == (5, 9, 5, 12, 1)
    await database.close()


async def test_a_webhook_of_0_1_0_keeps_its_secrets_and_its_health(tmp_path: Path) -> None:
    """Both secrets, the old one with its end; what fails says since when and why."""
    database = await Database.open(file_of(EVERY_SCHEMA[0], tmp_path / "events.db"))
    crm, store, sheet = await database.read(webhooks.all_webhooks)
    vault = from_setting("key of the fixtures")
    assert [until for _, until in crm.secrets] == [None, 1768555800000000]
    assert all(vault.open(one.box) for one in crm.secrets)
    assert (crm.has_secret, store.has_secret) == (True, False)
    assert (crm.state, crm.failing_since, crm.patience_since) == (
        WebhookState.FAILING,
        1768469400000005,
        1768469400000005,
    )
    assert crm.last_success_at == 1768469400001001
    assert sheet.last_error == LastError(
        ErrorCode.CONNECT_TIMEOUT, None, "Connecting took more than 5 s.", 1768469405000006
    )
    assert (store.state, store.undelivered) == (WebhookState.DISABLED, 0)
    assert (crm.wants_since, sheet.undelivered) == (crm.created_at, 1)
    assert database.epochs.of(3) == database.uid == "f1e2d3c4b5a69788"
    work = await database.read(lambda it: it.execute("SELECT kind, last FROM steps").fetchall())
    assert work == [("replay", 8)]
    await database.close()


async def test_the_copy_made_before_an_upgrade_is_the_old_file(tmp_path: Path) -> None:
    """Its schema is the old one and it holds every row, so that 0.1.0 goes on with it."""
    old = EVERY_SCHEMA[0]
    path = file_of(old, tmp_path / "events.db")
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(f"{path}.before-2")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        with closing(sqlite3.connect(":memory:")) as first:
            first.executescript(schema.migrations()[0][1])
            first.executescript(ROWS.read_text(encoding="utf-8"))
            first.execute("PRAGMA user_version = 1")
            assert sorted(dump(copy)) == sorted(dump(first))


async def test_an_earlier_version_refuses_the_file_of_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step back: one sentence, and the file stays as it is.

    0.1.0 stands here as what it knows: the rule is the same since then (a version over the newest
    known one is refused), and its only migration is the first.
    """
    path = file_of(EVERY_SCHEMA[0], tmp_path / "events.db")
    await (await Database.open(path)).close()
    content = path.read_bytes()
    known = schema.migrations()
    monkeypatch.setattr(schema, "migrations", lambda: known[:1])
    with pytest.raises(ConfigError, match=f"newer version .schema {known[-1][0]}.* knows 1"):
        await Database.open(path)
    assert path.read_bytes() == content
    with closing(sqlite3.connect(f"{path}.before-2", isolation_level=None)) as copy:
        schema.prepare(copy, path)  # what it does first with the file that was kept


async def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    """A downgrade must not damage what it does not understand."""
    path = tmp_path / "events.db"
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    with pytest.raises(ConfigError, match="newer version"):
        await Database.open(path)


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
