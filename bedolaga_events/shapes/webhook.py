"""What a webhook looks like, to who reads, creates or changes it (contract §4)."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import (
    Field,
)

from bedolaga_events.model import ErrorCode, Format, WebhookState
from bedolaga_events.model import Webhook as Kept
from bedolaga_events.shapes.base import (
    Page,
    Reply,
    Time,
    shown,
)
from bedolaga_events.shapes.subscription import (
    CONDITIONS,
    TYPES,
    KeptCondition,
)
from bedolaga_events.wire import MASK, rfc3339


class LastError(Reply):
    code: ErrorCode
    status: int | None
    message: str | None
    at: Time


class _Shown(Reply):
    id: int
    name: str
    url: str
    event_type: str = Field(description="the first of event_types")
    event_types: list[str] = Field(description=TYPES)
    filter: list[KeptCondition] | None = Field(description=CONDITIONS)
    is_active: bool
    description: str | None
    created_at: Time
    updated_at: Time
    last_triggered_at: Time | None
    failure_count: int
    success_count: int
    disabled_reason: str | None
    format: Format
    options: dict[str, Any] = Field(description="of the format")
    accept_redirects: bool = Field(description="a 302 or 303 counts as taken")
    max_per_minute: int = Field(description="0: no limit")
    state: WebhookState
    failing_since: Time | None = Field(description="the first failure since the last success")
    last_error: LastError | None = Field(description="of the attempt that ended last")
    last_success_at: Time | None
    undelivered: int = Field(description="deliveries that failed or wait for another attempt")
    headers: dict[str, str] = Field(description="extra request headers, masked")


class Webhook(_Shown):
    """Somebody who gets events."""

    has_secret: bool = Field(description="are its deliveries signed")


class ChangedWebhook(Webhook):
    """A webhook after a change."""

    skipped_since_inactive: int = Field(default=0, description="only when it was activated")


class CreatedWebhook(_Shown):
    """A webhook as it was made; `has_secret` comes along."""

    # has_secret is not named here: beside an optional secret, a class that a generator makes in Go
    # would have a field and a method HasSecret.
    secret: str = Field(default="", description="shown this once; only with generate_secret")


class WebhookPage(Page[Webhook]):
    """A page of the list of webhooks."""


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
    old_secret_until: Time | None


class CheckedAddress(Reply):
    address: str
    allowed: bool
    rule: str


class CheckedUrl(Reply):
    allowed: bool
    addresses: list[CheckedAddress]
    detail: str


def fields(webhook: Kept, header_names: Iterable[str]) -> dict[str, object]:
    """A webhook as contract §4 lists it: the secret never, header values masked."""
    error = webhook.last_error
    return shown(
        Webhook,
        webhook,
        filter=webhook.filter and json.loads(webhook.filter),
        last_error=error and shown(LastError, error, at=rfc3339(error.at)),
        headers=dict.fromkeys(header_names, MASK),
    )


def news(webhook: Kept, **more: object) -> str:
    """A webhook as the live feed shows it: without its headers."""
    shown = fields(webhook, ())
    del shown["headers"]
    return json.dumps(shown | more)
