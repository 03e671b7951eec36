"""The shapes of bodies and queries; the OpenAPI document is made from the same models."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from bedolaga_events import wire
from bedolaga_events.errors import (
    BadRequest,
    TooLarge,
    TooSlow,
    Unprocessable,
    UnsupportedMedia,
)
from bedolaga_events.model import Scope, Status

JSON = "application/json"
BODY_LIMIT = 256 * 1024  # bytes
BODY_SECONDS = 30.0  # for a body that does not come with its headers
BATCH_LIMIT = 4 * 1024 * 1024  # bytes
MAX_ID = 2**63 - 1
MAX_HEADERS = 20
M = TypeVar("M", bound=BaseModel)


def _time(text: str) -> str:
    try:
        moment = wire.microseconds(text)
    except ValueError:
        raise ValueError("a time is written like 2026-01-15T10:30:00Z (RFC 3339)") from None
    if not 0 <= moment < 253_402_300_800_000_000:  # year 10000
        raise ValueError("the time is before 1970 or after 9999")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a key is 1 to 255 printable characters")
    return text


def _one_line(text: str) -> str:
    if any(ord(one) < 0x20 or ord(one) == 0x7F for one in text):
        raise ValueError("control characters are not allowed")
    return text


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _ended(status: Status) -> Status:
    if status is Status.PENDING:
        raise ValueError("what is pending is sent anyway; choose failed, skipped or success")
    return status


Moment = Annotated[str, AfterValidator(_time)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_printable)]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, strip_whitespace=True),
    AfterValidator(_one_line),
]
Secret = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)]
Description = Annotated[str, StringConstraints(max_length=2_000)]
Id = Annotated[int, Field(ge=0, le=MAX_ID)]
Ended = Annotated[Status, Field(strict=False), AfterValidator(_ended)]
EventPattern = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Body(BaseModel):
    """A JSON body: strict types, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class NewEvent(Body):
    type: str
    payload: dict[str, Any]
    timestamp: Moment | None = None


class BatchEvent(NewEvent):
    idempotency_key: Key | None = None


class NewBatch(Body):
    events: Annotated[list[BatchEvent], Field(min_length=1, max_length=1_000)]


class IdempotencyKey(BaseModel):
    key: Key


class SendTo(Body):
    webhook_id: Id


class NewWebhook(Body):
    name: Name
    url: str
    event_type: EventPattern
    secret: Annotated[Secret | None, BeforeValidator(_empty_is_none)] = None
    generate_secret: bool = False
    description: Description | None = None
    is_active: bool = True
    headers: dict[str, str] = {}


class WebhookChange(Body):
    name: Name = ""
    url: str = ""
    secret: Secret | None = ""
    description: Description | None = None
    is_active: bool = True
    headers: dict[str, str] = {}
    event_type: EventPattern = ""


class CheckUrl(Body):
    url: str


class Replay(Body):
    since: Moment
    until: Moment | None = None
    status: Ended = Status.FAILED
    dry_run: bool = False


class TestDelivery(Body):
    event_type: str | None = None


class RotateSecret(Body):
    overlap_hours: Annotated[float, Field(ge=0, le=24 * 30)] = 24


class NewToken(Body):
    name: Name
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1)]
    expires_at: Moment | None = None


class SinkMode(Body):
    mode: Literal["ok", "error", "slow", "hang"]


class Login(Body):
    code: str


class NewStats(Body):
    total_users: Annotated[int, Field(ge=0, le=10**12)] = 0
    active_subscriptions: Annotated[int, Field(ge=0, le=10**12)] = 0
    open_tickets: Annotated[int, Field(ge=0, le=10**12)] = 0
    today_revenue: Annotated[float, Field(ge=0, le=10**12, allow_inf_nan=False)] = 0


class Query(BaseModel):
    """A query string: texts are converted, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Paged(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=MAX_ID)] = 0


class EventsQuery(Paged):
    type: str | None = None
    since_id: Id | None = None


class WebhooksQuery(Paged):
    event_type: str | None = None
    is_active: bool | None = None
    q: str | None = None


class DeliveriesQuery(Paged):
    status: Annotated[Status | None, BeforeValidator(_empty_is_none)] = None
    event_id: Id | None = None
    since: Moment | None = None
    until: Moment | None = None
    q: Annotated[str, StringConstraints(max_length=200)] | None = None


class AllDeliveriesQuery(DeliveriesQuery):
    webhook_id: Id | None = None


class SeriesQuery(Query):
    window: Literal["24h", "7d", "30d"] = "24h"


class StreamQuery(Query):
    since: Id | None = None
    epoch: str | None = None
    events: str | None = None
    topics: str | None = None


class LanguageQuery(Query):
    lang: Literal["ru", "en"] | None = None


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
    return _validated(model, value)


async def raw(request: web.Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises:
        TooLarge: it is larger.
        TooSlow: it took too long to arrive.
    """
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    if request.content.is_eof():  # it came with the headers, as nearly every body does
        return await _read(request, limit)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request, limit)
    except TimeoutError:
        raise TooSlow from None


async def _read(request: web.Request, limit: int) -> bytes:
    pieces, size = [], 0
    while chunk := await request.content.readany():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        pieces.append(chunk)
    return b"".join(pieces)


def query(request: web.Request, model: type[M]) -> M:
    """Validate a query string.

    Raises:
        Unprocessable: a field is unknown or wrong.
    """
    return _validated(model, dict(request.query))


def path_id(request: web.Request, name: str) -> int:
    """An id in the path; one that does not fit 64 bits is nobody's."""
    return min(int(request.match_info[name]), MAX_ID)


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
            {"loc": list(one["loc"]), "msg": one["msg"].removeprefix("Value error, ")}
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
    first = found[0]
    where = ".".join(map(str, first["loc"]))
    raise Unprocessable(f"{where}: {first['msg']}." if where else f"{first['msg']}.", errors=found)
