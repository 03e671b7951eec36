"""The reader of answers: the same verdict however the bytes are cut, and a bound for each."""

import random
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.delivery.reading import MAX_BODY, MAX_HEAD, Reading
from tests.delivery.answers import ANSWERS

PIECES = sorted({line for case in ANSWERS.values() for line in case.sent[:400].splitlines(True)})
MIXED = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)


def read(*pieces: bytes, kept: bool = False) -> Reading:
    reading = Reading(kept=kept)
    for piece in pieces:
        reading.feed(piece)
    return reading


def verdict(reading: Reading) -> tuple[object, ...]:
    reading.end()
    return reading.status, reading.reason, reading.headers


def cut(sent: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({one % (len(sent) + 1) for one in places} | {0, len(sent)})
    return [sent[start:end] for start, end in pairwise(ends)]


@given(MIXED | st.binary(max_size=60), st.lists(st.integers(0, 10_000), max_size=8), st.booleans())
def test_no_cut_changes_the_verdict(sent: bytes, places: list[int], kept: bool) -> None:
    """Whatever comes, in whatever segments: status, reason and headers are the same."""
    whole = read(sent, kept=kept)
    pieces = read(*cut(sent, places), kept=kept)
    assert (whole.is_done, whole.is_framed) == (pieces.is_done, pieces.is_framed)
    assert verdict(whole) == verdict(pieces)
    assert len(whole.body) <= MAX_BODY


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize(("size", "most"), [(1, 6_000), (7, 70_000), (1_460, 200_000)])
def test_every_answer_of_the_corpus_reads_alike_in_segments(
    name: str, size: int, most: int
) -> None:
    """Byte by byte, and as they come over a line; past the bounds nothing is looked at."""
    sent = ANSWERS[name].sent[:most]
    whole = read(sent)
    pieces = read(*(sent[at : at + size] for at in range(0, len(sent), size)))
    assert verdict(whole) == verdict(pieces)


@given(MIXED)
def test_what_is_in_front_of_an_answer_on_a_kept_connection_is_nobodys(sent: bytes) -> None:
    """Unless it looks like an answer itself."""
    if b"HTTP" in sent.upper() or sent.upper().endswith((b"H", b"HT", b"HTT")):
        return
    reading = read(sent + b"HTTP/1.1 204 No Content\r\n\r\n", kept=True)
    assert (reading.status, reading.is_done) == (204, True)


@given(MIXED, st.sampled_from([200, 204, 301, 404, 410, 500, 503]))
def test_a_status_line_decides_whatever_follows(rest: bytes, status: int) -> None:
    """That is the whole promise."""
    reading = read(f"HTTP/1.1 {status} X\r\n".encode() + rest)
    reading.end()
    assert reading.status == status


@given(st.binary(max_size=3_000), st.lists(st.integers(1, 500), max_size=8), st.booleans())
def test_a_body_in_chunks_is_put_together(body: bytes, sizes: list[int], lf: bool) -> None:
    """Any body in any chunks, and the connection may stay."""
    end = b"\n" if lf else b"\r\n"
    sent, left = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", body
    for size in [*sizes, len(body)]:
        piece, left = left[:size], left[size:]
        if piece:
            sent += b"%x%b%b%b" % (len(piece), end, piece, end)
    reading = read(sent + b"0" + end + end)
    assert (bytes(reading.body), reading.is_done, reading.can_stay) == (body, True, True)


ENDLESS = {
    "a reason": (b"HTTP/1.1 200 ", b"x" * 997, 200),
    "a header": (b"HTTP/1.1 200 OK\r\nX-A: ", b"x" * 997, 200),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 99, 200),
    "folded lines": (b"HTTP/1.1 200 OK\r\nX-A: b\r\n", b" c\r\n" * 99, 200),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 9, None),
    "empty lines": (b"", b"\r\n" * 99, None),
    "a body": (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 997, 200),
    "a long body": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 997, 200),
    "a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b"x" * 997,
        200,
    ),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n" * 99,
        200,
    ),
    "a chunk's extension": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"x" * 997,
        200,
    ),
    "trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-A: b\r\n" * 99,
        200,
    ),
    "a trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: ",
        b"x" * 997,
        200,
    ),
    "noise": (b"SSH-2.0\r\n", b"x" * 997, None),
}


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("kept", [False, True])
def test_an_answer_without_end_is_cut(name: str, kept: bool) -> None:
    """After 64 KiB of heads or 16 KiB of body; what it costs does not grow with what is sent."""
    start, more, status = ENDLESS[name]
    tracemalloc.start()
    reading, sent = read(start, kept=kept), len(start)
    while not reading.is_done and sent < 4 * MAX_HEAD:
        reading.feed(more)
        sent += len(more)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000  # 64 KiB of headers of a few bytes each
    assert reading.is_done or kept
    assert sent < 2 * MAX_HEAD or (kept and status is None)
    reading.end()
    assert reading.status == status
    assert len(reading.body) <= MAX_BODY


def test_hostile_lines_are_read_in_good_time() -> None:
    """No expression goes back and forth: a head of nearly 64 KiB of blanks and colons, in bytes."""
    noise = random.Random(1)
    head = bytes(noise.choice(b" \t:;,0aA\r") for _ in range(60_000))
    for start in (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        reading = read(start, *(head[at : at + 100] for at in range(0, len(head), 100)))
        reading.end()
        assert reading.status == 200
