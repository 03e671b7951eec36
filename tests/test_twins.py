"""The documents as their readers have them: short lines, and the same pages in two languages."""

import re
from pathlib import Path

import pytest

from tools.site import FENCE, headings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
RUSSIAN = sorted(DOCS.glob("ru/*.md"))
PROSE = [
    *(ROOT / name for name in ("README.md", "README.ru.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted(DOCS.glob("**/*.md")),
]
MOST = 120  # characters of a line of prose
# How it works is told in English only, and what developers of bots and admin pages read.
ENGLISH_ONLY = {
    "admin-page", "architecture", "live", "performance", "scaling",
    "threat-model",
}  # fmt: skip
WORD = re.compile(r"[\w.:$/-]*[_.:$/-][\w.:$/-]*", re.ASCII)  # a name, a path, an option


SEEN = re.compile(r"You see|[^\n]*[Вв]идно|\* `")  # a quotation


def blocks(text: str) -> list[tuple[str, str]]:
    """Every piece of code with its language."""
    return re.findall(r"^ *```(\w*)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", PROSE, ids=str)
def test_no_line_of_prose_is_longer_than_a_screen(document: Path) -> None:
    """Tables and code may be wide (T18)."""
    in_code = False
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if FENCE.match(line):
            in_code = not in_code
        assert in_code or line.startswith("|") or len(line) <= MOST, f"{document.name}:{number}"


def test_owners_operators_and_receivers_read_russian() -> None:
    """Each of their pages has a twin (T13)."""
    pages = {one.stem for one in DOCS.glob("*.md")}
    assert pages - {one.stem for one in RUSSIAN} == ENGLISH_ONLY
    assert {one.stem for one in RUSSIAN} <= pages


@pytest.mark.parametrize("russian", RUSSIAN, ids=lambda one: one.stem)
def test_a_page_has_the_same_shape_in_both_languages(russian: Path) -> None:
    """Headings by their levels; so an anchor of one is an anchor of the other."""
    english = DOCS / russian.name
    assert [level for _, level, _ in headings(russian.read_text())] == [
        level for _, level, _ in headings(english.read_text())
    ]


@pytest.mark.parametrize("russian", RUSSIAN, ids=lambda one: one.stem)
def test_a_page_has_the_same_commands_in_both_languages(russian: Path) -> None:
    """Line by line; only what is a sentence for people may differ."""
    english = DOCS / russian.name
    for ours, theirs in zip(blocks(russian.read_text()), blocks(english.read_text()), strict=True):
        assert ours[0] == theirs[0]
        for mine, other in zip(ours[1].splitlines(), theirs[1].splitlines(), strict=True):
            assert mine == other or (
                re.search("[а-яё]", mine, re.IGNORECASE)
                and WORD.findall(mine) == WORD.findall(other)
            ), (mine, other)


@pytest.mark.parametrize("russian", RUSSIAN, ids=lambda one: one.stem)
def test_a_page_names_the_same_settings_and_commands_in_both_languages(russian: Path) -> None:
    """What stands in code within a sentence, but for what people see in their own language."""
    named = [
        {" ".join(one.split()) for one in re.findall(r"`([^`]+)`", without_blocks(page))}
        for page in (russian.read_text(), (DOCS / russian.name).read_text())
    ]
    for language, other in (named, named[::-1]):
        for one in language - other:
            assert is_words(one), one


def without_blocks(page: str) -> str:
    """The prose, without what troubleshooting quotes from the page in its language."""
    text = re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
    return "\n\n".join(one for one in text.split("\n\n") if not SEEN.match(one))


def is_words(code: str) -> bool:
    """Whether it is a sentence or a placeholder for people, which is translated."""
    return bool(re.search(r"[а-яё]|<|[a-z]+ [a-z]+ [a-z]+|…|\b[A-Z]{3,}\b", code)) or (
        not WORD.fullmatch(code)
    )
