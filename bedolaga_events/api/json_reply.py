"""Replies of JSON text, as aiohttp's response or as the bytes of one; errors among them."""

import json
import time
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import web

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",  # payloads and secrets stay out of caches
    "X-Content-Type-Options": "nosniff",
}
OWN_FAULT = "The server made a mistake; its log says which."
SENTENCES = {
    403: "The preflight is refused: security.allowed_origins says whose pages may call; they may "
    "send Authorization, Content-Type, Idempotency-Key, Last-Event-ID and X-API-Key.",
    404: "There is nothing at this address.",
    405: "This address does not take {method}.",
    417: "No expectation but 100-continue can be met (RFC 9110 §10.1.1).",
}
TAIL = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()).encode()


def reply(text: str, status: int = 200) -> web.Response:
    """A reply of JSON text."""
    return web.Response(body=text.encode(), status=status, headers=HEADERS)


def error_reply(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: list[Mapping[str, object]] | None = None,
) -> web.Response:
    """An error as every call shows it (contract §6)."""
    content: dict[str, object] = {"detail": detail}
    if errors or status == 422:
        content["errors"] = errors or []
    response = reply(json.dumps(content, default=str), status)
    response.headers.update(headers or {})
    return response


def http_error(method: str, error: web.HTTPException) -> web.Response:
    """What aiohttp itself refuses; OPTIONS is answered with what there is (contract §6)."""
    headers = {name: error.headers[name] for name in ("Allow", "Location") if name in error.headers}
    if method == "OPTIONS" and isinstance(error, web.HTTPMethodNotAllowed):
        return options_reply(error.allowed_methods)
    sentence = SENTENCES.get(error.status, error.reason).format(method=method)
    return error_reply(error.status, sentence, headers)


def options_reply(methods: Iterable[str]) -> web.Response:
    """204 with the methods that an address takes (RFC 9110 §9.3.7)."""
    return web.Response(status=204, headers={"Allow": ", ".join(sorted({*methods, "OPTIONS"}))})


def as_bytes(status: int, text: str) -> bytes:
    """A whole reply of JSON text, as it goes over the wire."""
    body = text.encode()
    head = _head(status, int(time.time()))
    return b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body)


@lru_cache(maxsize=16)  # a few statuses of this second
def _head(status: int, now: int) -> bytes:
    date = formatdate(now, usegmt=True)
    reason = HTTPStatus(status).phrase
    return f"HTTP/1.1 {status} {reason}\r\nDate: {date}\r\n".encode() + TAIL
