"""What a webhook looks like, to who reads, creates or changes it (contract §4)."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bedolaga_events.model import ErrorCode, Format, WebhookState
from bedolaga_events.model import LastError as Why
from bedolaga_events.model import Webhook as Kept
from bedolaga_events.shapes.base import (
    Body,
    Name,
    Paged,
    Partial,
    Reply,
    empty_is_none,
)
from bedolaga_events.shapes.chat import Options
from bedolaga_events.shapes.subscription import (
    CONDITIONS,
    TYPES,
    Conditions,
    EventTypes,
    KeptCondition,
    without_first,
)
from bedolaga_events.shapes.webhook_fields import (
    Description,
    EventPattern,
    Headers,
    PerMinute,
    Secret,
    Url,
)
from bedolaga_events.wire import MASK, optional_time, rfc3339

ONE = "one type, in place of event_types"


class LastError(Reply):
    code: ErrorCode
    status: int | None
    message: str | None
    at: str


class Webhook(Reply):
    id: int
    name: str
    url: str
    event_type: str = Field(description="the first of event_types")
    event_types: list[str] = Field(description=TYPES)
    filter: list[KeptCondition] | None = Field(description=CONDITIONS)
    is_active: bool
    description: str | None
    created_at: str
    updated_at: str
    last_triggered_at: str | None
    failure_count: int
    success_count: int
    has_secret: bool
    disabled_reason: str | None
    format: Format
    options: dict[str, Any] = Field(description="of the format")
    accept_redirects: bool = Field(description="a 302 or 303 counts as taken")
    max_per_minute: int = Field(description="0: no limit")
    state: WebhookState
    failing_since: str | None = Field(description="the first failure since the last success")
    last_error: LastError | None = Field(description="of the attempt that ended last")
    last_success_at: str | None
    undelivered: int = Field(description="deliveries that failed or wait for another attempt")
    headers: dict[str, str] = Field(description="extra request headers, masked")
    secret: str = Field(default="", description="only in the reply that made it")
    skipped_since_inactive: int = Field(default=0, description="only when it was activated")


class WebhookStats(Reply):
    total_webhooks: int
    active_webhooks: int
    total_deliveries: int
    successful_deliveries: int
    failed_deliveries: int
    pending_deliveries: int
    skipped_deliveries: int
    undelivered_deliveries: int
    replaying_deliveries: int = Field(description="to be queued by replays that are under way")
    success_rate: float = Field(description="percent of finished deliveries")


class RotatedSecret(Reply):
    secret: str
    old_secret_until: str | None


class CheckedAddress(Reply):
    address: str
    allowed: bool
    rule: str


class CheckedUrl(Reply):
    allowed: bool
    addresses: list[CheckedAddress]
    detail: str


class NewWebhook(Body):
    name: Name
    url: Annotated[Url | None, Field(description="may be left out with telegram and max")] = None
    event_types: EventTypes | None = None
    event_type: Annotated[EventPattern | None, Field(validate_default=True, description=ONE)] = None
    filter: Conditions | None = None
    secret: Annotated[Secret | None, AfterValidator(empty_is_none)] = None
    generate_secret: bool = False
    description: Description | None = None
    is_active: bool = True
    headers: Annotated[Headers, Field(default_factory=dict)]
    format: Annotated[Format, Field(strict=False)] = Format.JSON
    options: Annotated[Options, Field(default_factory=Options)]
    accept_redirects: bool = False
    max_per_minute: Annotated[PerMinute | None, Field(description="0, or 20 for chats")] = None

    @model_validator(mode="before")
    @classmethod
    def _types(cls, sent: dict[str, Any]) -> dict[str, Any]:
        return without_first(sent)

    @field_validator("event_type")
    @classmethod
    def _there_is_one(cls, event_type: str | None, info: ValidationInfo) -> str | None:
        if event_type is None and info.data.get("event_types", ()) is None:
            raise ValueError("say which events: event_types, or event_type")
        return event_type

    def given(self) -> dict[str, Any]:
        """What was sent, with its types as a list."""
        given = self.model_dump(exclude_unset=True, exclude={"generate_secret"})
        first = given.pop("event_type", None)
        types = given.get("event_types") or [first]
        return given | {"event_types": types, "options": self.options.given()}


class WebhookChange(Partial):
    """What cannot be changed may stand here as it was read, and null means unchanged."""

    name: Name | None = None
    url: Url | None = None
    secret: Annotated[Secret | None, Field(description="empty: stays as it is; null: removed")] = (
        None
    )
    description: Annotated[Description | None, Field(description="null: none")] = None
    is_active: bool | None = None
    headers: Headers | None = None
    event_types: EventTypes | None = None
    event_type: Annotated[EventPattern | None, Field(description="as it is")] = None
    filter: Conditions | None = None
    format: Annotated[Format, Field(strict=False)] | None = None
    options: Options | None = None
    accept_redirects: bool | None = None
    max_per_minute: PerMinute | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_changes(cls, sent: dict[str, Any]) -> dict[str, Any]:
        """Without what only the server changes, and without what means unchanged."""
        own = cls.model_fields.keys()
        ignored = Webhook.model_fields.keys() - own
        kept = {name: it for name, it in without_first(sent).items() if name not in ignored}
        return {
            name: value
            for name, value in kept.items()
            if value is not None or name in ("description", "filter", "secret") or name not in own
        }

    def given(self) -> dict[str, Any]:
        """The changes; an empty secret is an edit form's field that nobody filled in."""
        given = super().given()
        if given.get("secret") == "":
            del given["secret"]
        if self.options is not None:
            given["options"] = self.options.given()
        return given


class WebhooksQuery(Paged):
    event_type: str | None = None
    is_active: bool | None = None
    q: str | None = None


class RotateSecret(Body):
    overlap_hours: Annotated[float, Field(ge=0, le=24 * 30)] = 24


class CheckUrl(Body):
    url: Url


def fields(webhook: Kept, header_names: Iterable[str]) -> dict[str, object]:
    """A webhook as contract §4 lists it: the secret never, header values masked."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "event_type": webhook.event_type,
        "event_types": webhook.event_types,
        "filter": webhook.filter and json.loads(webhook.filter),
        "is_active": webhook.is_active,
        "description": webhook.description,
        "created_at": rfc3339(webhook.created_at),
        "updated_at": rfc3339(webhook.updated_at),
        "last_triggered_at": optional_time(webhook.last_triggered_at),
        "failure_count": webhook.failure_count,
        "success_count": webhook.success_count,
        "has_secret": webhook.has_secret,
        "disabled_reason": webhook.disabled_reason,
        "format": webhook.format,
        "options": webhook.options,
        "accept_redirects": webhook.accept_redirects,
        "max_per_minute": webhook.max_per_minute,
        "state": webhook.state,
        "failing_since": optional_time(webhook.failing_since),
        "last_error": _last_error(webhook.last_error),
        "last_success_at": optional_time(webhook.last_success_at),
        "undelivered": webhook.undelivered,
        "headers": dict.fromkeys(header_names, MASK),
    }


def _last_error(error: Why | None) -> dict[str, object] | None:
    return error and error._asdict() | {"at": rfc3339(error.at)}


def news(webhook: Kept, **more: object) -> str:
    """A webhook as the live feed shows it: without its headers."""
    shown = fields(webhook, ())
    del shown["headers"]
    return json.dumps(shown | more)
