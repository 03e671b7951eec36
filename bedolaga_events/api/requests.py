"""The shapes of bodies and queries; the OpenAPI document is made from the same models."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from bedolaga_events import wire
from bedolaga_events.model import Scope, Status

MAX_ID = 2**63 - 1


def _time(text: str) -> str:
    try:
        moment = wire.microseconds(text)
    except (ValueError, OverflowError):
        raise ValueError("a time is written like 2026-01-15T10:30:00Z (RFC 3339)") from None
    if not 0 <= moment < 253_402_300_800_000_000:  # year 10000
        raise ValueError("the time is before 1970 or after 9999")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a key is 1 to 255 printable characters")
    return text


def whole(text: Any) -> Any:
    """Refuse half of a surrogate pair: JSON can write it, but no text holds it (RFC 8259 §8.2)."""
    if isinstance(text, str) and any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError("half of a character stands here (a lone surrogate)")
    return text


def one_line(text: str) -> str:
    """Refuse control characters."""
    if any(ord(one) < 0x20 or ord(one) == 0x7F for one in text):
        raise ValueError("control characters are not allowed")
    return text


def empty_is_none(value: Any) -> Any:
    """An empty field of a form means none."""
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
    AfterValidator(one_line),
    BeforeValidator(whole),  # the last one that stands here is the first to run
]
Id = Annotated[int, Field(ge=0, le=MAX_ID)]
Ended = Annotated[Status, Field(strict=False), AfterValidator(_ended)]
Listable = Literal["pending", "success", "failed", "skipped", "undelivered"]


class Body(BaseModel):
    """A JSON body: strict types, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class Partial(Body):
    """A change: what is left out stays, so no field shows a default that a client would send."""

    def given(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


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


class Replay(Body):
    since: Moment
    until: Moment | None = None
    status: Ended = Status.FAILED
    dry_run: bool = False


class TestDelivery(Body):
    event_type: str | None = None


class NewToken(Body):
    name: Name
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1)]
    expires_at: Moment | None = None


class SinkMode(Body):
    mode: Literal["ok", "error", "slow", "hang"]


class Login(Body):
    code: str


class Query(BaseModel):
    """A query string: texts are converted; unknown fields, such as cache-busters, are ignored."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class Paged(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=MAX_ID)] = 0


class ListQuery(Paged):
    q: Annotated[
        str | None,
        Field(max_length=200, description="an id, or a text in whatever case; see searched_to"),
    ] = None
    since: Annotated[Moment | None, Field(description="from this time on (RFC 3339)")] = None
    until: Annotated[Moment | None, Field(description="before this time (RFC 3339)")] = None
    before_id: Annotated[Id | None, Field(description="only smaller ids")] = None
    payload: Annotated[bool, Field(description="false leaves payloads out")] = True


class EventsQuery(ListQuery):
    type: str | None = None
    since_id: Id | None = None


class WebhooksQuery(Paged):
    event_type: str | None = None
    is_active: bool | None = None
    q: str | None = None


class DeliveriesQuery(ListQuery):
    status: Listable | None = None
    event_id: Id | None = None


class AllDeliveriesQuery(DeliveriesQuery):
    webhook_id: Id | None = None


class SeriesQuery(Query):
    window: Literal["24h", "7d", "30d"] = "24h"


class StreamQuery(Query):
    since: Id | None = None
    epoch: str | None = None
    events: str | None = None
    topics: str | None = None
    ticket: str | None = None


class DoctorQuery(Query):
    origin: Annotated[str, Field(max_length=300)] | None = None


class LanguageQuery(Query):
    lang: Literal["ru", "en"] | None = None
