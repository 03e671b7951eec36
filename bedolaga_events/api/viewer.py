"""GET /docs: the OpenAPI document, to be read and tried in a browser."""

from aiohttp import web

from bedolaga_events.api.state import CSP

DOCS_CSP = CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
DOCS = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>bedolaga-events API</title>
  <link rel="icon" href="icons/icon.svg">
  <script type="module" src="js/docs.js"></script>
  <script type="module" src="vendor/rapidoc.js"></script>
</head>
<body>
  <rapi-doc spec-url="openapi.json" render-style="read" show-header="false" load-fonts="false"
    allow-spec-url-load="false" allow-spec-file-load="false" allow-server-selection="false"
    persist-auth="false"></rapi-doc>
</body>
</html>
"""


async def docs(_: web.Request) -> web.Response:
    """GET /docs: the document, to be read and tried."""
    headers = {"Content-Security-Policy": DOCS_CSP}
    return web.Response(text=DOCS, content_type="text/html", headers=headers)
