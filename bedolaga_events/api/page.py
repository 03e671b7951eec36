"""The admin page's files, from memory; a file that was changed is read again (contract §6)."""

import asyncio
import hashlib
import json
import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from bedolaga_events.api.kept import THOROUGH, Kept

KINDS = {
    ".js": "text/javascript",  # UTF-8 unasked (RFC 9239 §4.2), and fifty of them say nothing
    ".md": "text/plain",  # browsers show it; some save text/markdown to a file
    ".webmanifest": "application/manifest+json",
}
INDEX = "index.html"
OF_DOCS = "vendor/rapidoc.js"  # the viewer's: no part of the page
# What a document brings in lives under its policy and needs none of its own, sixty times over;
# a document, a drawing and the worker (it lies beside index.html) have one.
BROUGHT_IN = ("text/javascript", "text/css", "application/json")
SHOWN = frozenset({".css", ".html", ".js", ".json", ".svg"})


class Page:
    """The files below a folder; what is in it is for everybody.

    Args:
        folder: `/` is its index.html.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, tuple[int, Kept]] = {}

    def paths(self) -> Iterator[str]:
        """The routes that lead here: `/`, each file beside index.html, each folder."""
        yield "/"
        for one in sorted(self._folder.iterdir()):
            if one.is_dir():
                yield f"/{{folder:{re.escape(one.name)}}}/{{name:.+}}"
            elif one.name != INDEX:
                yield f"/{{name:{re.escape(one.name)}}}"

    async def file(self, folder: str, name: str) -> Kept:
        """A file of the page.

        Raises:
            OSError, ValueError: there is none, or no file can have this name.
        """
        path = (self._folder / folder / name).resolve()
        if not path.is_relative_to(self._folder):
            raise FileNotFoundError(name)
        changed_at = path.stat().st_mtime_ns
        known = self._kept.get(path)
        if known is None or known[0] != changed_at:
            known = self._kept[path] = changed_at, await asyncio.to_thread(_read, path)
        return known[1]

    async def files(self) -> Kept:
        """The page's files by their addresses, with one version for all of them, as JSON.

        Who keeps them (the page's service worker) keeps them together; who has others is old.
        """
        tags = {}
        for path in await asyncio.to_thread(self._shown):
            name = path.relative_to(self._folder).as_posix()
            tags["./" if name == INDEX else name] = (await self.file("", name)).tag
        version = hashlib.sha256(json.dumps(tags).encode()).hexdigest()[:20]
        listed = json.dumps({"version": version, "files": list(tags)})
        return Kept.of(listed.encode(), "application/json; charset=utf-8")

    def _shown(self) -> list[Path]:
        found = sorted(one for one in self._folder.rglob("*") if one.suffix in SHOWN)
        return [one for one in found if one != self._folder / OF_DOCS]


PAGE = web.AppKey("page", Page)


async def serve(request: web.Request) -> web.Response:
    """GET of a file."""
    matched = request.match_info
    try:
        kept = await request.app[PAGE].file(matched.get("folder", ""), matched.get("name", INDEX))
    except (OSError, ValueError):
        raise web.HTTPNotFound from None
    response = kept.reply(request)
    if "folder" in matched and kept.kind.startswith(BROUGHT_IN):
        response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def files(request: web.Request) -> web.Response:
    """GET /files.json: what the page is made of."""
    return (await request.app[PAGE].files()).reply(request)


def _read(path: Path) -> Kept:
    kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    is_text = kind.startswith("text/") or kind.endswith(("json", "+xml"))
    charset = "; charset=utf-8" if is_text and path.suffix != ".js" else ""
    return Kept.of(path.read_bytes(), kind + charset, THOROUGH)
