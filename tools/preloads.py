"""`make preloads`: every module of the first view as a line of static/index.html.

A module that is not listed there is found only when the one that imports it has come: a round trip.
Their priority is low: what the first picture needs, styles and early.js, goes before them.
"""

import re
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
INDEX = STATIC / "index.html"
CHARTS = STATIC / "js/components/Charts.js"  # on a phone they are asked for when they are near
WIDE = ' media="(min-width: 961px)"'
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
    first = imports(STATIC / "js/app.js")
    charts = {CHARTS, *imports(CHARTS)} - first
    lines = "".join([*map(_line, sorted(first)), *(_line(one, WIDE) for one in sorted(charts))])
    text, places = LINES.subn(lines, INDEX.read_text(), count=1)
    assert places, "index.html has no place for them"
    return text


def _line(module: Path, when: str = "") -> str:
    name = module.relative_to(STATIC)
    return f'  <link rel="modulepreload" href="{name}" fetchpriority="low"{when}>\n'


if __name__ == "__main__":
    INDEX.write_text(page())
