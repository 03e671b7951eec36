"""However a file came back: no id is given twice under one epoch (C4, invariant 11)."""

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
from tests.system.conftest import TOKEN, Process, checked
from tests.system.restoring import Shop, by_backup, by_cp, by_vacuum, overwrite, put


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


async def test_files_copied_in_the_middle_of_a_run_begin_a_new_epoch(
    shop: Shop, tmp_path: Path
) -> None:
    """With their mark, written over what is there (`rsync --inplace`, which leaves the lock)."""
    epoch = await shop.start()
    await shop.hook()
    await shop.publish(epoch)
    names = [f"events.db{end}" for end in ("", "-wal", ".mark")]
    copied = {name: (tmp_path / name).read_bytes() for name in names}
    await shop.publish(epoch)
    await shop.stop()
    for name, content in copied.items():
        (tmp_path / name).write_bytes(content)
    new = await shop.start()
    assert new != epoch
    await shop.publish(new)
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


async def test_a_file_that_is_taken_away_takes_no_event(process: Process, call: Any) -> None:
    """It went into the moved or deleted file; back in its place, all goes on as before."""
    await process.start()
    body = {"type": "user.created", "payload": {"user_id": 1}}
    path, away = process.folder / "events.db", process.folder / "away.db"
    for file in (path, process.folder / "events.db.lock"):
        assert (await call("POST", f"{process.url}/events", body))[0] == 202
        file.rename(away)
        status, said = await call("POST", f"{process.url}/events", body)
        assert (status, "moved, deleted or replaced" in said["detail"]) == (503, True)
        assert (await call("GET", f"{process.url}/health"))[0] == 503
        away.rename(file)
        assert (await call("POST", f"{process.url}/events", body))[0] == 202
    await process.stop()
    assert await checked(process.folder) == "All is well."


async def test_a_copy_put_in_place_under_a_server_begins_a_new_epoch(
    shop: Shop, tmp_path: Path
) -> None:
    """The log of the file before it is not read into it, and no id is given twice."""
    epoch = await shop.start()
    await shop.hook()
    await shop.publish(epoch)
    by_backup(tmp_path, tmp_path / "copy")
    await shop.publish(epoch)
    (tmp_path / "copy").replace(tmp_path / "events.db")
    body = {"type": "user.created", "payload": {"user_id": 1}}
    assert (await shop.call("POST", f"{shop.process.url}/events", body))[0] == 503
    await shop.stop()
    new = await shop.start()
    assert new != epoch
    _, page = await shop.call("GET", f"{shop.process.url}/events")
    assert page["total"] == 2
    await shop.publish(new)
