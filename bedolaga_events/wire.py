"""How values are written: the canonical body, RFC 3339 times, JSON put together from JSON."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - formatting without a zone is twice as fast
MASK = "••••••"
SHORT, CUT = 2_000, 200  # characters: of a payload that is brief already, of a text in others
PLAIN = (str, int, float, type(None))
WHSEC = "whsec_"  # a secret that is a key in base64 (Standard Webhooks 1.0.0)


def parse(text: str) -> Any:
    """Read JSON (RFC 8259); an integer of more than 4,300 digits is out of range, as 1e999 is.

    Raises:
        ValueError: not JSON, or NaN or Infinity, or nested too deeply; the message is a sentence.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"This is not JSON: {error}.") from None
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        return _RANGELESS.decode(text)


def canonical(value: Any) -> str:
    """The one text of a payload: ``json.dumps(value, sort_keys=True)``, all ASCII (contract §4).

    Raises:
        ValueError: a number is out of range (1e999), or the value is nested too deeply.
    """
    try:
        return _CANONICAL.encode(value)
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None


def brief(payload: str) -> str:
    """A payload of at most `SHORT` characters as it is; of a longer one plain values, texts cut."""
    if len(payload) <= SHORT:
        return payload
    kept, left = dict[str, Any](), SHORT
    for name, value in parse(payload).items():
        shown = value[:CUT] if isinstance(value, str) else value
        left -= len(name)
        if isinstance(shown, PLAIN) and left > 0:
            kept[name] = shown
            left -= len(str(shown))
    return canonical(kept)


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
    moment = datetime.fromisoformat(text.upper())  # t and z are RFC 3339's too (§5.6)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1)


def news(kind: str, payload: str, now: int) -> str:
    """A message of a topic, around the JSON text of its payload."""
    return f'{{"type": "{kind}", "payload": {payload}, "timestamp": "{rfc3339(now)}"}}'


def page(items: Iterable[str], **numbers: object) -> str:
    """A list reply of JSON texts: ``{"items": [...], "total": ..., ...}``."""
    return spliced(numbers, items=f"[{', '.join(items)}]")


def spliced(fields: Mapping[str, object], **texts: str) -> str:
    """JSON of `fields`, with members that are JSON text already."""
    members = [f'"{name}": {text}' for name, text in texts.items()]
    members += [json.dumps(fields)[1:-1]] if fields else []
    return "{" + ", ".join(members) + "}"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number.")


# What was parsed has no circles; one in a bot's own object ends as nested too deeply.
_CANONICAL = json.JSONEncoder(sort_keys=True, allow_nan=False, check_circular=False)
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_RANGELESS = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=float)
