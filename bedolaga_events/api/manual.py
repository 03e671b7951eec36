"""The documents at /help/: the site that `make site` builds, else their Markdown (contract §6)."""

from collections.abc import Iterator

from aiohttp import web

from bedolaga_events.api.page import INDEX, Page

MANUAL = web.AppKey("manual", Page)
CSP = (  # the icons of the theme are data: addresses; its tables have style attributes
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


async def enter(request: web.Request) -> web.Response:
    """GET /help, /help/ru: relative, so that a path prefix stays."""
    folder = request.path.rpartition("/")[2]
    return web.Response(status=308, headers={"Location": f"{folder}/"})


async def serve(request: web.Request) -> web.Response:
    """GET of a page, its Markdown, or what belongs to it; of a page that is not built, its text."""
    for name in _files(request.match_info["name"]):
        try:
            kept = await request.app[MANUAL].file("", name)
        except (OSError, ValueError):
            continue
        response = kept.reply(request)
        response.headers["Content-Security-Policy"] = CSP
        return response
    raise web.HTTPNotFound


def _files(name: str) -> Iterator[str]:
    """What an address may mean: itself, its page, or without the site the document of its name."""
    if not name or name.endswith("/"):
        name += INDEX
    yield name
    bare = name.removesuffix(".html")
    yield f"{bare}.html"
    yield f"{bare}.md"
