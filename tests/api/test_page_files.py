"""GET /files.json: what the page is made of, with one version for all of it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events import app
from tests.conftest import ADMIN, Server

STATIC = Path(__file__).parents[2] / "static"


async def test_every_file_of_the_page_is_listed_and_there(server: Server) -> None:
    """What it lists can be fetched without a token; the viewer of /docs is no part of it."""
    reply = await server.call("GET", "/files.json", token=None)
    files = reply.json["files"]
    assert {"./", "js/app.js", "css/base.css", "js/locales/ru.json", "vendor/lucide.svg"} <= {
        *files
    }
    assert not [one for one in files if "rapidoc" in one or one.endswith((".ts", "LICENSE"))]
    for one in files:
        got = await server.call("GET", f"/{one.removeprefix('./')}", token=None)
        assert got.status == 200, one


async def test_the_version_changes_with_any_file(
    starting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what is in it, not by when it was written."""
    shutil.copytree(STATIC, tmp_path / "static")
    monkeypatch.setattr(app, "folder", lambda *names: tmp_path / names[0])
    server: Server = await starting(now=None)

    async def version() -> str:
        return str((await server.call("GET", "/files.json")).json["version"])

    before = await version()
    script = tmp_path / "static/js/lib/money.js"
    text = script.read_text()
    script.write_text(text + "\n")
    assert await version() != before
    script.write_text(text)
    assert await version() == before


@pytest.mark.parametrize("path", ["", "js/app.js", "health", "events", "nowhere", "events/stream"])
async def test_no_answer_names_the_versions_behind_it(server: Server, path: str) -> None:
    """Strangers need none, and a page of eighty files pays for each line."""
    headers = {"X-API-Key": ADMIN}
    async with server.session.get(f"{server.url}/{path}", headers=headers) as answer:
        assert "Server" not in answer.headers
    assert "Server" not in (await server.call("POST", "/events", {"type": "user.created"})).headers
