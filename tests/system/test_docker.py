"""deploy/Dockerfile and compose.yaml, without Docker: read by hadolint and the specification's
schema, and walked step by step in an empty environment: a wheel, nothing else.
"""

import asyncio
import os
import re
import shutil
import signal
import sys
import venv
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.system.conftest import ROOT, TOKEN

DOCKERFILE = ROOT / "deploy/Dockerfile"
COMPOSE = ROOT / "deploy/compose.yaml"
COPIED = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE)
SCHEMA = ("--builtin-schema", "vendor.compose-spec")


async def run(*words: str, cwd: Path, **environment: str) -> str:
    """What a program prints; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=cwd,
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


def installed(name: str) -> str:
    """A program of this environment; without it the test is skipped, which fails in CI."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"needs {name}")
    return found


async def test_hadolint_and_the_schema_of_compose_find_nothing() -> None:
    """The files are what Docker takes, and kept to what its field takes for good."""
    assert await run(installed("hadolint"), str(DOCKERFILE), cwd=ROOT) == ""
    await run(installed("check-jsonschema"), *SCHEMA, str(COMPOSE), cwd=ROOT)


def test_what_the_image_is_made_of_reaches_the_builder_and_no_more() -> None:
    """.dockerignore lets the copied names in: neither data, nor secrets, nor history."""
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = {name for line in COPIED for name in line.split()[:-1]}
    assert set(let_in) == copied


def environment() -> dict[str, str]:
    """What the image and the compose file set, without a file .env."""
    lines = DOCKERFILE.read_text().replace("\\\n", "").splitlines()
    [image] = [line for line in lines if line.startswith("ENV ")]
    found = dict(re.findall(r"(\w+)=(\S+)", image))
    assert found.pop("PATH").startswith("/opt/app/bin:")  # so that `docker exec` finds the command
    events: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]["events"]
    found |= events["environment"]
    return {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in found.items()}


@pytest.mark.timeout(600)  # it installs packages
async def test_the_steps_of_the_dockerfile_give_a_server_with_its_page(tmp_path: Path) -> None:
    """The files that it copies are enough; the page, the migrations and the commands are inside."""
    source, app, data = tmp_path / "src", tmp_path / "app", tmp_path / "data"
    source.mkdir()
    data.mkdir()
    for line in COPIED:
        *names, target = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target)
            else:
                shutil.copy(ROOT / name, source / target)
    text = DOCKERFILE.read_text()
    [install] = re.findall(r"&& /opt/app/bin/pip (install .+)$", text, re.MULTILINE)
    venv.create(app, with_pip=True)
    await run(str(app / "bin/pip"), *install.replace("'", "").split(), cwd=source)
    shutil.rmtree(source)

    program = str(app / "bin/bedolaga-events")
    assert "bedolaga-events" in await run(program, "--version", cwd=data)
    settings = {**environment(), "BEDOLAGA_EVENTS_DATABASE__PATH": str(data / "events.db")}
    server = await asyncio.create_subprocess_exec(
        *(program, "--port", "0"),
        cwd=data,
        env={**os.environ, "BEDOLAGA_EVENTS_TOKEN": TOKEN, **settings},
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    found = re.search(r":(\d+)/", (await server.stdout.readline()).decode())
    assert found
    await looked_at(f"http://127.0.0.1:{found.group(1)}/")
    await run(program, "healthcheck", "--port", found.group(1), cwd=data, **settings)
    link = await run(program, "login", cwd=data, **settings)
    assert link.startswith("http://127.0.0.1:8090/#login=")
    server.send_signal(signal.SIGTERM)
    assert await server.wait() == 0
    assert (data / "events.db").is_file()
    packages = await run(str(app / "bin/pip"), "list", "--format=freeze", cwd=data)
    assert "pytest" not in packages
    assert str(ROOT) not in packages


async def looked_at(url: str) -> None:
    """The page and its documents are there, the sandbox is not; the network may be addressed."""
    async with aiohttp.ClientSession(headers={"X-API-Key": TOKEN}) as session:
        for path in ("", "js/app.js", "icons/manifest.json", "docs", "openapi.json", "help/"):
            async with session.get(url + path) as answer:
                assert answer.status == 200, path
        async with session.get(f"{url}sink") as answer:
            assert answer.status == 404
        hook = {"name": "CRM", "event_type": "*"}
        for host, status in (("172.31.80.5", 201), ("127.0.0.1", 422), ("172.18.0.5", 422)):
            called = {**hook, "url": f"http://{host}:3000/hook"}
            async with session.post(f"{url}webhooks", json=called) as answer:
                assert answer.status == status, (host, await answer.text())
