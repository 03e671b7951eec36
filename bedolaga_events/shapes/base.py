"""What the shapes share: strict bodies, queries, replies, pages, and the fields they all have."""

import enum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from bedolaga_events.wire import microseconds, rfc3339

T = TypeVar("T")
WHEN = {"format": "date-time"}
MAX_ID = 2**63 - 1


def _time(text: str) -> str:
    try:
        moment = microseconds(text)
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


Moment = Annotated[str, AfterValidator(_time), Field(json_schema_extra=WHEN)]
Time = Annotated[str, Field(json_schema_extra=WHEN)]  # in replies: UTC, microseconds, Z
Key = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_printable)]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, strip_whitespace=True),
    AfterValidator(one_line),
    BeforeValidator(whole),  # the last one that stands here is the first to run
]
Id = Annotated[int, Field(ge=0, le=MAX_ID)]


class Language(enum.StrEnum):
    """What people read."""

    RU = "ru"
    EN = "en"


class Body(BaseModel):
    """A JSON body: strict types, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class Partial(Body):
    """A change: what is left out stays, so no field shows a default that a client would send."""

    def given(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class Query(BaseModel):
    """A query string: texts are converted; unknown fields, such as cache-busters, are ignored."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class Paged(Query):
    limit: Annotated[
        int, Field(ge=1, le=200, description="how many; 50, if left out", examples=[50])
    ] = 50
    offset: Annotated[
        int, Field(ge=0, le=MAX_ID, description="how many to pass over", examples=[0])
    ] = 0


class ListQuery(Paged):
    q: Annotated[
        str | None,
        Field(
            max_length=200,
            description="an id, or a text in whatever case; see searched_to",
            examples=["123"],
        ),
    ] = None
    since: Annotated[
        Moment | None,
        Field(description="from this time on (RFC 3339)", examples=["2026-01-15T10:30:00Z"]),
    ] = None
    until: Annotated[
        Moment | None,
        Field(description="before this time (RFC 3339)", examples=["2036-01-15T10:30:00Z"]),
    ] = None
    before_id: Annotated[Id | None, Field(description="only smaller ids", examples=[1000])] = None
    payload: Annotated[bool, Field(description="false leaves payloads out", examples=[True])] = True


class Reply(BaseModel):
    """A JSON reply; a client must expect fields that are not named here yet."""

    model_config = ConfigDict(defer_build=True)


def shown(shape: type[Reply], noun: object, **known: object) -> dict[str, object]:
    """A noun of the model as a reply shows it: what `shape` names, moments as times.

    Args:
        known: what the noun has in another form.
    """
    fields = {name: getattr(noun, name) for name in shape.model_fields if name not in known}
    return {name: _written(name, value) for name, value in fields.items()} | known


def _written(name: str, value: Any) -> Any:
    is_moment = name.endswith(("_at", "_since")) and value is not None
    return rfc3339(value) if is_moment else value


class Page(Reply, Generic[T]):
    items: list[T]
    total: int
    limit: int
    offset: int


class SearchedPage(Page[T]):
    total: int = Field(description="how many match; with q, down to searched_to")
    searched_to: int | None = Field(
        description="with q: the id below which nothing was looked at yet; null when all was"
    )


class FieldError(Reply):
    loc: list[str | int] = Field(description="the way to the field: names, and places in lists")
    msg: str


class Refusal(Reply):
    detail: str = Field(description="one sentence for a person")
    errors: list[FieldError] = Field(default=[], description="by field, with 422")
