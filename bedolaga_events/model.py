"""The nouns: what the server keeps; times in microseconds since 1970, payloads as canonical text.

What is made for every event is a named tuple: a quarter of a dataclass's cost.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple


class Scope(enum.StrEnum):
    """What a token may do (contract §1)."""

    ADMIN = "admin"
    READ = "read"
    PUBLISH = "publish"


class Status(enum.StrEnum):
    """Where a delivery stands (contract §4)."""

    PENDING = "pending"  # waiting, in flight, or between retries
    SUCCESS = "success"  # answered 2xx
    FAILED = "failed"  # given up
    SKIPPED = "skipped"  # the webhook was inactive when the event came


class ErrorCode(enum.StrEnum):
    """Why an attempt failed: a closed set (contract §4)."""

    DNS = "dns"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    CONNECT_TIMEOUT = "connect_timeout"
    TIMEOUT = "timeout"
    TLS = "tls"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    REDIRECT = "redirect"
    HTTP_STATUS = "http_status"
    BAD_RESPONSE = "bad_response"
    CANCELLED = "cancelled"


class EventDraft(NamedTuple):
    """An event that was accepted at the edge and has no id yet."""

    type: str
    payload: str
    timestamp: int | None = None  # when it happened; None: when it is committed
    idempotency_key: str | None = None
    moves: "tuple[Move, ...]" = ()
    fields: Mapping[str, Any] = MappingProxyType({})  # the payload as it was read, for filters


class Move(NamedTuple):
    """What an event does to one of the dashboard's numbers, read once at the edge."""

    number: str
    amount: int = 0  # what it adds to a count, or kopeks to a sum
    key: str | None = None  # of what is kept one by one; as text: an id may be longer than 64 bits
    is_open: bool | None = None  # that one's new state
    is_new: bool = False  # it did not exist before, so no starting value held it


class Event(NamedTuple):
    """A committed event."""

    id: int
    type: str
    payload: str
    timestamp: int
    created_at: int
    deliveries: int = 0


class Accepted(NamedTuple):
    """The answer to a draft: the event, or the one that its idempotency key already made."""

    event: Event
    duplicate: bool = False


class WebhookState(enum.StrEnum):
    """How a webhook fares (contract §4)."""

    WORKING = "working"
    FAILING = "failing"  # its last attempt failed
    OFF = "off"  # by a person
    DISABLED = "disabled"  # by the server


class Format(enum.StrEnum):
    """What a webhook's deliveries look like (contract §4); all but the first are chats."""

    JSON = "json"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    SLACK = "slack"
    NTFY = "ntfy"
    MAX = "max"


class SigningSecret(NamedTuple):
    """A webhook's secret, encrypted; one that was rotated out signs until a moment."""

    box: bytes
    until: int | None  # None: the present one


class LastError(NamedTuple):
    """Why a webhook's last attempt failed, and when that ended."""

    code: "ErrorCode"
    status: int | None
    message: str | None
    at: int
    rest_until: int = 0  # the receiver asked to be left alone so long; not shown


class Webhook(NamedTuple):
    """A subscription of an outside system; boxes are encrypted, `secrets` are newest first."""

    id: int
    name: str
    url: str
    event_types: tuple[str, ...]  # types, families (ticket.*) or *
    filter: str | None  # JSON list of conditions, as it came (see `filters`)
    is_active: bool
    description: str | None
    created_at: int
    updated_at: int
    last_triggered_at: int | None
    failure_count: int
    success_count: int
    disabled_reason: str | None
    inactive_since: int | None
    failing_since: int | None  # start of the first failure since the last success
    patience_since: int | None  # the clock that disables: begins anew where failing_since does not
    last_success_at: int | None
    last_error: LastError | None  # of the attempt that ended last
    undelivered: int
    max_per_minute: int  # 0: no limit
    format: Format
    options: dict[str, Any]  # of the format
    accept_redirects: bool  # a 302 or 303 counts as taken
    url_box: bytes | None  # of a URL that is a secret; `url` is then what is shown of it
    wants_since: int  # since when it subscribes to what it does
    headers_box: bytes | None
    secrets: tuple[SigningSecret, ...]

    @property
    def event_type(self) -> str:
        """The first of its types, for clients of the reference."""
        return self.event_types[0]

    @property
    def has_secret(self) -> bool:
        """Whether its deliveries are signed."""
        return any(one.until is None for one in self.secrets)

    @property
    def folds(self) -> bool:
        """Whether many of its deliveries go out as one message (contract §4)."""
        return self.format is not Format.JSON and bool(self.options.get("fold", True))

    @property
    def destination(self) -> tuple[object, ...]:
        """What says where its deliveries go; another one is another receiver."""
        return self.url, self.url_box, self.format, self.options

    @property
    def state(self) -> WebhookState:
        """How it fares."""
        if not self.is_active:
            return WebhookState.DISABLED if self.disabled_reason else WebhookState.OFF
        return WebhookState.FAILING if self.last_error else WebhookState.WORKING


class Attempt(NamedTuple):
    """One POST and what came of it."""

    number: int
    started_at: int
    duration_ms: int
    error_code: ErrorCode | None = None
    error_message: str | None = None
    response_status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str | None = None
    remote_address: str | None = None
    request_headers: tuple[tuple[str, str], ...] = ()
    retry_after: float | None = None  # seconds that the body asked for; not kept
    moved_to: tuple[int | str, int] | None = None  # a chat's old and new id; not kept
    pause: int = 0  # microseconds for which the receiver asked to be left alone

    @property
    def succeeded(self) -> bool:
        """Whether the receiver answered 2xx in time."""
        return self.error_code is None

    @property
    def ended_at(self) -> int:
        """When it ended, to the millisecond."""
        return self.started_at + self.duration_ms * 1_000


class Delivery(NamedTuple):
    """One event on its way to one webhook, with its latest attempt."""

    id: int
    webhook_id: int
    event_id: int | None
    event_type: str
    payload: str
    event_time: int  # when the event happened; when a test was made
    status: Status
    attempt_number: int
    created_at: int
    delivered_at: int | None
    next_retry_at: int | None
    is_test: bool
    last: Attempt | None = None
    reason: str | None = None
    schedule_from: int = 0  # attempts made before the present schedule began
    asked: int = 0  # how often a person asked for it to be sent

    @property
    def is_cancelled(self) -> bool:
        """Whether a person gave it up: only then a failed delivery has a reason of its own."""
        return self.status is Status.FAILED and self.reason is not None


@dataclass(frozen=True, slots=True)
class Token:
    """An API token; its secret value is not kept, only the SHA-256 digest."""

    id: int
    name: str
    prefix: str
    digest: bytes
    scopes: frozenset[Scope]
    created_at: int
    last_used_at: int | None
    expires_at: int | None

    def allows(self, scope: Scope) -> bool:
        """Whether this token may do what `scope` names; admin may do everything."""
        return scope in self.scopes or Scope.ADMIN in self.scopes
