"""What is sent for a delivery and what an answer means: event → request, answer → attempt.

This is what `json` is (contract §4, "The request"); what each chat service wants stands in `chats`.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bedolaga_events import __version__, chats, sentences, wire
from bedolaga_events.chat_replies import Meaning
from bedolaga_events.chats import CHATS, Chat
from bedolaga_events.delivery import secrecy, signing
from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.reading import MAX_BODY
from bedolaga_events.delivery.secrecy import Hidden
from bedolaga_events.delivery.target import Request, Target
from bedolaga_events.model import Attempt, Delivery, ErrorCode, Format
from bedolaga_events.sentences import RU, Told, Words
from bedolaga_events.times import SECOND

USER_AGENT = f"bedolaga-events/{__version__}"
CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress")  # RFC 9110 §8.4.1
GZIP = b"\x1f\x8b"  # as which it begins, whatever its headers say
LAST = 5  # events of a message about many that are told one by one
LINE = 200  # characters of each of these
TAKEN_ELSEWHERE = (302, 303)  # "it is done; look there" (RFC 9110 §15.4.4): Google Apps Script


class Secret(NamedTuple):
    """A signing secret; an old one signs until a moment (microseconds)."""

    value: str
    until: int | None = None


class Endpoint:
    """Where a webhook's deliveries go, what they look like and how they are signed.

    Args:
        secrets: that sign; of a chat, the token.
        headers: extra request headers of this webhook.
        options: of the format.
        accepts_redirects: whether a 302 or 303 counts as taken.
    """

    def __init__(
        self,
        webhook_id: int,
        url: str,
        secrets: Sequence[Secret],
        headers: Mapping[str, str],
        kind: Format = Format.JSON,
        options: Mapping[str, Any] | None = None,
        *,
        accepts_redirects: bool = False,
    ) -> None:
        self.webhook_id = webhook_id
        self.keys = [(signing.Key(one.value), one.until) for one in secrets]
        self.options = options or {}
        self.accepts_redirects = accepts_redirects
        self.chat = CHATS.get(kind)
        hidden = secrecy.of_headers(headers)
        if self.chat is None:
            self.target, self.hidden = Target(url, headers), Hidden(hidden)
            return
        token = secrets[0].value if secrets else ""
        path = self.chat.path(token, self.options)
        own = self.chat.headers(token, self.options)
        # What an attempt shows of its request does not include those of the target.
        self.target = Target(url.rstrip("/") + path if path else url, _merged(own, headers))
        hidden += secrecy.of_token(token)
        self.hidden = Hidden(hidden + secrecy.of_url(url) if self.chat.hides_url else hidden)


def request(endpoint: Endpoint, delivery: Delivery, epoch: str, now: int, believed: int) -> Request:
    """The next attempt of a delivery as JSON.

    Args:
        epoch: that of the event, a part of every `webhook-id`.
        now: microseconds, as the wall tells them: what a receiver compares with.
        believed: the time by which secrets end (`times.Calendar`).
    """
    body = delivery.payload.encode("ascii")
    event_id = delivery.event_id  # a test has none: no receiver takes its example for an event
    source = f"test{delivery.id}" if event_id is None else str(event_id)
    message_id = f"msg_{epoch}_{source}_{endpoint.webhook_id}"
    keys = [key for key, until in endpoint.keys if until is None or until > believed]
    headers = (
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        ("X-Webhook-Event", delivery.event_type),
        ("X-Webhook-Id", str(endpoint.webhook_id)),
        ("X-Webhook-Delivery", str(delivery.id)),
        ("X-Webhook-Attempt", str(delivery.attempt_number + 1)),
        *([] if event_id is None else [("X-Webhook-Event-Id", str(event_id))]),
        ("X-Webhook-Event-Time", wire.rfc3339(delivery.event_time)),
        *signing.headers(body, keys, message_id, now // SECOND).items(),
    )
    return Request(headers, body)


def message(
    endpoint: Endpoint, deliveries: Sequence[Delivery], words: Mapping[str, Words]
) -> Request:
    """The next attempt of a delivery, or of many at once, as a message into a chat."""
    events = [told(one) for one in deliveries]
    lines = [in_words(endpoint.options, one, words) for one in events[-LAST:]]
    if len(events) > 1:
        in_sum = sentences.of_all(words, events, endpoint.options.get("language", RU))
        lines = [in_sum, *(f"• {shortened(one)}" for one in lines)]
    return _request(endpoint, "\n".join(lines))


def shortened(text: str) -> str:
    """A sentence among others: a line."""
    line = " ".join(text.split())
    return line if len(line) <= LINE else f"{line[: LINE - 1].rstrip()}…"


def saying(endpoint: Endpoint, texts: Mapping[str, str]) -> Request:
    """A message of the server's own into a chat, in the chat's language."""
    return _request(endpoint, texts[endpoint.options.get("language", RU)])


def told(delivery: Delivery) -> Told:
    """The event of a delivery, as a sentence needs it."""
    payload = wire.parse(delivery.payload)
    time = wire.rfc3339(delivery.event_time)
    return Told(delivery.event_type, payload, time, delivery.event_id)


def in_words(options: Mapping[str, Any], event: Told, words: Mapping[str, Words]) -> str:
    """What a chat says of an event: in the webhook's own words, if they say anything."""
    own = sentences.of_own(options["text"], event) if options.get("text") else ""
    return own or sentences.of_event(words, event, options.get("language", RU))


