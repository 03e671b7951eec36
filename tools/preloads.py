"""`make preloads`: every module of the first view as a line of static/index.html.

A module that is not listed there is found only when the one that imports it has come: a round trip.
Their priority is low: what the first picture needs, styles and early.js, goes before them.
"""

import re
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
INDEX = STATIC / "index.html"
IMPORTED = re.compile(r"""(?:^|;)(?:import|export)\b[^;(=]*?["'](\.[^"']+)["']""", re.MULTILINE)
LINES = re.compile(r'(?:  <link rel="modulepreload" href="[^"]+"[^>]*>\n)+')


def imports(module: Path) -> set[Path]:
    """What a module imports before anything of it runs, and what that imports."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        one = waiting.pop()
        wanted = {(one.parent / name).resolve() for name in IMPORTED.findall(one.read_text())}
        waiting.extend(wanted - found)
        found |= wanted
    return found


def page() -> str:
    """index.html as it should be."""
    names = sorted(str(one.relative_to(STATIC)) for one in imports(STATIC / "js/app.js"))
    lines = "".join(
        f'  <link rel="modulepreload" href="{name}" fetchpriority="low">\n' for name in names
    )
    text, places = LINES.subn(lines, INDEX.read_text(), count=1)
    assert places, "index.html has no place for them"
    return text


if __name__ == "__main__":
    INDEX.write_text(page())
