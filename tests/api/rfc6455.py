"""Raw cases of RFC 6455: framing, pings, reserved bits and opcodes, fragments."""

from typing import Any, NamedTuple

from tests.api.websockets import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    frame,
)

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
