"""tools/scripts.sh: what `make check` does of the page's scripts where its tools are not there."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "scripts.sh"


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_a_missing_tool_is_told_and_only_ci_minds(tmp_path: Path, ci: str, status: int) -> None:
    """A laptop without npm goes on; CI without a check is no CI."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("bash", "dirname"):
        (commands / name).symlink_to(str(shutil.which(name)))
    (tmp_path / "tools").mkdir()
    script = shutil.copy(SCRIPT, tmp_path / "tools")
    done = subprocess.run(
        [commands / "bash", script],
        env={"PATH": str(commands), "CI": ci},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == status
    assert "The page's scripts were not linted: npm install" in done.stdout
    assert ("not checked for types: make tools" in done.stdout) == (status == 0)
