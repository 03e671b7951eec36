"""The shapes of replies, for the OpenAPI document; a test holds real replies against them."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bedolaga_events.model import ErrorCode, Scope, Status

T = TypeVar("T")
LEFT_OUT = "not there with payload=false"
TIME = "RFC 3339, UTC, microseconds"


class Reply(BaseModel):
    """A JSON reply; a field that is not named here is a mistake in one of the two."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


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
    loc: list[str | int]
    msg: str


class Error(Reply):
    detail: str = Field(description="one sentence for a person")
    errors: list[FieldError] = Field(default=[], description="by field, with 422")


class AcceptedEvent(Reply):
    id: int
    type: str
    timestamp: str = Field(description=TIME)
    deliveries: int = Field(description="how many webhooks it goes to, skipped ones included")
    duplicate: bool = Field(default=False, description="known by its idempotency key")


class AcceptedEvents(Reply):
    items: list[AcceptedEvent]


class Event(Reply):
    id: int
    type: str
    payload: dict[str, Any] = Field(default={}, description=LEFT_OUT)
    timestamp: str
    created_at: str
    deliveries: int


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
    created_at: str
    delivered_at: str | None
    next_retry_at: str | None


class Attempt(Reply):
    number: int
    started_at: str
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


class Verdict(Reply):
    webhook_id: int
    name: str
    verdict: str = Field(
        description="a delivery's status, or not_subscribed, created_later, changed_later, removed"
    )
    reason: str | None
    delivery_id: int | None


class Seen(Reply):
    token_id: int
    name: str | None = Field(description="null when the token is gone")


class Examined(Reply):
    now: str
    path: str
    host: str
    peer_address: str | None
    client_address: str
    peer_is_trusted: bool = Field(description="is it one of server.trusted_proxies")
    origin_is_allowed: bool | None = Field(
        description="may a page of the Origin asked about open the live feed; null: none was"
    )
    forwarded: dict[str, str]
    body_limit: int = Field(description="bytes")
    ping_seconds: float


class Counted(Reply):
    bytes: int


class EventWithDeliveries(Reply):
    id: int
    type: str
    payload: dict[str, Any]
    timestamp: str
    created_at: str
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
    first_at: str = Field(description=TIME)
    last_at: str = Field(description=TIME)
    detail: str = Field(description="why the last one was refused")


class RefusedEvents(Reply):
    items: list[RefusedType]


class AttemptsBucket(Reply):
    start: str
    success: int
    failed: int
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None


class AttemptsSeries(Reply):
    window: str
    bucket_seconds: int
    items: list[AttemptsBucket]


class WebhookBuckets(Reply):
    webhook_id: int
    success: list[int]
    failed: list[int]


class WebhooksSeries(Reply):
    window: str
    bucket_seconds: int
    items: list[WebhookBuckets]


class EventsBucket(Reply):
    start: str
    events: dict[str, int]
    revenue: float = Field(description="rubles")


class Token(Reply):
    id: int
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: str
    last_used_at: str | None
    expires_at: str | None


class Tokens(Reply):
    items: list[Token]
    total: int


class CreatedToken(Token):
    token: str = Field(description="shown this once")


class LoginLink(Reply):
    url: str = Field(description="opened once, it signs a browser in as an admin")
    expires_in: int = Field(description="seconds")


class Ticket(Reply):
    ticket: str
    expires_in: int = Field(description="seconds")


class SinkItem(Reply):
    id: int
    received_at: str
    headers: list[list[str]]
    body: str
    signature: str = Field(description="ok, wrong or none")
    answered: str


class Sink(Reply):
    mode: str
    count: int
    items: list[SinkItem]


class Setting(Reply):
    key: str
    value: str = Field(description="secrets are masked")
    origin: str = Field(description="default, a file, environment or flag")
    variable: str = Field(description="its name in the environment")
    meaning: str


class Settings(Reply):
    version: str
    epoch: str
    fsync_ms: float = Field(description="one fsync, measured at start")
    database_bytes: int
    has_sink: bool
    items: list[Setting]


class Health(Reply):
    status: str
    version: str = ""
    last_event_id: int = 0
    fsync_ms: float = 0
    detail: str = Field(default="", description="with 503: what broke")
