"""RFC 6455 at the level of bytes: some 300 raw cases, sections 1 to 7 and 10 of Autobahn's suite.

Sections 9 (many megabytes) and 12, 13 (compression) do not apply: a message has at most 64 KiB,
and no extension is agreed on.
"""

import asyncio
from typing import Any, NamedTuple

import pytest

from tests.api.websockets import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Raw,
    frame,
)
from tests.conftest import Server

OURS = b'{"type": "ping"}'
MINE = ("text", '{"type": "pong"}')  # the answer to `OURS`
ERROR = ("error", None)  # any message of ours that says what was wrong
PROTOCOL, DATA, BIG = ("close", 1002), ("close", 1007), ("close", 1009)


class Case(NamedTuple):
    """What is sent, in which pieces, and what comes back before the connection goes on or ends."""

    name: str
    sent: list[bytes]
    answers: list[Any]


def one(name: str, data: bytes, *answers: Any) -> Case:
    return Case(name, [data], list(answers))


def cut(data: bytes, size: int = 1) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def parts(opcode: int, *payloads: bytes) -> bytes:
    """A message in as many frames."""
    last = len(payloads) - 1
    return b"".join(
        frame(CONTINUATION if place else opcode, payload, fin=place == last)
        for place, payload in enumerate(payloads)
    )


def letters(size: int) -> bytes:
    return b"*" * size


FRAMING = [
    *(one(f"1.1 text of {n}", frame(TEXT, letters(n)), ERROR) for n in (0, 1, 125, 126, 127, 128)),
    *(one(f"1.1 text of {n}", frame(TEXT, letters(n)), ERROR) for n in (65535, 65536)),
    *(one(f"1.2 binary of {n}", frame(BINARY, letters(n)), ERROR) for n in (0, 1, 125, 126, 127)),
    *(one(f"1.2 binary of {n}", frame(BINARY, letters(n)), ERROR) for n in (128, 65535, 65536)),
    Case("1.1.8 in pieces of 997", cut(frame(TEXT, letters(65536)), 997), [ERROR]),
    Case("1.2.8 in pieces of 997", cut(frame(BINARY, letters(65536)), 997), [ERROR]),
    Case("1.1.2 byte by byte", cut(frame(TEXT, OURS)), [MINE]),
    one("a text one over the limit", frame(TEXT, letters(65537)), BIG),
    one("a binary one over the limit", frame(BINARY, letters(65537)), BIG),
    one("a binary of 70,000", frame(BINARY, letters(70_000)), BIG),
    one("a text whose parts are too long", parts(TEXT, letters(40_000), letters(40_000)), BIG),
    one("a binary whose parts are too long", parts(BINARY, letters(40_000), letters(40_000)), BIG),
    one("too long before it ends", frame(TEXT, letters(65537), fin=False), BIG),
    one("too long in characters of 3 bytes", frame(TEXT, "€".encode() * 21_846), BIG),
    one("a length of 2^63", b"\x81\xff" + b"\xff" * 8, PROTOCOL),
    one("125 in the 16-bit form", frame(TEXT, letters(125), form=126), PROTOCOL),
    one("5 in the 64-bit form", frame(TEXT, letters(5), form=127), PROTOCOL),
    one("65,535 in the 64-bit form", frame(TEXT, letters(65_535), form=127), PROTOCOL),
    *(one(f"not masked: {op}", frame(op, b"x", masked=False), PROTOCOL) for op in (1, 2, 9, 10)),
    one("a close not masked", frame(CLOSE, b"\x03\xe8", masked=False), PROTOCOL),
    one("not masked, empty", frame(TEXT, b"", masked=False), PROTOCOL),
]

PINGS = [
    *(one(f"2.1 ping of {n}", frame(PING, letters(n)), ("pong", letters(n))) for n in (0, 1, 125)),
    one("2.3 ping of bytes", frame(PING, b"\x00\xff\xfe\xfd"), ("pong", b"\x00\xff\xfe\xfd")),
    one("2.5 ping of 126", frame(PING, letters(126)), PROTOCOL),
    one("ping of 126 in the 64-bit form", frame(PING, letters(126), form=127), PROTOCOL),
    Case("2.6 byte by byte", cut(frame(PING, letters(125))), [("pong", letters(125))]),
    one("2.7 a pong that nobody asked for", frame(PONG)),
    one("2.8 with a payload", frame(PONG, b"unasked")),
    one("a pong of 126", frame(PONG, letters(126)), PROTOCOL),
    one("2.9 pong, then ping", frame(PONG, b"a") + frame(PING, b"b"), ("pong", b"b")),
    one(
        "2.10 ten pings in one packet",
        b"".join(frame(PING, b"%d" % n) for n in range(10)),
        *(("pong", b"%d" % n) for n in range(10)),
    ),
    Case(
        "2.11 ten pings byte by byte",
        cut(b"".join(frame(PING, b"%d" % n) for n in range(10))),
        [("pong", b"%d" % n) for n in range(10)],
    ),
]

