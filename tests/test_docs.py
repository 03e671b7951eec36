"""The documents say what the program does."""

import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import SecretStr

from bedolaga_events import __version__
from bedolaga_events.cli import commands
from bedolaga_events.config import describe, load
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import ErrorCode
from bedolaga_events.settings import Settings
from tools import llms, typescript
from tools.site import headings, slug

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.ru.md"]
SCHEDULES = {"docs/delivery.md": ("h", "min", "s"), "docs/ru/delivery.md": ("ч", "мин", "с")}
NUMBERS = {3: ("three", "три"), 10: ("ten", "десять")}


def test_config_toml_is_every_setting_with_its_default() -> None:
    """And the file's comment is the setting's own description."""
    text = (ROOT / "config.toml").read_text()
    written = tomllib.loads(text)
    defaults = Settings()
    shown = {
        f"{section}.{key}": value
        for section, keys in written.items()
        for key, value in keys.items()
    }
    for one in describe(load({}, None, {})):
        if "." not in one.key:
            continue
        section, _, key = one.key.partition(".")
        default = getattr(getattr(defaults, section), key)
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        assert shown.pop(one.key) == (str(default) if isinstance(default, Path) else default), (
            one.key
        )
        line = re.search(rf"^{key} = .*#\s*(.+)$", text.partition(f"[{section}]")[2], re.MULTILINE)
        assert line, one.key
        assert line.group(1).startswith(one.meaning), one.key
    assert shown == {}


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_the_two_commands_and_real_files(name: str) -> None:
    """Every link to a file of the repository leads somewhere."""
    text = (ROOT / name).read_text()
    assert "make run" in text
    assert "make test" in text
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("name", ["docs/cli.md", "docs/ru/cli.md"])
def test_every_command_is_described(name: str) -> None:
    """With its arguments and options, in both languages."""
    text = (ROOT / name).read_text()
    for command in walk(commands):
        words = command.name
        assert f"bedolaga-events {words}" in text or f"bedolaga-events token {words}" in text, words
        for option in command.params:
            assert option.opts[0] in text or isinstance(option, click.Argument), (words, option)


def walk(group: click.Group) -> Iterator[click.Command]:
    """Every command that can be called."""
    for one in group.commands.values():
        yield from walk(one) if isinstance(one, click.Group) else [one]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_promises_what_is_so(name: str) -> None:
    """Ten attempts in three days, 50 ms on the page, the least token, a real secret (T11, T12)."""
    schedule = Settings().delivery.retry_schedule
    attempts, days = len(schedule) + 1, round(sum(schedule) / 86_400)
    gathered = re.search(r"GATHER_FOR = (\d+); // ms", (ROOT / "static/js/feed.js").read_text())
    assert gathered
    promises = {
        "README.md": f"{NUMBERS[attempts][0]} attempts within {NUMBERS[days][0]} days",
        "README.ru.md": f"{NUMBERS[attempts][1]} попыток за {NUMBERS[days][1]} дня",
    }
    text = " ".join((ROOT / name).read_text().split())
    assert promises[name] in text
    assert re.search(rf"\b{gathered[1]} (ms|мс)", text)
    assert "token create bot --scope publish" in text
    assert "SECRET=whsec_" in text


def test_the_changelog_knows_this_version() -> None:
    """A release without a word about it is a mistake."""
    assert f"## [{__version__}] - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_dashboard_of_grafana_uses_metrics_that_exist() -> None:
    """A renamed metric would leave an empty panel."""
    text = Metrics().text().decode()
    known = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    used = set(re.findall(r"bedolaga_events_\w+", (ROOT / "deploy/grafana.json").read_text()))
    suffixes = ("", "_total", "_bucket")
    allowed = {one.removesuffix("_total") + end for one in known for end in suffixes}
    assert used
    assert used <= allowed


