"""A delivery and its attempts, to who reads, sends again or cancels them (contract §4)."""

import enum
import json
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bedolaga_events.model import Attempt as Made
from bedolaga_events.model import Delivery as Kept
from bedolaga_events.model import ErrorCode, Status
from bedolaga_events.shapes.base import (
    Body,
    Id,
    ListQuery,
    Moment,
    Reply,
    SearchedPage,
    Time,
    shown,
)
from bedolaga_events.wire import optional_time, rfc3339, spliced

LEFT_OUT = "not there with payload=false"


def _replayable(status: object) -> object:
    if status == Status.PENDING:
        raise ValueError("what waits for its first attempt is sent anyway; choose another status")
    return status


class StatusFilter(enum.StrEnum):
    """A status, or what failed or waits for another attempt and never arrived."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNDELIVERED = "undelivered"


Replayable = Annotated[StatusFilter, Field(strict=False), BeforeValidator(_replayable)]


class SendTo(Body):
    webhook_id: Id


class Replay(Body):
    since: Annotated[Moment, Field(description="deliveries made from this time on")]
    until: Annotated[Moment | None, Field(description="and before this one")] = None
    status: Annotated[
        Replayable, Field(description="failed, if left out; what is pending is sent anyway")
    ] = StatusFilter.FAILED
    dry_run: Annotated[bool, Field(description="only count; false, if left out")] = False


class TestDelivery(Body):
    event_type: Annotated[
        str | None, Field(description="whose example; the webhook's first type, if left out")
    ] = None


class DeliveriesQuery(ListQuery):
    status: Annotated[
        StatusFilter | None, Field(description="only with this status", examples=["success"])
    ] = None
    event_id: Annotated[Id | None, Field(description="only of this event", examples=[1])] = None


class AllDeliveriesQuery(DeliveriesQuery):
    webhook_id: Annotated[Id | None, Field(description="only of this webhook", examples=[1])] = None


class Delivery(Reply):
    id: int
    webhook_id: int
    event_id: int | None = Field(description="null for a test delivery")
    event_type: str
    payload: dict[str, Any] = Field(default={}, description=LEFT_OUT)
    status: Status
    response_status: int | None
    response_body: str | None
    error_code: ErrorCode | None
    error_message: str | None
    attempt_number: int = Field(description="attempts made")
    duration_ms: int | None
    is_test: bool
    created_at: Time
    delivered_at: Time | None
    next_retry_at: Time | None


class Attempt(Reply):
    number: int
    started_at: Time
    duration_ms: int
    response_status: int | None
    response_headers: list[tuple[str, str]]
    response_body: str | None = Field(description="first 16 KiB, as text")
    error_code: ErrorCode | None
    error_message: str | None
    remote_address: str | None
    request_headers: list[tuple[str, str]]


class DeliveryWithAttempts(Delivery):
    body: str = Field(description="exactly what every attempt sends")
    attempts: list[Attempt]


class DeliveryPage(SearchedPage[Delivery]):
    """A page of a list of deliveries."""


class Replayed(Reply):
    queued: int
    matching: int = Field(default=0, description="with dry_run")
    dry_run: bool = False


class Cancelled(Reply):
    cancelled: int


def text(delivery: Kept, *, bodies: bool = True) -> str:
    """A delivery as the lists have it; without `bodies`, as the live feed shows it.

    A payload that was not read is left out.
    """
    if not bodies:
        return json.dumps(_fields(delivery))
    return _with_bodies(delivery)


def detail(delivery: Kept, made: Iterable[Made]) -> str:
    """A delivery with every attempt, and the body that each of them sent."""
    attempts = [shown(Attempt, attempt) for attempt in made]
    return _with_bodies(delivery, body=delivery.payload, attempts=attempts)


def _with_bodies(delivery: Kept, **more: object) -> str:
    body = delivery.last.response_body if delivery.last else None
    payload = {"payload": delivery.payload} if delivery.payload else {}
    return spliced(_fields(delivery) | {"response_body": body} | more, **payload)


def _fields(delivery: Kept) -> dict[str, object]:
    last = delivery.last
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "status": delivery.status,
        "response_status": last.response_status if last else None,
        "error_code": _error_code(delivery),
        "error_message": delivery.reason or (last.error_message if last else None),
        "attempt_number": delivery.attempt_number,
        "duration_ms": last.duration_ms if last else None,
        "is_test": delivery.is_test,
        "created_at": rfc3339(delivery.created_at),
        "delivered_at": optional_time(delivery.delivered_at),
        "next_retry_at": optional_time(delivery.next_retry_at),
    }


def _error_code(delivery: Kept) -> ErrorCode | None:
    if delivery.is_cancelled:
        return ErrorCode.CANCELLED
    return delivery.last.error_code if delivery.last else None