KINDS = {"text": TEXT, "binary": BINARY, "ping": PING, "pong": PONG, "close": CLOSE}
RESERVED_BITS = [
    *(
        one(f"3 {name} with rsv {rsv}", frame(op, b"ab", rsv=rsv), PROTOCOL)
        for name, op in KINDS.items()
        for rsv in range(1, 8)
    ),
    one("3.2 after a good one", frame(TEXT, OURS) + frame(TEXT, b"x", rsv=2), MINE, PROTOCOL),
    Case("3.4 byte by byte", cut(frame(TEXT, OURS) + frame(TEXT, rsv=4)), [MINE, PROTOCOL]),
    one(
        "in a continuation",
        frame(TEXT, b"a", fin=False) + frame(CONTINUATION, b"b", rsv=1),
        PROTOCOL,
    ),
]

RESERVED_OPCODES = [
    *(
        one(f"4 opcode {op} with {len(payload)}", frame(op, payload), PROTOCOL)
        for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
        for payload in (b"", b"reserved")
    ),
    one("4.1.3 after a good one", frame(TEXT, OURS) + frame(5), MINE, PROTOCOL),
    Case("4.2.4 byte by byte", cut(frame(TEXT, OURS) + frame(14, b"x")), [MINE, PROTOCOL]),
    one("within a message", frame(TEXT, b"a", fin=False) + frame(3), PROTOCOL),
]

PINGED = ("pong", b"between")
BETWEEN = frame(PING, b"between")
FRAGMENTS = [
    *(
        one(f"5.1 {name} in two frames", frame(op, b"a", fin=False) + frame(0, b"b"), PROTOCOL)
        for name, op in (("ping", PING), ("pong", PONG), ("close", CLOSE))
    ),
    one("5.3 text in two frames", parts(TEXT, OURS[:5], OURS[5:]), MINE),
    Case("5.5 byte by byte", cut(parts(TEXT, OURS[:5], OURS[5:])), [MINE]),
    one("binary in two frames", parts(BINARY, b"a", b"b"), ERROR),
    one(
        "5.6 a ping between",
        frame(TEXT, OURS[:5], fin=False) + BETWEEN + frame(CONTINUATION, OURS[5:]),
        PINGED,
        MINE,
    ),
    Case(
        "5.8 the same byte by byte",
        cut(frame(TEXT, OURS[:5], fin=False) + BETWEEN + frame(CONTINUATION, OURS[5:])),
        [PINGED, MINE],
    ),
    one("5.9 a continuation of nothing", frame(CONTINUATION, b"x"), PROTOCOL),
    one("5.12 one that goes on", frame(CONTINUATION, b"x", fin=False), PROTOCOL),
    one("after a whole message", frame(TEXT, OURS) + frame(CONTINUATION, b"x"), MINE, PROTOCOL),
    one("5.15 after a fragmented one", parts(TEXT, OURS, b"") + frame(0, b"x"), MINE, PROTOCOL),
    one("5.16 a continuation first", frame(0, b"a", fin=False) + frame(TEXT, b"b"), PROTOCOL),
    one("5.18 two beginnings", frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), PROTOCOL),
    one("a binary within a text", frame(TEXT, b"a", fin=False) + frame(BINARY, b"b"), PROTOCOL),
    one("a text within a binary", frame(BINARY, b"a", fin=False) + frame(TEXT, b"b"), PROTOCOL),
    one(
        "5.19 pings between all parts",
        b"".join(
            frame(CONTINUATION if n else TEXT, OURS[n : n + 1], fin=n == len(OURS) - 1) + BETWEEN
            for n in range(len(OURS))
        ),
        *([PINGED] * (len(OURS) - 1)),
        MINE,
        PINGED,
    ),
    one("empty parts around it", parts(TEXT, b"", OURS, b""), MINE),
    one("5.x only empty parts", parts(TEXT, b"", b"", b""), ERROR),
    one("150 parts are one message", parts(TEXT, *[b""] * 149, OURS), MINE),
    one("3,000 parts are one message", parts(TEXT, *[b""] * 2_999, OURS), MINE),
    one("10.1 65,536 bytes in parts of 1,300", parts(TEXT, *cut(letters(65_536), 1_300)), ERROR),
    one("two messages in parts", parts(TEXT, OURS, b"") + parts(TEXT, b"", OURS), MINE, MINE),
    one("a message, then one of the other kind", parts(TEXT, OURS, b"") + frame(2), MINE, ERROR),
]

