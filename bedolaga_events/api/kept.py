"""What is the same for everybody: made once, compressed once, with a tag to ask again by."""

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from aiohttp import web

from bedolaga_events.api.state import parts
from bedolaga_events.catalogue import Catalogue

SMALL = 512  # bytes that are not worth compressing
COMPRESSED = frozenset({"image/png", "image/webp", "font/woff2"})  # in themselves


class Kept(NamedTuple):
    """Bytes to be answered with, as they are and packed by gzip (empty where that does not pay)."""

    kind: str
    tag: str
    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, plain: bytes, kind: str) -> "Kept":
        """Compress and tag them."""
        pays = len(plain) > SMALL and kind not in COMPRESSED
        packed = gzip.compress(plain, mtime=0) if pays else b""
        return cls(kind, hashlib.sha256(plain).hexdigest()[:20], plain, packed)

    def reply(self, request: web.Request) -> web.Response:
        """200, packed for who takes it; 304 for who has it (RFC 9110 §13.1.2)."""
        is_packed = bool(self.packed) and _takes_gzip(request.headers.get("Accept-Encoding", ""))
        tag = f'"{self.tag}-gzip"' if is_packed else f'"{self.tag}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding, Origin"}
        asked = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
        if tag in (one.removeprefix("W/") for one in asked) or asked == ["*"]:
            return web.Response(status=304, headers=headers)
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        headers["Content-Type"] = self.kind
        return web.Response(body=self.packed if is_packed else self.plain, headers=headers)


def document(
    request: web.Request, name: str, describe: Callable[[Catalogue], dict[str, Any]]
) -> Kept:
    """A JSON document about this server, made when it is asked for first."""
    server = parts(request)
    if name not in server.documents:
        text = json.dumps(describe(server.catalogue), ensure_ascii=False)
        server.documents[name] = Kept.of(text.encode(), "application/json; charset=utf-8")
    kept: Kept = server.documents[name]
    return kept


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip (RFC 9110 §12.5.3)."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False
