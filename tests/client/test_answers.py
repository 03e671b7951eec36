"""What an answer means for the events of a request (bedolaga_events_client.answers)."""

import json

import pytest

from bedolaga_events_client.answers import (
    Doubtful,
    Refused,
    Taken,
    Verdict,
    Wait,
    retry_after,
    verdict,
)

ITEMS = json.dumps({"items": [{"id": 1}, {"id": 2}]}).encode()
DETAIL = b'{"detail": "Unknown event type."}'
PAGE = b"<html>Welcome to our hotel</html>"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (202, ITEMS, Taken),
        (202, b'{"items": [{"id": 1}]}', Wait),
        (202, b'{"items": 2}', Wait),
        (202, b"[" * 100_000, Wait),
        (202, PAGE, Wait),
        (200, ITEMS, Wait),
        (200, PAGE, Wait),
        (204, b"", Wait),
        (301, PAGE, Wait),
        (307, b"", Wait),
        (400, DETAIL, Refused),
        (409, DETAIL, Refused),
        (413, DETAIL, Refused),
        (422, DETAIL, Refused),
        (413, PAGE, Doubtful),
        (400, PAGE, Doubtful),
        (422, b'"detail"', Doubtful),
        (401, DETAIL, Wait),
        (403, PAGE, Wait),
        (404, DETAIL, Wait),
        (405, DETAIL, Wait),
        (408, b"", Doubtful),
        (429, DETAIL, Wait),
        (500, DETAIL, Doubtful),
        (502, PAGE, Doubtful),
        (503, DETAIL, Doubtful),
        (507, DETAIL, Doubtful),
        (599, b"\xff\x00", Doubtful),
    ],
)
def test_only_the_servers_own_word_counts(status: int, body: bytes, kind: type[Verdict]) -> None:
    """202 with as many items takes them; a refusal is a JSON sentence; the rest is tried again."""
    assert type(verdict(status, {}, body, 2)) is kind


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3.0), (" 3 ", 3.0), ("86400", 30.0), ("9" * 400, 30.0), ("-1", 0.0), ("٣", 0.0),
     ("", 0.0), ("Thu, 26 Nov 2026 10:00:00 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_holds_within_reason(text: str, seconds: float) -> None:
    """Seconds are honoured up to the longest pause; anything else says nothing."""
    assert retry_after({"Retry-After": text}) == seconds
