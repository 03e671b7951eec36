"""A shop whose database comes back by one way or another."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.conftest import Receiver, until
from tests.system.conftest import Process

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
