"""Clients that generators make from /openapi.json: they compile, and do what their calls say.

T1, T2, T19 to T24. What is generated comes from the document of a running server; the calls, in
tests/system/made, go to that server.
"""

import json
import re
import shutil
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.system.conftest import TOKEN, Process
from tests.system.programs import HERE, MODULES, module, program, run

VALIDATOR = Path("/usr/share/gocode/src/gopkg.in/validator.v2")  # Debian's, without a go.mod
STRICT = ("--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom,dom.iterable")

pytestmark = pytest.mark.timeout(600)


async def described(url: str, file: Path, name: str = "openapi.json") -> Path:
    """The document of the server at `url`, as a file."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/{name}") as answer:
        file.write_bytes(await answer.read())
    return file


@pytest.fixture
async def server(process: Process) -> Process:
    """A running server."""
    return await process.start()


async def generated(server: Process, folder: Path, language: str) -> Path:
    """What openapi-generator makes for a language, in a folder of its own."""
    program("java")
    document = await described(server.url, folder / "openapi.json")
    made = folder / language
    words = ("generate", "-i", str(document), "-g", language, "-o", str(made))
    told = await run("openapi-generator-cli", *words)
    assert "not yet supported" not in told
    assert "ERROR" not in told
    return made


async def test_openapi_generators_python_client_does_what_its_calls_say(
    server: Process, tmp_path: Path
) -> None:
    """Events, partial changes, numbers, lists, a refusal (T22)."""
    made = await generated(server, tmp_path, "python")
    calls = str(HERE / "generator_calls.py")
    await run(sys.executable, calls, server.url, TOKEN, PYTHONPATH=str(made))


async def test_openapi_generators_go_client_compiles(server: Process, tmp_path: Path) -> None:
    """No name twice in its one package, and every call is there (T19, T21)."""
    program("go")
    made = await generated(server, tmp_path, "go")
    shutil.rmtree(made / "test")  # wants another module
    shutil.copytree(VALIDATOR, made / "validator", ignore=shutil.ignore_patterns("*_test.go"))
    (made / "validator/go.mod").write_text("module gopkg.in/validator.v2\n")
    with (made / "go.mod").open("a") as file:
        file.write("\nreplace gopkg.in/validator.v2 => ./validator\n")
    environment = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOPATH": str(tmp_path / "gopath")}
    environment["GOCACHE"] = str(tmp_path / "gocache")
    await run("go", "vet", ".", cwd=made, **environment)
    calls = "".join(one.read_text() for one in made.glob("api_*.go"))
    document = json.loads((tmp_path / "openapi.json").read_text())
    for path in document["paths"].values():
        for one in path.values():
            name = "".join(word.title() for word in one["operationId"].split("_"))
            assert f") {name}(ctx context.Context" in calls, name
    numbers = (made / "model_stats_input.go").read_text()
    assert "TotalUsers *int64" in numbers
    assert "TodayRevenue *float64" in numbers


async def test_openapi_generators_java_and_rust_are_as_they_should_be(
    server: Process, tmp_path: Path
) -> None:
    """Nothing is sent that nobody named; sizes hold; a refusal can be read (T20, T23, T24)."""
    java = await generated(server, tmp_path, "java")
    models = java / "src/main/java/org/openapitools/client/model"
    fields = re.findall(r"^  private (.+);$", (models / "WebhookChange.java").read_text(), re.M)
    assert [one for one in fields if "=" in one] == []
    assert "Map<String, String> headers" in fields
    numbers = (models / "StatsInput.java").read_text()
    assert "private Long totalUsers;" in numbers
    assert "private Double todayRevenue;" in numbers
    assert "OffsetDateTime timestamp" in (models / "EventInput.java").read_text()
    rust = await generated(server, tmp_path, "rust")
    place = (rust / "src/models/field_error_loc_inner.rs").read_text()
    assert "String(String)," in place
    assert "Integer(i64)," in place
    assert "pub async fn list_webhooks(" in (rust / "src/apis/webhooks_api.rs").read_text()


async def test_openapi_python_client_does_what_its_calls_say(
    server: Process, tmp_path: Path
) -> None:
    """Four numbers of which one is named; a webhook that is off stays off (T1)."""
    document = await described(server.url, tmp_path / "openapi.json")
    settings = tmp_path / "settings.yml"
    settings.write_text("package_name_override: bedolaga_events_client_made\n")
    folder = tmp_path / "client"
    words = ("--path", str(document), "--output-path", str(folder), "--config", str(settings))
    told = await run("openapi-python-client", "generate", *words, "--fail-on-warning")
    assert "WARNING" not in told.upper(), told
    calls = str(HERE / "python_client_calls.py")
    await run(sys.executable, calls, server.url, TOKEN, PYTHONPATH=str(folder))


async def test_openapi_typescript_with_its_default_flags(server: Process, tmp_path: Path) -> None:
    """An event with type and payload alone; what is wrong does not compile (T2)."""
    for name in ("openapi-typescript", "openapi-fetch"):
        module(name)
    document = await described(server.url, tmp_path / "openapi.json")
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    await run("openapi-typescript", str(document), "-o", str(tmp_path / "api.ts"))
    calls = shutil.copy(HERE / "calls.ts", tmp_path / "calls.ts")
    (tmp_path / "node.d.ts").write_text("declare const process: { argv: string[] };\n")
    sources = (str(calls), str(tmp_path / "node.d.ts"))
    await run("tsc", *STRICT, "--module", "nodenext", *sources, cwd=tmp_path)
    told = await run("node", str(tmp_path / "calls.js"), server.url, TOKEN)
    assert told == "done\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openapi-ts", ("-i", "openapi.json", "-o", "made", "-c", "@hey-api/client-fetch")),
        ("orval", ("--input", "openapi.json", "--output", "made/api.ts", "--client", "fetch")),
    ],
)
async def test_other_generators_for_typescript(
    server: Process, tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    """What hey-api and orval make compiles under `tsc --strict` (T26)."""
    program(name)
    await described(server.url, tmp_path / "openapi.json")
    await run(name, *words, cwd=tmp_path)
    made = [str(one) for one in (tmp_path / "made").rglob("*.ts")]
    assert made
    bundled = ("--noEmit", "--module", "esnext", "--moduleResolution", "bundler")
    await run("tsc", *STRICT, *bundled, *made, cwd=tmp_path)