def attempt(
    endpoint: Endpoint, delivery: Delivery, sent: Request, answer: Answer, started_at: int
) -> Attempt:
    """What came of it, as it is recorded: without what is secret in an answer that repeats it.

    Args:
        started_at: microseconds.
    """
    moved_to, answer = None, endpoint.hidden.answer(answer)
    code, words, meaning = judged(endpoint, answer)
    if meaning is not None and meaning.moved_to is not None:
        moved_to = endpoint.options["chat_id"], meaning.moved_to
    return Attempt(
        number=delivery.attempt_number + 1,
        started_at=started_at,
        duration_ms=round(answer.duration * 1000),
        error_code=code,
        error_message=words,
        response_status=answer.status,
        response_headers=answer.headers,
        response_body=shown(answer),
        remote_address=answer.remote_address,
        request_headers=sent.headers,
        retry_after=meaning.retry_after if meaning else None,
        moved_to=moved_to,
    )


def judged(
    endpoint: Endpoint, answer: Answer
) -> tuple[ErrorCode | None, str | None, Meaning | None]:
    """`verdict`, by a chat service's own words where there are some.

    Args:
        answer: without what is hidden; words that were encoded in it are looked at once more.
    """
    code, words = verdict(answer, accepts_redirects=endpoint.accepts_redirects)
    meaning = _read(endpoint.chat, answer)
    if meaning is not None:
        code, words = _fault(meaning, answer.status), meaning.fault
    return code, words and endpoint.hidden.text(words), meaning


def verdict(
    answer: Answer, *, accepts_redirects: bool = False
) -> tuple[ErrorCode | None, str | None]:
    """Why it is a failure, as a code and in words; twice None for a success."""
    status = answer.status
    if status is None:
        return answer.error_code, answer.message
    if 200 <= status < 300 or (accepts_redirects and status in TAKEN_ELSEWHERE):
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


def _request(endpoint: Endpoint, text: str) -> Request:
    assert endpoint.chat is not None
    body = endpoint.chat.body(chats.fitted(endpoint.chat, text), endpoint.options)
    return Request((("User-Agent", USER_AGENT),), body)


def _read(chat: Chat | None, answer: Answer) -> Meaning | None:
    """What a chat service says; nothing if there was no answer, or a redirect."""
    if chat is None or answer.status is None or 300 <= answer.status < 400:
        return None
    return chat.reads(answer.status, _unpacked(answer.body).decode("utf-8", "replace"))


def _unpacked(body: bytes) -> bytes:
    """What gzip holds, as far as it came: some proxies compress though nobody asked for it."""
    if not body.startswith(GZIP):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_BODY)
    except zlib.error:
        return body


def _fault(meaning: Meaning, status: int | None) -> ErrorCode | None:
    if meaning.fault is None:
        return None
    is_fine = status is not None and status < 300
    return ErrorCode.BAD_RESPONSE if is_fine else ErrorCode.HTTP_STATUS


def _merged(own: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """A person's headers win, be it an Authorization."""
    names = {name.lower() for name in given}
    return {name: value for name, value in own.items() if name.lower() not in names} | dict(given)
