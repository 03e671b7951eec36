"""RFC 6455 at the level of bytes: some 300 raw cases, sections 1 to 7 and 10 of Autobahn's suite.

Sections 9 (many megabytes) and 12, 13 (compression) do not apply: a message has at most 64 KiB,
and no extension is agreed on.
"""

import asyncio

import pytest

from tests.api.rfc6455 import (
    BETWEEN,
    DATA,
    ERROR,
    FRAGMENTS,
    FRAMING,
    MINE,
    OURS,
    PINGED,
    PINGS,
    PROTOCOL,
    RESERVED_BITS,
    RESERVED_OPCODES,
    Case,
    cut,
    letters,
    one,
    parts,
)
from tests.api.websockets import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    Raw,
    frame,
)
from tests.conftest import Server

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


GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014)
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
