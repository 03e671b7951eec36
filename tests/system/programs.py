"""Other people's programs: where they are, and running them; a test is skipped without its own."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "made"
MODULES = HERE / "node_modules"
PATIENCE = 300.0  # seconds: a busy machine compiles slowly


def program(name: str) -> str:
    """A program of `make tools` (npm), of this environment (pip), or of the system (apt)."""
    folders = (str(MODULES / ".bin"), str(Path(sys.executable).parent), os.environ["PATH"])
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        pytest.skip(f"{name} is not installed: `make tools`, or see .ci/run")
    return found


def module(name: str) -> None:
    """Skip without a package of `make tools`."""
    if not (MODULES / name).exists():
        pytest.skip(f"{name} is not installed: `make tools`")


async def run(name: str, *words: str, cwd: Path | None = None, **environment: str) -> str:
    """What a program says; a failure is an assertion with it."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    process = await asyncio.create_subprocess_exec(
        program(name),
        *words,
        cwd=cwd,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, f"{name} {' '.join(words)}\n{out.decode()[-8_000:]}"
    return out.decode()