# The kinds of Autobahn's 6.5 to 6.23: first and last of each length, gaps, noncharacters.
VALID = (
    *("", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\0", "\x7f", "\x80", "\u07ff", "\u0800", "\uffff"),
    *("\U00010000", "\U0010ffff", "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\ufdd0", "\U0001fffe"),
    *("\U0002ffff", "\U000fffff", "\u2260", "🙂" * 50, "\u202e", "\ufeff"),
)
INVALID = {
    "6.3 within a word": "κόσμε".encode() + b"\xed\xa0\x80edited",
    "6.6 cut after 1 of 2": "κ".encode()[:1],
    "6.6 cut after 2 of 3": "ό".encode() + "€".encode()[:2],
    "6.6 cut after 3 of 4": "🙂".encode()[:3],
    "6.10 beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "6.10 of five bytes": b"\xf8\x88\x80\x80\x80",
    "6.10 of six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "6.12 a lone continuation": b"\x80",
    "6.12 the last continuation": b"\xbf",
    "6.12 seven of them": b"\x80\xbf\x80\xbf\x80\xbf\x80",
    "6.12 all of them": bytes(range(0x80, 0xC0)),
    "6.13 lone starts of 2": b" ".join(bytes((one,)) for one in range(0xC0, 0xE0)),
    "6.13 lone starts of 3": b" ".join(bytes((one,)) for one in range(0xE0, 0xF0)),
    "6.13 lone starts of 4": b" ".join(bytes((one,)) for one in range(0xF0, 0xF8)),
    "6.14 a start without its end": b"\xdf",
    "6.14 two of three": b"\xef\xbf",
    "6.14 three of four": b"\xf7\xbf\xbf",
    "6.15 several cut ones": b"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80",
    "6.16 FE": b"\xfe",
    "6.16 FF": b"\xff",
    "6.16 FE FE FF FF": b"\xfe\xfe\xff\xff",
    "6.17 / in two bytes": b"\xc0\xaf",
    "6.17 / in three": b"\xe0\x80\xaf",
    "6.17 / in four": b"\xf0\x80\x80\xaf",
    "6.18 the longest too long of 2": b"\xc1\xbf",
    "6.18 the longest too long of 3": b"\xe0\x9f\xbf",
    "6.18 the longest too long of 4": b"\xf0\x8f\xbf\xbf",
    "6.19 NUL in two bytes": b"\xc0\x80",
    "6.19 NUL in three": b"\xe0\x80\x80",
    "6.20 a high surrogate": b"\xed\xa0\x80",
    "6.20 the last low surrogate": b"\xed\xbf\xbf",
    "6.21 a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
}
HALF = "κόσμε".encode()
UTF8 = [
    *(one(f"6 valid {text[:9]!a}", frame(TEXT, text.encode()), ERROR) for text in VALID),
    *(one(f"6 valid {text[:9]!a} cut", parts(TEXT, *cut(text.encode()), b""), ERROR)
      for text in VALID),
    *(one(name, frame(TEXT, data), DATA) for name, data in INVALID.items()),
    *(one(f"{name}, in parts", parts(TEXT, *cut(data)), DATA) for name, data in INVALID.items()),
    # It fails as soon as it can: nothing more has to come (6.4).
    one("6.4.1 in the middle of parts", frame(TEXT, HALF + b"\xf4\x90", fin=False), DATA),
    one("6.4.3 in the middle of a frame", frame(TEXT, HALF + b"\xff" + letters(99))[:-90], DATA),
    Case("6.4.4 byte by byte", cut(frame(TEXT, HALF + b"\xf4\x90" + letters(99))[:-90]), [DATA]),
    one("6.2 cut within a character", parts(TEXT, HALF[:3], HALF[3:]), ERROR),
    one(
        "a ping within a character",
        frame(TEXT, HALF[:3], fin=False) + BETWEEN + frame(CONTINUATION, HALF[3:]),
        PINGED,
        ERROR,
    ),
    one("bytes that are no text are binary", frame(BINARY, b"\xff\xfe"), ERROR),
]  # fmt: skip


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013)
OWN_CODES = (3000, 3999, 4000, 4999)
BAD_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
CLOSES = [
    one("7.3.1 without a code", frame(CLOSE), ("close", None)),
    one("7.3.2 with one byte", frame(CLOSE, b"\x03"), PROTOCOL),
    *(one(f"7.7 {n}", closing(n), ("close", n)) for n in (*GOOD_CODES, *OWN_CODES)),
    *(one(f"7.9 {n}", closing(n), PROTOCOL) for n in BAD_CODES),
    *(one(f"7.9 {n} with a reason", closing(n, b"why"), PROTOCOL) for n in BAD_CODES),
    one("7.3.4 with a reason", closing(1000, "пока".encode()), ("close", 1000)),
    one("7.3.5 with the longest", closing(1000, letters(123)), ("close", 1000)),
    one("7.3.6 with a longer one", closing(1000, letters(124)), PROTOCOL),
    one("7.5.1 with what is no text", closing(1000, HALF + b"\xed\xa0\x80"), DATA),
    one("7.1.2 twice", closing(1000) + closing(1000), ("close", 1000)),
    one("7.1.3 a ping after it", closing(1000) + frame(PING, b"late"), ("close", 1000)),
    one("7.1.4 a text after it", closing(1000) + frame(TEXT, OURS), ("close", 1000)),
    one("7.1.5 within a message", frame(TEXT, b"a", fin=False) + closing(1000), ("close", 1000)),
    one("7.1.6 after a large one", frame(TEXT, letters(65536)) + closing(1000), ERROR,
        ("close", 1000)),
    one("7.1.1 after a message", frame(TEXT, OURS) + closing(1001), MINE, ("close", 1001)),
    Case("byte by byte", cut(closing(4999, b"because")), [("close", 4999)]),
]  # fmt: skip

