"""What would be released: `make release-check` finds what is missing, and finds nothing now."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.conftest import ROOT
from tools import release

CHANGES = "# Changelog\n\n## [1.2.3] - 2026-11-26\n"


@pytest.mark.timeout(300)  # it builds a site, two sdists and two wheels
def test_wheels_and_sdists_have_what_they_need_and_nothing_else(tmp_path: Path) -> None:
    """The page, the migrations, the packs and the site; an index could show their texts."""
    tree, built = tmp_path / "tree", tmp_path / "built"
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(lambda one: (ROOT / one).is_file(), listed.stdout.splitlines()):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"],
        cwd=tree,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    release.build(tree, built)
    assert len(list(built.iterdir())) == 4
    release.read(built)
    for one in built.glob("bedolaga_events-*"):
        one.rename(built / one.name.replace("bedolaga_events-", "bedolaga_events_client-"))
    assert next(release.strange(built)).endswith("lacks bedolaga_events_client/py.typed.")


def test_the_versions_and_the_changelog_agree() -> None:
    """What is built now has one version, of which the changelog tells."""
    assert release.agreed(ROOT)


@pytest.mark.parametrize(
    ("server", "client", "changes", "finding"),
    [
        ("1.2.3", "1.2.3", CHANGES, None),
        ("1.2.4", "1.2.3", CHANGES, "The server is 1.2.4, its client 1.2.3."),
        ("1.2.4", "1.2.4", CHANGES, "CHANGELOG.md has no line"),
        ("1.2.3", "1.2.3", "## [1.2.3] - soon", "CHANGELOG.md has no line"),
    ],
)
def test_what_does_not_agree_is_said(
    tmp_path: Path, server: str, client: str, changes: str, finding: str | None
) -> None:
    """In a sentence, before anything is built."""
    for name, version in ((release.SERVER, server), (release.CLIENT, client)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f'__version__ = "{version}"\n')
    (tmp_path / "CHANGELOG.md").write_text(changes)
    if finding is None:
        assert release.agreed(tmp_path) == server
        return
    with pytest.raises(SystemExit) as ended:
        release.agreed(tmp_path)
    assert str(ended.value).startswith(finding)
