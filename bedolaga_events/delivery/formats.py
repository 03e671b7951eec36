"""What is sent for a delivery and what an answer means: event → request, answer → attempt."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bedolaga_events import __version__, wire
from bedolaga_events.delivery import signing
from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.target import Request, Target
from bedolaga_events.model import Attempt, Delivery, ErrorCode

USER_AGENT = f"bedolaga-events/{__version__}"
SECOND = 1_000_000  # microseconds
CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress")  # RFC 9110 §8.4.1
GZIP = b"\x1f\x8b"  # as which it begins, whatever its headers say


class Secret(NamedTuple):
    """A signing secret; an old one signs until a moment (microseconds)."""

    value: str
    until: int | None = None


class Endpoint:
    """Where a webhook's deliveries go and how they are signed.

    Args:
        headers: extra request headers of this webhook.
    """

    def __init__(
        self, webhook_id: int, url: str, secrets: Sequence[Secret], headers: Mapping[str, str]
    ) -> None:
        self.webhook_id = webhook_id
        self.target = Target(url, headers)
        self.secrets = secrets


def request(endpoint: Endpoint, delivery: Delivery, epoch: str, now: int) -> Request:
    """The next attempt of a delivery (contract §4, "The request").

    Args:
        epoch: that of the event, a part of every `webhook-id`.
        now: microseconds.
    """
    body = delivery.payload.encode("ascii")
    event_id = delivery.event_id  # a test has none: no receiver takes its example for an event
    source = f"test{delivery.id}" if event_id is None else str(event_id)
    message_id = f"msg_{epoch}_{source}_{endpoint.webhook_id}"
    secrets = [one.value for one in endpoint.secrets if one.until is None or one.until > now]
    headers = (
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        ("X-Webhook-Event", delivery.event_type),
        ("X-Webhook-Id", str(endpoint.webhook_id)),
        ("X-Webhook-Delivery", str(delivery.id)),
        ("X-Webhook-Attempt", str(delivery.attempt_number + 1)),
        *([] if event_id is None else [("X-Webhook-Event-Id", str(event_id))]),
        ("X-Webhook-Event-Time", wire.rfc3339(delivery.event_time)),
        *signing.headers(body, secrets, message_id, now // SECOND).items(),
    )
    return Request(headers, body)


def attempt(delivery: Delivery, sent: Request, answer: Answer, started_at: int) -> Attempt:
    """What came of it, as it is recorded.

    Args:
        started_at: microseconds.
    """
    code, message = verdict(answer)
    return Attempt(
        number=delivery.attempt_number + 1,
        started_at=started_at,
        duration_ms=round(answer.duration * 1000),
        error_code=code,
        error_message=message,
        response_status=answer.status,
        response_headers=answer.headers,
        response_body=shown(answer),
        remote_address=answer.remote_address,
        request_headers=sent.headers,
    )


def verdict(answer: Answer) -> tuple[ErrorCode | None, str | None]:
    """Why it is a failure, as a code and in words; twice None for a success."""
    status = answer.status
    if status is None:
        return answer.error_code, answer.message
    if 200 <= status < 300:
        return None, None
    if 300 <= status < 400:
        words = f"the receiver redirects (HTTP {status}); redirects are not followed"
        return ErrorCode.REDIRECT, words
    return ErrorCode.HTTP_STATUS, f"the receiver answered HTTP {status} {answer.message}".rstrip()


def shown(answer: Answer) -> str | None:
    """The kept bytes of a body as text; what came compressed is only named."""
    if answer.status is None and not answer.body:
        return None
    codings = dict(answer.headers).get("content-encoding", "").lower()
    named = [one for one in codings.replace(",", " ").split() if one in CODINGS]
    if answer.body.startswith(GZIP):
        named = named or ["gzip"]
    if answer.body and named:
        return f"[{', '.join(named)}: {len(answer.body)} bytes, compressed]"
    return answer.body.decode("utf-8", "backslashreplace")
