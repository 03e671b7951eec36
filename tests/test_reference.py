"""The operator's reference names all metrics and log lines, and quotes what is really said."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedolaga_events.metrics import Metrics
from bedolaga_events.store import trouble

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "bedolaga_events").rglob("*.py"))
LEVELS = {"debug", "info", "warning", "error", "exception"}
LANGUAGES = ["docs", "docs/ru"]
SYMPTOMS = 20  # at least
OPENSSL = "certificate has expired"  # its words, behind ours


@pytest.mark.parametrize("folder", LANGUAGES)
def test_every_metric_is_described(folder: str) -> None:
    """A gauge and a histogram by their name, a counter as Prometheus shows it."""
    text = (ROOT / folder / "metrics.md").read_text()
    described = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    families = Metrics().registry.collect()
    assert sorted(described) == sorted(
        f"{one.name}_total" if one.type == "counter" else one.name for one in families
    )


def log_lines() -> Iterator[str]:
    """What the server may write to its log: the first word of each call, troubles of the disk."""
    for module in MODULES:
        for one in ast.walk(ast.parse(module.read_text())):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
                logger = ast.unparse(one.func.value)
                said = one.args[0] if one.args else None
                if one.func.attr in LEVELS and "log" in logger and isinstance(said, ast.Constant):
                    yield str(said.value)
    yield from (one.what for one in vars(trouble).values() if isinstance(one, trouble.Trouble))


@pytest.mark.parametrize("folder", LANGUAGES)
def test_every_log_line_is_described(folder: str) -> None:
    """Who greps for it finds what it means, and what to do."""
    text = (ROOT / folder / "log.md").read_text()
    known = set(log_lines())
    assert len(known) > 30
    assert [one for one in known if f"`{one}`" not in text] == []


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """Every sentence that a person may see: the page's, the server's, the Makefile's."""
    texts: list[str] = []
    for one in ROOT.glob("static/js/locales/*.json"):
        values = json.loads(one.read_text())
        own = values.get("said", {})  # the page's, by their English
        texts += [*own, *own.values(), *(values if ".said" in one.name else ())]
        texts += [text for text in values.values() if isinstance(text, str)]
    sources = [*MODULES, *(ROOT / "client").rglob("*.py")]
    for module in sources:
        texts += strings(ast.parse(module.read_text()))
    texts.append(f"TLS: {OPENSSL}")
    texts += re.findall(r'echo "([^"]+)"', (ROOT / "Makefile").read_text())
    return [" ".join(one.split()) for one in texts]


def strings(tree: ast.AST) -> Iterator[str]:
    """Each text of a module; what an f-string computes is a placeholder."""
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in one.values
            )
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def says(template: str, words: str) -> bool:
    """Whether these words are of that sentence, or it is most of them."""
    pieces = re.split(r"\{[^{}]*\}", template)
    if words in template:
        return True
    pattern = ".+?".join(map(re.escape, pieces))
    return 2 * len("".join(pieces)) > len(words) and bool(re.search(pattern, words))


@pytest.mark.parametrize("folder", LANGUAGES)
def test_troubleshooting_quotes_what_is_really_said(folder: str, sentences: list[str]) -> None:
    """Word for word: one looks for what stands on the screen or in the log (T14)."""
    text = (ROOT / folder / "troubleshooting.md").read_text()
    parts = text.split("\n\n")
    seen = [one for one in parts if re.match(r"You see|[^\n]*[Вв]идно|And the bot|А бот", one)]
    assert len(seen) >= SYMPTOMS
    for part in seen:
        for quoted in re.findall(r"`([^`]+)`", part):
            words = " ".join(quoted.split())
            assert any(says(one, words) for one in sentences), words


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_key_of_a_locale_stands_twice(language: str) -> None:
    """JSON takes the last one in silence, and a view says what another one meant."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert sorted(names) == sorted(set(names))
        return dict(pairs)

    text = (ROOT / f"static/js/locales/{language}.json").read_text()
    json.loads(text, object_pairs_hook=once)
