"""A reply of JSON text, as aiohttp's response or as the bytes of one."""

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import web
from aiohttp.http import SERVER_SOFTWARE

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",  # payloads and secrets stay out of caches
    "X-Content-Type-Options": "nosniff",
}
TAIL = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()).encode()


def reply(text: str, status: int = 200) -> web.Response:
    """A reply of JSON text."""
    return web.Response(body=text.encode(), status=status, headers=HEADERS)


def as_bytes(status: int, text: str) -> bytes:
    """A whole reply of JSON text, as it goes over the wire."""
    body = text.encode()
    head = _head(status, int(time.time()))
    return b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body)


@lru_cache(maxsize=16)  # a few statuses of this second
def _head(status: int, now: int) -> bytes:
    date = formatdate(now, usegmt=True)
    reason = HTTPStatus(status).phrase
    line = f"HTTP/1.1 {status} {reason}\r\nDate: {date}\r\nServer: {SERVER_SOFTWARE}\r\n"
    return line.encode() + TAIL
