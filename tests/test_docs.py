"""The documents say what the program does."""

import re
import tomllib
from pathlib import Path

import pytest

from bedolaga_events import __version__
from bedolaga_events.cli import commands
from bedolaga_events.config import describe, load
from bedolaga_events.metrics import Metrics
from bedolaga_events.model import ErrorCode
from bedolaga_events.settings import Settings

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.ru.md"]


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


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_described(name: str) -> None:
    """`bedolaga-events NAME` stands in the README for each sub-command."""
    text = (ROOT / name).read_text()
    for command in commands.commands:
        assert f"bedolaga-events {command}" in text, command


def test_the_changelog_knows_this_version() -> None:
    """A release without a word about it is a mistake."""
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


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
    """docs/delivery.md lists every step."""
    text = (ROOT / "docs/delivery.md").read_text()
    for number, seconds in enumerate(Settings().delivery.retry_schedule, start=2):
        hours, minutes = divmod(round(seconds) // 60, 60)
        shown = f"{hours} h" if hours else f"{minutes} min" if minutes else f"{seconds:g} s"
        assert f"| {number} | {shown} |" in text


def test_every_error_code_can_be_looked_up() -> None:
    """docs/delivery.md explains what the history shows."""
    text = (ROOT / "docs/delivery.md").read_text()
    for code in ErrorCode:
        assert f"`{code}`" in text, code
