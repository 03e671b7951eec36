"""Reading what a request brings: limits, encodings, JSON, and each finding where it belongs."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bedolaga_events import wire
from bedolaga_events.errors import (
    BadRequest,
    TooLarge,
    TooSlow,
    Unprocessable,
    UnsupportedMedia,
    words,
)
from bedolaga_events.shapes.base import MAX_ID
from bedolaga_events.shapes.event import IdempotencyKey

JSON = "application/json"
BODY_LIMIT = 256 * 1024  # bytes, also after decompression
BODY_SECONDS = 30.0  # for a body that does not come with its headers
BATCH_LIMIT = 4 * 1024 * 1024  # bytes
MAX_FIELDS = 100  # of a body: each unknown one is a finding, and strangers may send 20,000
MAX_FINDINGS = 100  # that are told
LONGEST_ID = 19  # digits of MAX_ID
MEMBERS = 100  # of a gzip body: empty ones cost time and add nothing to its size
GZIP, ZLIB, BARE = 31, 15, -15  # zlib's window bits for each format
M = TypeVar("M", bound=BaseModel)


async def body(request: web.Request, model: type[M], limit: int = BODY_LIMIT) -> M:
    """Read and validate a JSON body.

    Raises:
        UnsupportedMedia, TooLarge, BadRequest, Unprocessable: what is wrong with it.
    """
    if request.content_type != JSON:
        raise UnsupportedMedia("Send JSON, with the header Content-Type: application/json.")
    return parsed(await raw(request, limit), model)


def parsed(content: bytes, model: type[M]) -> M:
    """Validate a JSON body that was read.

    Raises:
        BadRequest, Unprocessable: what is wrong with it.
    """
    try:
        value = wire.parse(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    except ValueError as error:
        raise BadRequest(str(error)) from None
    if isinstance(value, dict) and len(value) > MAX_FIELDS:
        raise Unprocessable(f"The body has more than {MAX_FIELDS} fields.")
    return _validated(model, value)


async def raw(request: web.Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes, and undo its Content-Encoding.

    Raises:
        UnsupportedMedia: the encoding is not one that is taken.
        TooLarge: it is larger, as it came or decompressed.
        TooSlow: it took too long to arrive.
        BadRequest: it broke off, or is not what the encoding says.
    """
    encoding = ", ".join(request.headers.getall("Content-Encoding", ())).strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise UnsupportedMedia(
            "Send the body as it is, or with Content-Encoding: gzip or deflate.",
            headers={"Accept-Encoding": "gzip, deflate"},  # RFC 9110 §12.5.3
        )
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    content = await _arrived(request, limit)
    return content if encoding in ("", "identity") else decoded(content, encoding, limit)


async def _arrived(request: web.Request, limit: int) -> bytes:
    try:
        if request.content.is_eof():  # it came with the headers, as nearly every body does
            return await _read(request, limit)
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request, limit)
    except TimeoutError:
        raise TooSlow from None
    except web.RequestPayloadError:
        raise BadRequest("The body broke off, or its chunks are malformed.") from None


async def _read(request: web.Request, limit: int) -> bytes:
    pieces, size = [], 0
    while chunk := await request.content.readany():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        pieces.append(chunk)
    return b"".join(pieces)


def decoded(content: bytes, encoding: str, limit: int) -> bytes:
    """A compressed body as it was before; no more than `limit` bytes are ever unpacked.

    Args:
        content: all of it; gzip may have several members (RFC 1952 §2.2).
        encoding: gzip, x-gzip, or deflate, which some send without zlib's frame.

    Raises:
        TooLarge: it holds more than `limit` bytes.
        BadRequest: it is not what it says, or not whole.
    """
    bits = GZIP if "gzip" in encoding else ZLIB if content[:1] and content[0] & 15 == 8 else BARE
    text = b""
    try:
        for _ in range(MEMBERS):
            member = zlib.decompressobj(bits)
            text += member.decompress(content, limit - len(text) + 1)
            if len(text) > limit:
                raise too_large(limit)
            if not member.eof or (bits != GZIP and member.unused_data):
                raise zlib.error
            content = member.unused_data
            if not content:
                return text
    except zlib.error:
        raise BadRequest(f"The body is not {encoding}, or not all of it came.") from None
    raise BadRequest(f"The body has more than {MEMBERS} gzip members.")


def query(request: web.Request, model: type[M]) -> M:
    """Validate a query string.

    Parameters that the call does not know are ignored, and so are empty ones: a form sends those.

    Raises:
        Unprocessable: a field is wrong.
    """
    return _validated(model, {name: text for name, text in request.query.items() if text})


def path_id(request: web.Request, name: str) -> int:
    """An id in the path; one that does not fit 64 bits is nobody's."""
    return _number(request.match_info[name])


def event_id(text: str) -> int | None:
    """Where a client of the live feed wants to go on; None when `text` is no id."""
    return _number(text) if text.isdecimal() else None


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return MAX_ID if len(digits) > LONGEST_ID else min(int(digits), MAX_ID)


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The Idempotency-Key header, when there is one; names are in lower case, or compared so.

    Raises:
        Unprocessable: it is not 1 to 255 printable characters.
    """
    key = headers.get("idempotency-key")
    return None if key is None else _validated(IdempotencyKey, {"key": key}).key


def too_large(limit: int) -> TooLarge:
    """The refusal of a body over its limit in bytes."""
    return TooLarge(f"The body is over {limit // 1024} KiB.")


def _validated(model: type[M], value: Any) -> M:
    if not isinstance(value, dict):
        raise Unprocessable(
            "The body is a JSON object.", errors=[{"loc": [], "msg": "not an object"}]
        )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [
            {"loc": list(one["loc"]), "msg": words(one)}
            for one in error.errors(include_url=False, include_input=False, include_context=False)[
                :MAX_FINDINGS
            ]
        ]
    first = found[0]
    where = ".".join(map(str, first["loc"]))
    raise Unprocessable(f"{where}: {first['msg']}." if where else f"{first['msg']}.", errors=found)
