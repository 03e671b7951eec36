"""The README's tour, pasted line by line, gives what it says."""

import asyncio
import os
import re
import socket
import sys
from pathlib import Path

import pytest

from tests.system.conftest import ROOT, Process


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def tour(name: str) -> str:
    """The shell lines of the README after its two commands."""
    _, *blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    return "".join(blocks)


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
async def test_the_tour(process: Process, tmp_path: Path, name: str) -> None:
    """Only the ports, the database and the folder of the environment are this test's."""
    await process.start()
    lines = tour(name)
    for old, new in (
        ("http://127.0.0.1:8080", process.url),
        ("9000", str(free_port())),
        (".venv/bin", str(Path(sys.executable).parent)),
    ):
        assert old in lines
        lines = lines.replace(old, new)
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-m"),
        cwd=ROOT,
        env={
            **os.environ,
            "BEDOLAGA_EVENTS_DATABASE__PATH": str(tmp_path / "events.db"),
            "BEDOLAGA_EVENTS_URL": process.url,
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    # A person takes a moment before the next block.
    slower = lines.replace('"$SECRET" &\n', '"$SECRET" &\nsleep 0.5\n')
    slower = slower.replace("kill ", "sleep 1\nkill ")
    try:
        async with asyncio.timeout(60):
            out, _ = await shell.communicate(slower.encode())
    finally:
        if shell.returncode is None:
            shell.kill()
            await shell.wait()
    said = out.decode()
    assert '"id": 1, "type": "user.created"' in said
    assert 'payment.completed: signature ok {"amount_kopeks": 50000, "transaction_id": 7' in said
    assert '"error_message": "connection refused"' in said
    assert '"status": "pending"' in said
    assert "ticket.created: signature ok" in said
    assert '"successful_deliveries": 2, "failed_deliveries": 0, "pending_deliveries": 0' in said