def test_the_schedule_in_the_documents_is_the_default() -> None:
    """Both pages of the delivery list every step."""
    for name, (hour, minute, second) in SCHEDULES.items():
        text = (ROOT / name).read_text()
        for number, seconds in enumerate(Settings().delivery.retry_schedule, start=2):
            hours, minutes = divmod(round(seconds) // 60, 60)
            rest = f"{minutes} {minute}" if minutes else f"{seconds:g} {second}"
            assert f"| {number} | {f'{hours} {hour}' if hours else rest} |" in text


def test_every_error_code_can_be_looked_up() -> None:
    """The pages of the delivery explain what the history shows."""
    for name in SCHEDULES:
        text = (ROOT / name).read_text()
        for code in ErrorCode:
            assert f"`{code}`" in text, code


DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_the_page_of_settings_is_made_from_the_models() -> None:
    """`make docs` writes it."""
    made = runpy.run_path(str(ROOT / "tools/configuration.py"))
    for language, path in made["PAGES"].items():
        assert path.read_text() == made["page"](language)


def test_the_floors_in_the_document_are_those_that_are_checked() -> None:
    """`make docs` writes them from the contracts of pyproject.toml."""
    namespace = runpy.run_path(str(ROOT / "tools/floors.py"))
    assert (ROOT / "docs/architecture.md").read_text() == namespace["page"]()


def test_what_a_language_model_reads_first_names_every_page() -> None:
    """`make docs` writes docs/llms.txt."""
    assert llms.FILE.read_text() == llms.text()


def test_the_types_of_the_page_are_those_of_the_document() -> None:
    """`make types` writes them: a field that the API has cannot be missing there (T17)."""
    assert typescript.FILE.read_text() == typescript.page()


def test_every_target_of_the_makefile_in_a_document_exists() -> None:
    """`make NAME` in CONTRIBUTING or the README is a command that works."""
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text()
        for name in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE):
            assert set(name) - {""} <= known, (document.name, name)


def test_every_file_that_contributing_names_exists() -> None:
    """A table that leads to a file of last month helps nobody."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    folders = (ROOT, ROOT / "bedolaga_events", ROOT / "static/js/locales")
    for name in re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|js|sql|toml))`", text):
        assert any((folder / name).exists() for folder in folders), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Relative ones to a file, with a heading when they name one; tests that are named exist."""
    text = document.read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path) if path else document
        assert file.exists(), target
        if anchor:  # a Russian page has the anchors of its English twin
            twin = ROOT / "docs" / file.name if file.parent.name == "ru" else file
            assert anchor in {slug(one) for _, _, one in headings(twin.read_text())}, target
    for named in re.findall(r"`(tests/[\w/]+\.py)`", text):
        assert (ROOT / named).is_file(), named


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_command_in_a_document_is_one_that_the_program_takes(document: Path) -> None:
    """Its name, its options, its number of words; the README's tour is run as a whole elsewhere."""
    lines = re.findall(r"bedolaga-events ([a-z][\w-]+ ?[^`\n]*)", document.read_text())
    for line in lines:
        shell = re.split(r" [>|] | #|\)", line)[0]
        words = shlex.split(re.sub(r"\[([^]]*)\]", "", shell.replace("\\|", "|")))
        command = commands.commands.get(words[0])
        if command is None:  # prose: "bedolaga-events is"
            assert not words[1:2] or not words[1].startswith("-"), line
            continue
        if isinstance(command, click.Group):
            command, words = command.commands[words[1]], words[1:]
        known = {name for one in command.params for name in one.opts}
        used = {one.partition("=")[0] for one in words if one.startswith("--")}
        assert used <= known, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_piece_of_config_toml_is_one_that_the_server_takes(
    document: Path, tmp_path: Path
) -> None:
    """Its sections, keys and values."""
    for number, piece in enumerate(re.findall(r"```toml\n(.*?)```", document.read_text(), re.S)):
        file = tmp_path / f"{number}.toml"
        file.write_text(piece)
        load({}, file, {})


def test_every_metric_in_a_document_exists() -> None:
    """An alert on a name that is wrong never rings."""
    known = Metrics().text().decode()
    for document in DOCUMENTS:
        for name in re.findall(r"`(bedolaga_events_(?!client)[a-z_]+)`", document.read_text()):
            assert name in known, (document.name, name)


def test_the_nginx_lines_of_the_document_are_those_of_the_tried_file() -> None:
    """A test runs deploy/nginx.conf; docs/live.md shows a part of it."""
    shown = (ROOT / "docs/live.md").read_text().partition("```nginx\n")[2].partition("```")[0]
    tried = {line.strip() for line in (ROOT / "deploy/nginx.conf").read_text().splitlines()}
    assert {line.strip() for line in shown.splitlines()} <= tried
