"""What is the same for everybody: made once, compressed once, with a tag to ask again by."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import brotli
from aiohttp import web

from bedolaga_events.api.state import parts
from bedolaga_events.catalogue import Catalogue

SMALL = 512  # bytes that are not worth compressing
LONG = 2_048  # bytes of a reply that is made for one: a list of so many shrinks to a fifth
COMPRESSED = frozenset({"image/png", "image/webp", "font/woff2"})  # in themselves
JSON = "application/json"
LEVEL = 6  # of gzip's: 9 takes twice the time for a hundredth less
QUICK, THOROUGH = 5, 11  # of brotli's qualities: 20 µs a KiB, less than gzip's, and 2.5 ms


class Kept(NamedTuple):
    """Bytes to be answered with, as they are and packed.

    `packed` is by coding, the smallest first; empty where it does not pay.
    """

    kind: str
    tag: str
    plain: bytes
    packed: Mapping[str, bytes]

    @classmethod
    def of(cls, plain: bytes, kind: str, quality: int = QUICK) -> "Kept":
        """Compress and tag them; a quality of more than QUICK is for a thread of its own."""
        packed = {}
        if len(plain) > SMALL and kind not in COMPRESSED:
            packed["br"] = brotli.compress(plain, quality=quality)
            packed["gzip"] = gzip.compress(plain, mtime=0)
        return cls(kind, hashlib.sha256(plain).hexdigest()[:12], plain, packed)

    def reply(self, request: web.Request) -> web.Response:
        """200, packed for who takes it; 304 for who has it (RFC 9110 §13.1.2)."""
        taken = set(_taken(request.headers.get("Accept-Encoding", "")))
        coding = next((one for one in self.packed if one in taken), None)
        tag = f'"{self.tag}-{coding}"' if coding else f'"{self.tag}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding, Origin"}
        asked = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
        if tag in (one.removeprefix("W/") for one in asked) or asked == ["*"]:
            return web.Response(status=304, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding
        headers["Content-Type"] = self.kind
        return web.Response(body=self.packed[coding] if coding else self.plain, headers=headers)


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


async def pack(request: web.Request, response: web.StreamResponse) -> None:
    """Compress a long JSON reply for who takes gzip; in a thread, since it may have megabytes."""
    if not isinstance(response, web.Response) or response.content_type != JSON:
        return
    body = response.body
    if not isinstance(body, bytes) or len(body) < LONG or "Content-Encoding" in response.headers:
        return
    response.headers.add("Vary", "Accept-Encoding")
    if "gzip" in _taken(request.headers.get("Accept-Encoding", "")):
        response.headers["Content-Encoding"] = "gzip"
        response.body = await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)


def _taken(accepted: str) -> Iterator[str]:
    """The codings that an Accept-Encoding takes (RFC 9110 §12.5.3)."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if weight.replace(" ", "").rstrip("0.") != "q=":
            yield coding.strip().removeprefix("x-")
