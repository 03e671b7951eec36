"""The repository itself: floors, module docstrings, sizes, one process per command."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web

ROOT = Path(__file__).parents[1]
SITE = ROOT / "bedolaga_events" / "help"  # that `make site` builds
MODULES = sorted(
    one for one in (ROOT / "bedolaga_events").rglob("*.py") if not one.is_relative_to(SITE)
)
SOURCES = sorted(
    one
    for pattern in (
        "bedolaga_events/**/*.py",
        "tests/**/*.py",
        "bench/**/*.py",
        "static/js/**/*.js",
    )
    for one in ROOT.glob(pattern)
    if not one.is_relative_to(SITE) and "node_modules" not in one.parts
)
MAX_LINES = 250


def test_the_floors_hold() -> None:
    """import-linter: the flow is one-way, the core is pure."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", [one for one in MODULES if one.read_text()], ids=str)
def test_a_module_opens_with_what_it_is_for(module: Path) -> None:
    """A newcomer reads the first line and knows whether this is the file."""
    text = ast.get_docstring(ast.parse(module.read_text()))
    assert text
    assert text.splitlines()[0].endswith((".", "?", ":"))


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_no_file_is_longer_than_a_person_reads_at_once(source: Path) -> None:
    """Split it by its jobs."""
    assert len(source.read_text().splitlines()) <= MAX_LINES


def test_no_file_names_a_registry_or_this_machine() -> None:
    """A lock file with download addresses would tie the project to one host."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    names = [one for one in listed.split("\0") if one and (ROOT / one).is_file()]
    words = ["pypi" + ".org", "registry.npm" + "js.org", "/work" + "/main"]
    for name in names:
        content = (ROOT / name).read_bytes()
        assert not any(word.encode() in content for word in words), name


PRIVATE = {  # of aiohttp, by our classes that inherit from it
    "Refusing": {"_request_count", "_current_request"},
    "Doorway": {"_backlog", "_runner", "_server", "_ssl_context"},
}


def test_these_private_names_of_aiohttp_are_used_and_exist() -> None:
    """An upgrade that renames one of them is seen here first; nobody reaches for others."""
    found = {}
    for module in MODULES:
        text = module.read_text()
        assert "api" not in module.parts or "SLF001" not in text, module
        for one in ast.walk(ast.parse(text)):
            if isinstance(one, ast.ClassDef) and "web." in "".join(map(ast.unparse, one.bases)):
                used = {part.attr for part in ast.walk(one) if isinstance(part, ast.Attribute)}
                methods = {part.name for part in one.body if isinstance(part, ast.FunctionDef)}
                methods |= {
                    part.name for part in one.body if isinstance(part, ast.AsyncFunctionDef)
                }
                slots = next(
                    ast.unparse(part) for part in one.body if "__slots__" in ast.unparse(part)
                )
                own = methods | set(re.findall(r"'(\w+)'", slots))
                found[one.name] = {name for name in used - own if re.match("_[a-z]", name)}
    assert found == PRIVATE
    known = {*web.RequestHandler.__slots__, *web.BaseSite.__slots__}
    assert set().union(*PRIVATE.values()) <= known


def test_sql_stands_in_the_store() -> None:
    """Who looks for a statement looks in one folder."""
    for module in MODULES:
        if "store" not in module.parts:
            assert not re.search(r"connection\.execute|\.executemany\(", module.read_text()), module
