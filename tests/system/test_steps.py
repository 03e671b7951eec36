"""kill -9 in the middle of work in steps: the next start goes on with it (contract §4)."""

import asyncio
import signal
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.conftest import until
from tests.system.conftest import Process, checked

MANY = 15_000  # deliveries: some 30 steps
AT_ONCE = 1_000  # events in one call
SINCE = "2026-01-01T00:00:00Z"


def under_way(path: Path) -> bool:
    """Whether some of the work is done, and some is not."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT moved FROM steps").fetchall()
    return any(0 < moved < MANY for [moved] in rows)


async def killed_in_the_middle(process: Process, asking: Coroutine[Any, Any, Any]) -> None:
    """Ask for the work, kill the server once some of it is done, and start it again."""
    path = process.folder / "events.db"
    asked = asyncio.create_task(asking)
    await until(lambda: under_way(path))
    await process.stop(signal.SIGKILL)
    await asyncio.gather(asked, return_exceptions=True)
    assert under_way(path)
    assert await checked(process.folder) == "All is well."
    await process.start()


async def test_work_in_steps_goes_on_after_kill_9(process: Process, call: Any) -> None:
    """A replay, then a cancellation, then the deletion of the webhook."""
    await process.start()
    hook = {"name": "x", "url": "http://127.0.0.1:9/", "event_type": "*", "is_active": False}
    await call("POST", f"{process.url}/webhooks", hook)
    events = [{"type": "user.created", "payload": {"user_id": n}} for n in range(AT_ONCE)]
    for _ in range(MANY // AT_ONCE):
        assert (await call("POST", f"{process.url}/events/batch", {"events": events}))[0] == 202

    async def all_are(status: str) -> bool:
        _, stats = await call("GET", f"{process.url}/webhooks/stats")
        return bool(stats[f"{status}_deliveries"] == MANY)

    path = f"{process.url}/webhooks/1"
    replay = {"since": SINCE, "status": "skipped"}
    await killed_in_the_middle(process, call("POST", f"{path}/replay", replay))
    await until(lambda: all_are("pending"))
    await killed_in_the_middle(process, call("POST", f"{path}/cancel"))
    await until(lambda: all_are("failed"))
    await killed_in_the_middle(process, call("DELETE", path))

    async def is_gone() -> bool:
        return bool((await call("GET", path))[0] == 404)

    await until(is_gone)
    assert (await call("GET", f"{process.url}/webhooks/stats"))[1]["total_deliveries"] == 0
    assert await process.stop() == 0
    assert await checked(process.folder) == "All is well."
