"""How values look outside: the canonical body, RFC 3339 times, and the JSON of each noun."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from bedolaga_events.model import Attempt, Delivery, ErrorCode, Event, LastError, Token, Webhook

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - formatting without a zone is twice as fast
MASK = "••••••"


class LongInteger:
    """An integer literal of more digits than `int()` takes (4,300), kept as written.

    Converting would cost quadratic time; nobody here computes with it.
    """

    __slots__ = ("digits",)

    def __init__(self, digits: str) -> None:
        self.digits = digits


def parse(text: str) -> Any:
    """Read JSON (RFC 8259).

    Raises:
        ValueError: not JSON, or NaN or Infinity, or nested too deeply; the message is a sentence.
    """
    try:
        return _strict_loads(text)
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None


def canonical(value: Any) -> str:
    """The one text of a payload: ``json.dumps(value, sort_keys=True)``, all ASCII (contract §4).

    Raises:
        ValueError: a number is out of range (1e999), or the value is nested too deeply.
    """
    try:
        return _CANONICAL.encode(value)
    except TypeError:
        return _dump_with_long_integers(value)
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None


@lru_cache(maxsize=64)  # what one commit holds has one time
def rfc3339(microseconds: int) -> str:
    """``2026-01-15T10:30:00.123456Z`` for microseconds since the epoch."""
    moment = NAIVE_EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="microseconds") + "Z"


def optional_time(microseconds: int | None) -> str | None:
    """`rfc3339`, or None for None."""
    return None if microseconds is None else rfc3339(microseconds)


def microseconds(text: str) -> int:
    """Microseconds since the epoch for an RFC 3339 or ISO 8601 time; without a zone it is UTC.

    Raises:
        ValueError: the text is not a time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1)


def frame(event: Event) -> str:
    """An event as /ws shows it (contract §3)."""
    return (
        f'{{"type": "{event.type}", "payload": {event.payload}, '
        f'"timestamp": "{rfc3339(event.timestamp)}", "id": {event.id}}}'
    )


def event(event: Event) -> str:
    """An event as the log lists it; without its payload when that was not read."""
    payload = f'"payload": {event.payload}, ' if event.payload else ""
    return (
        f'{{"id": {event.id}, "type": "{event.type}", {payload}'
        f'"timestamp": "{rfc3339(event.timestamp)}", '
        f'"created_at": "{rfc3339(event.created_at)}", "deliveries": {event.deliveries}}}'
    )


def accepted(event: Event, *, duplicate: bool) -> str:
    """The reply to POST /events (contract §2)."""
    tail = ', "duplicate": true}' if duplicate else "}"
    return (
        f'{{"id": {event.id}, "type": "{event.type}", '
        f'"timestamp": "{rfc3339(event.timestamp)}", "deliveries": {event.deliveries}{tail}'
    )


def delivery(delivery: Delivery, *, bodies: bool = True) -> str:
    """A delivery as contract §4 lists it; without `bodies`, as the live feed shows it.

    A payload that was not read is left out.
    """
    last = delivery.last
    fields = {
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
    if not bodies:
        return json.dumps(fields)
    fields["response_body"] = last.response_body if last else None
    return spliced(fields, **({"payload": delivery.payload} if delivery.payload else {}))


def _error_code(delivery: Delivery) -> ErrorCode | None:
    if delivery.is_cancelled:
        return ErrorCode.CANCELLED
    return delivery.last.error_code if delivery.last else None


def attempt(attempt: Attempt) -> dict[str, object]:
    """An attempt as the delivery's detail shows it."""
    return {
        "number": attempt.number,
        "started_at": rfc3339(attempt.started_at),
        "duration_ms": attempt.duration_ms,
        "response_status": attempt.response_status,
        "response_headers": list(attempt.response_headers),
        "response_body": attempt.response_body,
        "error_code": attempt.error_code,
        "error_message": attempt.error_message,
        "remote_address": attempt.remote_address,
        "request_headers": list(attempt.request_headers),
    }


def webhook(webhook: Webhook, header_names: Iterable[str]) -> dict[str, object]:
    """A webhook as contract §4 lists it: the secret never, header values masked."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "event_type": webhook.event_type,
        "is_active": webhook.is_active,
        "description": webhook.description,
        "created_at": rfc3339(webhook.created_at),
        "updated_at": rfc3339(webhook.updated_at),
        "last_triggered_at": optional_time(webhook.last_triggered_at),
        "failure_count": webhook.failure_count,
        "success_count": webhook.success_count,
        "has_secret": webhook.has_secret,
        "disabled_reason": webhook.disabled_reason,
        "max_per_minute": webhook.max_per_minute,
        "state": webhook.state,
        "failing_since": optional_time(webhook.failing_since),
        "last_error": _last_error(webhook.last_error),
        "last_success_at": optional_time(webhook.last_success_at),
        "undelivered": webhook.undelivered,
        "headers": dict.fromkeys(header_names, MASK),
    }


def _last_error(error: LastError | None) -> dict[str, object] | None:
    return error and error._asdict() | {"at": rfc3339(error.at)}


def webhook_news(one: Webhook, **more: object) -> str:
    """A webhook as the live feed shows it: without its headers."""
    fields = webhook(one, ())
    del fields["headers"]
    return json.dumps(fields | more)


def news(kind: str, payload: str, now: int) -> str:
    """A message of a topic, around the JSON text of its payload."""
    return f'{{"type": "{kind}", "payload": {payload}, "timestamp": "{rfc3339(now)}"}}'


def token(token: Token) -> dict[str, object]:
    """A token as GET /tokens lists it."""
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": sorted(token.scopes),
        "created_at": rfc3339(token.created_at),
        "last_used_at": optional_time(token.last_used_at),
        "expires_at": optional_time(token.expires_at),
    }


def sign_in_link(address: str, code: str) -> str:
    """Where a one-time code signs a browser in; what stands behind # is sent to nobody."""
    return f"{address.rstrip('/')}/#login={code}"


def page(items: Iterable[str], **numbers: object) -> str:
    """A list reply of JSON texts: ``{"items": [...], "total": ..., ...}``."""
    return spliced(numbers, items=f"[{', '.join(items)}]")


def spliced(fields: Mapping[str, object], **texts: str) -> str:
    """JSON of `fields`, with members that are JSON text already."""
    members = [f'"{name}": {text}' for name, text in texts.items()]
    members += [json.dumps(fields)[1:-1]] if fields else []
    return "{" + ", ".join(members) + "}"


def _strict_loads(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"This is not JSON: {error}.") from None
    except ValueError as error:
        if "integer string conversion" in str(error):
            return _LONG_DECODER.decode(text)
        raise


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number.")


def _integer(literal: str) -> int | LongInteger:
    try:
        return int(literal)
    except ValueError:
        return LongInteger(literal)


def _dump_with_long_integers(value: Any) -> str:
    match value:
        case LongInteger():
            return value.digits
        case dict():
            members = (
                f"{json.dumps(key)}: {_dump_with_long_integers(member)}"
                for key, member in sorted(value.items())
            )
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(map(_dump_with_long_integers, value)) + "]"
        case _:
            return _CANONICAL.encode(value)


# What was parsed has no circles; one in a bot's own object ends as nested too deeply.
_CANONICAL = json.JSONEncoder(sort_keys=True, allow_nan=False, check_circular=False)
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_LONG_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer)
