"""`make docs`: docs/llms.txt, what a language model reads first (llmstxt.org), from mkdocs.yml."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "llms.txt"
HEAD = """# bedolaga-events

> The event server of a small self-hosted VPN shop: a bot posts events; open admin pages see them
> at once over /ws, and subscribed systems and chats get them as signed, retried webhooks. One
> process, one SQLite file.

Every page is here as Markdown. The API is described by `../openapi.json`, the live feed by
`../asyncapi.json`.
"""


def text() -> str:
    """The file, with the first sentence of each page."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    return HEAD + "".join(
        f"\n## {name}\n\n" + "".join(map(_line, _pages(part)))
        for language in nav
        for title, items in language.items()
        for name, part in _parts(title, items)
    )


def _parts(title: str, items: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """A language's own pages, then its sections."""
    named = [pair for one in items for pair in one.items()]
    yield title, [part for _, part in named if isinstance(part, str)]
    yield from (pair for pair in named if not isinstance(pair[1], str))


def _pages(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    else:
        for one in part.values() if isinstance(part, dict) else part:
            yield from _pages(one)


def _line(page: str) -> str:
    file = ROOT / ("CHANGELOG.md" if page == "changelog.md" else f"docs/{page}")
    title, _, rest = file.read_text(encoding="utf-8").partition("\n")
    prose = next((one for one in rest.split("\n\n") if re.match(r"\w", one.strip())), "")
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(prose.split()))
    first = re.split(r"(?<=[.:!?]) ", words)[0]
    return f"* [{title.lstrip('# ')}]({page})" + (f": {first}\n" if first else "\n")


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
