"""The page's files: what is loaded first is asked for at once, and weighs little."""

import re

from bedolaga_events.api.page import Page
from tools.preloads import INDEX, STATIC, page

SCRIPTS = [one for one in STATIC.rglob("*.js") if "vendor" not in one.parts]
LINKED = re.compile(r'<link rel="(?:modulepreload|stylesheet)" href="([^"]+)"[^>]*>')
OTHERS = ["index.html", "js/app.js", "js/early.js", "vendor/lucide.svg", "icons/icon.svg"]
FIRST_VIEW = 100_000  # bytes on the wire, without HTTP's own
ALL_SCRIPTS = 217_700  # bytes


def test_every_module_of_the_first_view_is_asked_for_at_once() -> None:
    """`make preloads` makes it so."""
    assert INDEX.read_text() == page()


async def test_the_first_view_is_small() -> None:
    """Page, styles, modules, icons and the longer of the languages, as they are sent."""
    files = Page(STATIC)
    sizes = {}
    for name in [*LINKED.findall(INDEX.read_text()), *OTHERS, "js/locales/ru.json"]:
        kept = await files.file("", name)
        sizes[name] = len(kept.packed or kept.plain)
    assert sum(sizes.values()) < FIRST_VIEW, sorted(sizes.items(), key=lambda one: -one[1])[:12]


def test_the_scripts_stay_small() -> None:
    """All JavaScript but the vendored, as it is written."""
    assert sum(len(one.read_bytes()) for one in SCRIPTS) <= ALL_SCRIPTS
