"""A backup onto a disk that is full, and once more when it has space (C10)."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from tests.system.conftest import ROOT, Process, needs_mounts

# $0: the folder of the copies, a file system of its own; "$@": the command without the file.
SCRIPT = """
mount -t tmpfs -o size=64k,mode=700 tmpfs "$0"
if "$@" "$0/copy.db"; then echo "a disk of 64 KiB took it"; exit 2; fi
[ -z "$(ls -A "$0")" ] || { echo "something is left behind:"; ls -A "$0"; exit 3; }
mount -o remount,size=64m "$0"
"$@" "$0/copy.db"
"""


@needs_mounts
async def test_a_backup_that_found_no_space_is_no_hindrance_to_the_next(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """Nothing is left of it; 0.1.0 left half a copy and said "there is such a file already"."""
    await process.start()
    users = {"type": "user.created", "payload": {"user_id": 1, "first_name": "я" * 10_000}}
    for _ in range(4):
        assert (await call("POST", f"{process.url}/events", users))[0] == 202
    (tmp_path / "copies").mkdir()
    database = ("--db", str(process.folder / "events.db"))
    running = await asyncio.create_subprocess_exec(
        *("unshare", "--mount", "sh", "-ec", SCRIPT, str(tmp_path / "copies")),
        *(sys.executable, "-m", "bedolaga_events", *database, "backup"),
        cwd=ROOT,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        out, _ = await running.communicate()
    assert running.returncode == 0, out.decode()
    assert "the disk is full" in out.decode().lower()
    assert "checked" in out.decode()
