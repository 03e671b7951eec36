"""Hooks of MkDocs for `make site`: two languages, Markdown beside each page, no inline script."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

ROOT = Path(__file__).parents[1]
LANGUAGES = {"en": ("English", "English"), "ru": ("По-русски", "Русский")}  # in nav, in the switch
IN_ENGLISH = "По-английски"
TITLES = {
    "Admin-page developer": "Тому, кто пишет админку",
    "Operator's reference": "Справочник",
    "How it works": "Как это устроено",
}
NO_PAGES = "<urlset></urlset>"  # the switch asks whether to go elsewhere than we say
INLINE = re.compile(r"<script>(.+?)</script>", re.DOTALL)
FENCE = re.compile(r"^\s*(```|~~~)")
HEADING = re.compile(r"^(#+) (.+)$")
sources: dict[str, str] = {}  # the Markdown of each page, with links that work in the site


def slug(heading: str, separator: str = "-") -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", separator)


def headings(text: str) -> Iterator[tuple[int, int, str]]:
    """The headings of a document: line, level, words; what stands in code is none."""
    in_code = False
    for number, line in enumerate(text.splitlines()):
        if FENCE.match(line):
            in_code = not in_code
        elif not in_code and (found := HEADING.match(line)):
            yield number, len(found[1]), found[2]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Anchors as GitHub makes them, in every alphabet."""
    config.mdx_configs["toc"]["slugify"] = slug
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """What documents link to beside docs/ comes along: the changes, the files of deploy/."""
    beside = {"changelog.md": ROOT / "CHANGELOG.md", "icon.svg": ROOT / "static/icons/icon.svg"}
    deploy = (one for one in (ROOT / "deploy").rglob("*") if one.is_file())
    beside |= {str(one.relative_to(ROOT)): one for one in deploy}
    for name, path in beside.items():
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links out of docs/ stay in the site; a Russian heading has the anchor of its English one."""
    name = page.file.src_uri
    up = "../" * name.count("/")
    text = re.sub(r"\]\((?:\.\./)+(deploy/[^)]+)\)", rf"]({up}\1)", markdown)
    text = re.sub(r"\]\((?:\.\./)+CHANGELOG\.md", rf"]({up}changelog.md", text)
    if name == "changelog.md":
        text = re.sub(r"\]\(docs/", "](", text)
        page.meta["search"] = {"exclude": True}  # it has every word
    sources[name] = text
    twin = files.get_file_from_path(name.removeprefix("ru/")) if name.startswith("ru/") else None
    return with_anchors(text, twin.content_string) if twin else text


def with_anchors(russian: str, english: str) -> str:
    """A Russian document whose headings have the anchors of the English ones in their order."""
    lines = russian.splitlines()
    for (number, _, _), (_, _, heading) in zip(headings(russian), headings(english), strict=True):
        lines[number] += f" {{#{slug(heading)}}}"
    return "\n".join(lines)


def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation
) -> dict[str, Any]:
    """Words of the theme, navigation and the way to the other language, by the page's own."""
    name = page.file.src_uri
    mine = "ru" if name.startswith("ru/") else "en"
    config.theme["language"] = mine
    config.extra["alternate"] = [
        {"name": title, "lang": language, "link": _twin(name, language)}
        for language, (_, title) in LANGUAGES.items()
    ]
    parts = {one.title: one.children or [] for one in nav.items}
    items = list(parts[LANGUAGES[mine][0]])
    if mine == "ru":
        rest: list[Any] = [
            Section(TITLES[one.title or ""], untold)
            for one in parts["English"]
            if (untold := [part for part in one.children or [] if not _has_twin(part)])
        ]
        items.append(Section(IN_ENGLISH, rest))
    context["nav"] = Navigation(items, nav.pages)
    return context


def _twin(name: str, language: str) -> str:
    """The address of a page in a language; its home page where there is no such page."""
    plain = name.removeprefix("ru/")
    wanted = plain if language == "en" else f"ru/{plain}"
    if wanted not in sources:
        wanted = "index.md" if language == "en" else "ru/index.md"
    return wanted.removesuffix(".md").replace("README", "index") + ".html"


def _has_twin(item: Any) -> bool:
    if item.is_page:
        return f"ru/{item.file.src_uri}" in sources
    return any(_has_twin(one) for one in item.children)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Inline scripts become files: /help/ has the page's strict policy for scripts."""

    def outside(found: re.Match[str]) -> str:
        name = f"assets/javascripts/{hashlib.sha256(found[1].encode()).hexdigest()[:12]}.js"
        path = Path(config.site_dir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found[1], encoding="utf-8")
        return f'<script src="{get_relative_url(name, page.url)}"></script>'

    return INLINE.sub(outside, output)


def on_post_build(config: MkDocsConfig) -> None:
    """Each page's Markdown, beside it."""
    Path(config.site_dir, "ru/sitemap.xml").write_text(NO_PAGES, encoding="utf-8")
    Path(config.site_dir, "404.html").unlink()  # the server has its own
    for name, text in sources.items():
        Path(config.site_dir, name).write_text(text, encoding="utf-8")
