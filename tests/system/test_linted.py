"""What validators, linters and importers say of /openapi.json and /asyncapi.json (T3, T4, T25)."""

import json
from pathlib import Path

import pytest

from tests.system.conftest import TOKEN, Process
from tests.system.programs import HERE, module, program, run
from tests.system.test_generated import described

pytestmark = pytest.mark.timeout(300)
REFUSED = {400, 401, 403, 405, 408, 413, 415, 422}
NOT_TO_SEND = {"/login"}  # its code is good once, so that none can stand in a document


async def test_the_document_is_clean(process: Process, tmp_path: Path) -> None:
    """openapi-spec-validator, Spectral and Redocly have no word about it, with their own rules."""
    for one in ("openapi-spec-validator", "spectral", "redocly"):
        program(one)
    await process.start()
    document = str(await described(process.url, tmp_path / "openapi.json"))
    assert (await run("openapi-spec-validator", document)).strip().endswith("OK")
    rules = tmp_path / ".spectral.yaml"
    rules.write_text('extends: ["spectral:oas"]\n')
    words = ("--ruleset", str(rules), "--fail-severity", "hint")
    assert "No results" in await run("spectral", "lint", document, *words)
    told = await run("redocly", "lint", document, "--format", "json", cwd=tmp_path)
    found = json.loads(told[told.index("{") : told.rindex("}") + 1])
    assert found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, found["problems"]


async def test_the_live_feeds_document_is_clean(process: Process, tmp_path: Path) -> None:
    """AsyncAPI's own parser has no word about it, and reads where the server really is."""
    module("@asyncapi/parser")
    await process.start()
    url = process.url.removeprefix("http://")
    document = tmp_path / "asyncapi.json"
    await described(process.url, document, "asyncapi.json")
    told = await run("node", str(HERE / "asyncapi.mjs"), str(document))
    said = [one for one in told.splitlines() if "asyncapi-latest-version" not in one]
    assert said == [f"ws://{url}/"]


async def test_postmans_import_can_be_sent_as_it_comes(process: Process, tmp_path: Path) -> None:
    """Every request with its examples; what is not there (404) or decided (409) is no mistake."""
    module("openapi-to-postmanv2")
    await process.start()
    document = await described(process.url, tmp_path / "openapi.json")
    told = await run("node", str(HERE / "postman.mjs"), str(document), process.url, TOKEN)
    sent = [json.loads(line) for line in told.splitlines()]
    assert len(sent) > 40
    for one in sent:
        assert one["status"] not in REFUSED or one["path"] in NOT_TO_SEND, one
        assert one["status"] < 500, one
    answered = [one for one in sent if one["status"] < 300]
    assert len(answered) > 35, [one for one in sent if one not in answered]
