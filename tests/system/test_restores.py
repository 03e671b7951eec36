"""However a file came back: no id is given twice under one epoch (C4, invariant 11)."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import Receiver, until
from tests.system.conftest import TOKEN, Process, checked, command

SECRET = "a-secret-of-some-length"


def by_backup(folder: Path, copy: Path) -> None:
    """sqlite3's `.backup`."""
    ours, theirs = sqlite3.connect(folder / "events.db"), sqlite3.connect(copy)
    with closing(ours), closing(theirs):
        ours.backup(theirs)


def by_vacuum(folder: Path, copy: Path) -> None:
    """`VACUUM INTO`."""
    with closing(sqlite3.connect(folder / "events.db")) as ours:
        ours.execute("VACUUM INTO ?", (str(copy),))


def by_cp(folder: Path, copy: Path) -> None:
    """`cp -a` of a stopped server's file."""
    subprocess.run(["cp", "-a", str(folder / "events.db"), str(copy)], check=True)


def put(folder: Path, copy: Path) -> None:
    """As a person does: the copy in the file's place, what belonged to the old one removed."""
    for end in ("", "-wal", "-shm"):
        (folder / f"events.db{end}").unlink(missing_ok=True)
    shutil.copy(copy, folder / "events.db")


def overwrite(folder: Path, copy: Path) -> None:
    """`cp copy events.db`: the file keeps its number."""
    for end in ("-wal", "-shm"):
        (folder / f"events.db{end}").unlink(missing_ok=True)
    (folder / "events.db").write_bytes(copy.read_bytes())


class Shop:
    """A server that is started again and again, and what its receiver and clients were given."""

    def __init__(self, process: Process, call: Any, receiver: Receiver) -> None:
        self.process = process
        self.call = call
        self.receiver = receiver
        self.given: dict[tuple[str, int], int] = {}  # (epoch, id) → user
        self._user = 0

    async def start(self) -> str:
        """Start; returns the epoch."""
        await self.process.start()
        _, settings = await self.call("GET", f"{self.process.url}/settings")
        return str(settings["epoch"])

    async def hook(self) -> None:
        """Make a webhook."""
        body = {"name": "x", "url": self.receiver.url, "event_type": "*", "secret": SECRET}
        assert (await self.call("POST", f"{self.process.url}/webhooks", body))[0] == 201

    async def publish(self, epoch: str, count: int = 2) -> None:
        """Publish, and wait until all were delivered; no pair of epoch and id came before."""
        for _ in range(count):
            self._user += 1
            body = {"type": "user.created", "payload": {"user_id": self._user}}
            _, reply = await self.call("POST", f"{self.process.url}/events", body)
            assert (epoch, reply["id"]) not in self.given
            self.given[epoch, reply["id"]] = self._user

        def came() -> bool:
            users = {json.loads(one.body).get("user_id") for one in self.receiver.requests}
            return self._user in users

        await until(came)

    async def stop(self, how: int = 15) -> None:
        """Stop, or kill."""
        await self.process.stop(how)

    def message_ids(self) -> dict[str, set[bytes]]:
        """Every `webhook-id`, and the bodies that came with it."""
        found: dict[str, set[bytes]] = {}
        for one in self.receiver.requests:
            found.setdefault(one.headers["webhook-id"], set()).add(one.body)
        return found


@pytest.fixture
def shop(process: Process, call: Any, receiver: Receiver) -> Shop:
    """It is not started yet."""
    return Shop(process, call, receiver)


