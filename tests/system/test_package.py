"""What `docker build` would do, step by step, in an empty environment: a wheel, nothing else."""

import asyncio
import os
import re
import shutil
import signal
import venv
from pathlib import Path

import aiohttp

from tests.system.conftest import ROOT, TOKEN


async def run(*words: str, cwd: Path) -> str:
    environment = {**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN}
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=cwd,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def test_the_steps_of_the_dockerfile_give_a_server_with_its_page(tmp_path: Path) -> None:
    """The files that it copies are enough; the page, the migrations and the commands are inside."""
    text = (ROOT / "deploy/Dockerfile").read_text()
    source, app, data = tmp_path / "src", tmp_path / "app", tmp_path / "data"
    source.mkdir()
    data.mkdir()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target)
            else:
                shutil.copy(ROOT / name, source / target)
    [install] = re.findall(r"&& /opt/app/bin/pip (install .+)$", text, re.MULTILINE)
    venv.create(app, with_pip=True)
    await run(str(app / "bin/pip"), *install.replace("'", "").split(), cwd=source)
    shutil.rmtree(source)

    program = str(app / "bin/bedolaga-events")
    assert "bedolaga-events" in await run(program, "--version", cwd=data)
    server = await asyncio.create_subprocess_exec(
        *(program, "--port", "0"),
        cwd=data,
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN},
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    found = re.search(r"http://\S+:(\d+)/", (await server.stdout.readline()).decode())
    assert found
    async with aiohttp.ClientSession() as session:
        for path in ("", "js/app.js", "icons/manifest.json", "docs", "openapi.json"):
            async with session.get(found.group(0) + path) as answer:
                assert answer.status == 200, path
    await run(program, "healthcheck", "--port", found.group(1), cwd=data)
    server.send_signal(signal.SIGTERM)
    assert await server.wait() == 0
    assert (data / "data/events.db").is_file()
    packages = await run(str(app / "bin/pip"), "list", "--format=freeze", cwd=data)
    assert "pytest" not in packages
    assert str(ROOT) not in packages
