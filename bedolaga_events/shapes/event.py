"""An event, to the bot that sends it and to who reads the log (contract §2)."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from bedolaga_events.model import Event as Kept
from bedolaga_events.shapes.base import (
    Body,
    Id,
    Key,
    Language,
    ListQuery,
    Moment,
    Query,
    Reply,
    SearchedPage,
    Time,
)
from bedolaga_events.shapes.delivery import LEFT_OUT, Delivery
from bedolaga_events.shapes.subscription import KeptCondition
from bedolaga_events.wire import rfc3339, spliced

BRIEF = "long payloads without what is nested, and their texts cut: for lists that show a line each"


class EventInput(Body):
    type: Annotated[str, Field(description="one of GET /event-types")]
    payload: Annotated[dict[str, Any], Field(description="what the type asks for, and more")]
    timestamp: Annotated[Moment | None, Field(description="when it happened, if not now")] = None


class BatchEvent(EventInput):
    idempotency_key: Annotated[Key | None, Field(description="as in the header of one event")] = (
        None
    )


class BatchInput(Body):
    events: Annotated[list[BatchEvent], Field(min_length=1, max_length=1_000)]


class IdempotencyKey(BaseModel):
    key: Key


class EventsQuery(ListQuery):
    type: Annotated[
        str | None, Field(description="only of this type", examples=["user.created"])
    ] = None
    since_id: Annotated[
        Id | None, Field(description="only larger ids, oldest first", examples=[0])
    ] = None
    brief: Annotated[bool, Field(description=BRIEF, examples=[True])] = False


class StreamQuery(Query):
    since: Annotated[
        Id | None, Field(description="first every stored event after this id", examples=[0])
    ] = None
    epoch: Annotated[
        str | None,
        Field(description="the database that `since` is of; another one has a gap", examples=[""]),
    ] = None
    events: Annotated[
        str | None, Field(description="types, with commas; all, if left out", examples=["ticket.*"])
    ] = None
    topics: Annotated[
        str | None, Field(description="deliveries, webhooks: their news too", examples=["webhooks"])
    ] = None
    ticket: SkipJsonSchema[str | None] = None  # a way to authenticate


class LanguageQuery(Query):
    lang: Annotated[
        Language | None, Field(description="of labels and sentences", examples=["en"])
    ] = None


class AcceptedEvent(Reply):
    id: int
    type: str
    timestamp: Time
    deliveries: int = Field(description="how many webhooks it goes to, skipped ones included")
    duplicate: bool = Field(default=False, description="known by its idempotency key")


class AcceptedEvents(Reply):
    items: list[AcceptedEvent]


class Event(Reply):
    id: int
    type: str
    payload: dict[str, Any] = Field(default={}, description=LEFT_OUT)
    timestamp: Time = Field(description="when it happened")
    created_at: Time = Field(description="when it came")
    deliveries: int


class EventPage(SearchedPage[Event]):
    """A page of the log."""


class Verdict(Reply):
    webhook_id: int
    name: str
    verdict: str = Field(
        description="a delivery's status, or not_subscribed, filtered, created_later,"
        " changed_later, removed"
    )
    reason: str | None
    delivery_id: int | None
    condition: KeptCondition | None = Field(description="of a filter: what did not hold")


class Seen(Reply):
    token_id: int
    name: str | None = Field(description="null when the token is gone")


class EventWithDeliveries(Reply):
    id: int
    type: str
    payload: dict[str, Any]
    timestamp: Time
    created_at: Time
    deliveries: list[Delivery]
    webhooks: list[Verdict]
    seen_by: list[Seen] = Field(description="tokens that got it live, since the last restart")


class EventType(Reply):
    value: str
    label: str
    description: str
    text: str = Field(description="the sentence for one event: {field}, plural forms, [optional]")
    example: dict[str, Any]
    schema_: dict[str, Any] = Field(alias="schema")


class RefusedType(Reply):
    type: str
    count: int
    first_at: Time
    last_at: Time
    detail: str = Field(description="why the last one was refused")


class RefusedEvents(Reply):
    items: list[RefusedType]


def frame(event: Kept) -> str:
    """An event as /ws shows it (contract §3)."""
    return (
        f'{{"type": "{event.type}", "payload": {event.payload}, '
        f'"timestamp": "{rfc3339(event.timestamp)}", "id": {event.id}}}'
    )


def detail(event: Kept, deliveries: Iterable[str], **more: object) -> str:
    """An event with its deliveries, each as JSON text, and what else is known of its way."""
    times = {"timestamp": rfc3339(event.timestamp), "created_at": rfc3339(event.created_at)}
    fields = {"id": event.id, "type": event.type, **times, **more}
    return spliced(fields, payload=event.payload, deliveries=f"[{', '.join(deliveries)}]")


def text(event: Kept) -> str:
    """An event as the log lists it; without its payload when that was not read."""
    payload = f'"payload": {event.payload}, ' if event.payload else ""
    return (
        f'{{"id": {event.id}, "type": "{event.type}", {payload}'
        f'"timestamp": "{rfc3339(event.timestamp)}", '
        f'"created_at": "{rfc3339(event.created_at)}", "deliveries": {event.deliveries}}}'
    )


def accepted(event: Kept, *, duplicate: bool) -> str:
    """The reply to POST /events (contract §2)."""
    tail = ', "duplicate": true}' if duplicate else "}"
    return (
        f'{{"id": {event.id}, "type": "{event.type}", '
        f'"timestamp": "{rfc3339(event.timestamp)}", "deliveries": {event.deliveries}{tail}'
    )
