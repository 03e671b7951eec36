"""A program on its own, with a fault put into it."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.system.conftest import ROOT, Process
from tests.system.test_disk import RUN, event

AN_END = 6.0  # seconds: the shutdown time of these servers, and some for a busy machine


class Through(Process):
    """A server that a shell script starts ($0: its folder), with what `python -c` runs before."""

    def __init__(self, folder: Path, script: str = RUN, before: str = "") -> None:
        super().__init__(folder)
        self.script = script
        self.before = before

    async def _spawn(self, port: str, environment: dict[str, str], log: Any) -> Any:
        program = f"{self.before}\nfrom bedolaga_events.cli import main; main()"
        return await asyncio.create_subprocess_exec(
            *("unshare", "--mount", "sh", "-ec", self.script, str(self.folder)),
            *(sys.executable, "-c", program, "--port", port),
            *("--db", str(self.folder / "events.db")),
            cwd=ROOT,
            env={**environment, "BEDOLAGA_EVENTS_SERVER__SHUTDOWN_SECONDS": "4"},
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )

    async def ended(self) -> int:
        """Its exit code, which comes in time."""
        assert self.running is not None
        async with asyncio.timeout(AN_END):
            return await self.running.wait()


async def works(call: Callable[..., Any], url: str) -> bool:
    """Whether an event is stored."""
    return bool((await call("POST", f"{url}/events", event()))[0] == 202)
