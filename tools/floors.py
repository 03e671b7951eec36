"""`make docs`: the floors in docs/architecture.md, made from pyproject.toml's contracts."""

import ast
import re
import tomllib
from pathlib import Path
from textwrap import wrap
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
MARKS = (
    "<!-- floors: made by `make docs` from pyproject.toml; do not edit them here -->",
    "<!-- /floors -->",
)


def page() -> str:
    """The text of the page, with the floors as pyproject.toml has them now."""
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    return before + MARKS[0] + "\n\n" + _floors() + "\n" + MARKS[1] + rest.partition(MARKS[1])[2]


def _floors() -> str:
    contracts = {one["name"]: one for one in _contracts()}
    pure = set(contracts["pure core"]["source_modules"])
    house, store = contracts["floors"]["layers"], contracts["inside the store"]["layers"]
    inside = [" | ".join(f"bedolaga_events.store.{name}" for name in _names(one)) for one in store]
    beyond = sorted(pure - {name for one in (*house, *inside) for name in _names(one)})
    return "\n".join(
        (
            *_table(house, pure),
            "",
            "Inside `store/`, the same way:",
            "",
            *_table(inside, pure),
            "",
            *wrap(
                "**P** is pure: no asyncio, socket, time, random, sqlite3, aiohttp. So are, inside"
                f" the packages, {', '.join(f'`{_shown(one)}`' for one in beyond)}.",
                116,
            ),
            "",
        )
    )


def _contracts() -> list[dict[str, Any]]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["tool"]["importlinter"]["contracts"])


def _names(layer: str) -> list[str]:
    return [name.strip() for name in layer.split("|")]


def _table(layers: list[str], pure: set[str]) -> list[str]:
    rows = ["| floor | module | what it is for |", "| --- | --- | --- |"]
    for floor, layer in zip(range(len(layers) - 1, -1, -1), layers, strict=True):
        for name in _names(layer):
            mark = " **P**" if name in pure else ""
            rows.append(f"| {floor} | `{_shown(name)}`{mark} | {_job(name)} |")
    return rows


def _file(name: str) -> Path:
    path = ROOT / name.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _shown(name: str) -> str:
    file = _file(name).relative_to(ROOT / "bedolaga_events")
    return f"{file.parent}/" if file.name == "__init__.py" else str(file)


def _job(name: str) -> str:
    """The first sentence of the module's docstring, without the full stop."""
    text = ast.get_docstring(ast.parse(_file(name).read_text(encoding="utf-8"))) or ""
    first = re.split(r"\.\s|\.$", text.partition("\n\n")[0].replace("\n", " "))[0]
    return first.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