SECTIONS = {
    "framing": FRAMING,
    "pings": PINGS,
    "reserved bits": RESERVED_BITS,
    "reserved opcodes": RESERVED_OPCODES,
    "fragments": FRAGMENTS,
    "utf-8": UTF8,
    "closes": CLOSES,
}


async def verdict(server: Server, case: Case) -> str | None:
    """What went otherwise than the case says."""
    async with Raw(server.url) as raw:
        await raw.open()
        got = await raw.answers(case.sent)
    got = [ERROR if kind == "text" and '"error"' in value else (kind, value) for kind, value in got]
    return None if got == case.answers else f"{case.name}: {got}, not {case.answers}"


@pytest.mark.parametrize("section", SECTIONS)
async def test_every_frame_is_taken_or_refused_as_the_rfc_says(
    server: Server, section: str
) -> None:
    """And after every refusal the server serves the next."""
    wrong = [await verdict(server, case) for case in SECTIONS[section]]
    assert not list(filter(None, wrong))
    assert (await server.call("GET", "/health")).status == 200


def test_there_are_enough_cases() -> None:
    """The sweep is as wide as it says."""
    assert sum(map(len, SECTIONS.values())) >= 300


async def test_bytes_that_come_with_the_handshake_are_read(server: Server) -> None:
    """A message and half of the next in the handshake's packet (L20)."""
    async with Raw(server.url) as raw:
        second = frame(TEXT, OURS)
        hello = await raw.open(early=frame(PING, b"early") + second + second[:7])
        assert '"connection"' in hello
        assert [await raw.next(), await raw.next()] == [("pong", b"early"), MINE]
        assert await raw.answers([second[7:]]) == [MINE]


async def test_what_follows_a_refusal_is_not_answered(server: Server) -> None:
    """Once the server has sent its close it says nothing more."""
    async with Raw(server.url) as raw:
        await raw.open("?token=wrong", early=frame(TEXT, OURS) + frame(PING, b"x"))
        async with asyncio.timeout(5):
            assert (await raw.next())[0] == "end" or await raw.reader.read() == b""