@pytest.mark.parametrize(
    ("how", "end", "back"),
    [
        (by_backup, 15, put),
        (by_backup, 9, overwrite),
        (by_vacuum, 9, put),
        (by_vacuum, 15, overwrite),
        (by_cp, 9, put),
        (by_cp, 15, overwrite),
    ],
)
async def test_an_older_file_begins_a_new_epoch(
    shop: Shop,
    tmp_path: Path,
    how: Callable[[Path, Path], None],
    back: Callable[[Path, Path], None],
    end: int,
) -> None:
    """Receivers that remember ids drop nothing, clients that resume are told of the gap."""
    epoch = await shop.start()
    await shop.hook()
    await shop.publish(epoch)
    if how is by_cp:
        await shop.stop()
        how(tmp_path, tmp_path / "copy")
        assert await shop.start() == epoch
    else:
        how(tmp_path, tmp_path / "copy")
    await shop.publish(epoch)
    await shop.stop(end)
    back(tmp_path, tmp_path / "copy")
    new = await shop.start()
    assert new != epoch
    await shop.publish(new)
    assert {len(bodies) for bodies in shop.message_ids().values()} == {1}
    url = f"{shop.process.url}/ws?token={TOKEN}&since=3&epoch={epoch}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello, gap = await socket.receive_json(), await socket.receive_json()
    assert (hello["epoch"], gap["reason"]) == (new, "epoch")
    await shop.stop()
    assert await shop.start() == new  # and it stays


async def test_a_folder_that_is_put_back_begins_a_new_epoch(shop: Shop, tmp_path: Path) -> None:
    """With its mark, every time and every number: `cp -a` over what is there, and anew."""
    epochs = [await shop.start()]
    await shop.hook()
    await shop.publish(epochs[-1])
    await shop.stop()
    saved = tmp_path / "saved"
    saved.mkdir()
    files = [str(one) for one in tmp_path.iterdir() if one.name.startswith("events.db")]
    subprocess.run(["cp", "-a", *files, str(saved)], check=True)
    for remove in (False, True):
        assert await shop.start() == epochs[-1]
        await shop.publish(epochs[-1], 5)
        await shop.stop()
        if remove:
            for one in saved.iterdir():
                (tmp_path / one.name).unlink()
        subprocess.run(["cp", "-a", f"{saved}/.", str(tmp_path)], check=True)
        epochs.append(await shop.start())
        await shop.publish(epochs[-1])
        await shop.stop()
    assert len(set(epochs)) == 3
    assert {len(bodies) for bodies in shop.message_ids().values()} == {1}


async def test_a_file_alone_in_a_new_folder_begins_a_new_epoch(shop: Shop, tmp_path: Path) -> None:
    """Litestream's way, on another machine: the file and the key come back, no mark does."""
    epoch = await shop.start()
    await shop.hook()
    by_backup(tmp_path, tmp_path / "copy")
    await shop.stop()
    other = Process(tmp_path / "other")
    other.folder.mkdir()
    shutil.copy(tmp_path / "copy", other.folder / "events.db")
    shutil.copy(tmp_path / "secret.key", other.folder)
    shop.process = other
    assert await shop.start() != epoch
    await other.stop()


@pytest.mark.parametrize("end", [15, 9])
async def test_a_server_that_was_only_stopped_keeps_its_epoch(shop: Shop, end: int) -> None:
    """Or killed; and so does a folder without a mark whose file never had one, as 0.1.0 left it."""
    epoch = await shop.start()
    await shop.hook()
    for _ in range(3):
        await shop.publish(epoch)
        await shop.stop(end)
        assert await shop.start() == epoch
    await shop.stop()
    folder = shop.process.folder
    (folder / "events.db.mark").unlink()
    with closing(sqlite3.connect(folder / "events.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM meta WHERE name = 'marked'")
    assert await shop.start() == epoch


async def test_ids_of_webhooks_and_tests_count_too(shop: Shop, tmp_path: Path) -> None:
    """No event came after the copy, but a webhook and a test delivery."""
    epoch = await shop.start()
    await shop.hook()
    by_backup(tmp_path, tmp_path / "copy")
    await shop.call("POST", f"{shop.process.url}/webhooks/1/test")
    await until(lambda: shop.receiver.requests)
    await shop.stop()
    overwrite(tmp_path, tmp_path / "copy")
    assert await shop.start() != epoch


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
