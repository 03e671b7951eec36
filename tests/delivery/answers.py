"""Answers of receivers, as data: what they send, and the verdict of ours, of aiohttp and of curl.

`ours` is the status, or the error's code where none came. Where `aiohttp` or `curl` (its
`http_code`, None for none) see something else, a line in `why` says why ours is as it is.
"""

from typing import NamedTuple

from bedolaga_events.model import ErrorCode

RESET = ErrorCode.CONNECTION_RESET
BAD = ErrorCode.BAD_RESPONSE
TIMEOUT = ErrorCode.TIMEOUT
SAME = object()
KIB = 1024


class Case(NamedTuple):
    """One answer; `then` the receiver closes, resets, hangs, or stays for the next request."""

    sent: bytes
    ours: int | ErrorCode
    then: str = "close"
    aiohttp: object = SAME
    curl: object = SAME
    why: str = ""


# Why ours differs.
DECIDES = "a status line that was read decides: what was taken is not sent again (contract §4)"
INTERIMS = "an interim answer ends nothing, whatever its headers say (RFC 9110 §15.2)"
NO_FINAL = "an interim answer is none: curl shows the status of the last one"
VERSIONS = "a status can be read in it, and decides"
EMPTY_LINES = "RFC 9112 §2.2 lets a server skip them; a script with a line before <?php sends them"
THREE_DIGITS = "a status is a number from 100 on (RFC 9110 §15)"
SHOWN = "there were bytes, which are kept and shown"

OK = b"HTTP/1.1 200 OK\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n"
TWO = b"Content-Length: 2\r\n\r\nok"
ZERO = b"Content-Length: 0\r\n\r\n"
REST = b"\r\nok"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

WELL_FORMED = {
    "204": Case(b"HTTP/1.1 204 No Content\r\n\r\n", 204, "stay"),
    "a length": Case(OK + TWO, 200, "stay"),
    "no body": Case(OK + ZERO, 200, "stay"),
    "no reason": Case(b"HTTP/1.1 200\r\n" + ZERO, 200, "stay"),
    "a blank reason": Case(b"HTTP/1.1 200 \r\n" + ZERO, 200, "stay"),
    "chunks": Case(CHUNKED + b"2\r\nok\r\n0\r\n\r\n", 200, "stay"),
    "chunks with extensions": Case(CHUNKED + b"2;a=b;c\r\nok\r\n0;d\r\n\r\n", 200, "stay"),
    "chunks with trailers": Case(CHUNKED + b"2\r\nok\r\n0\r\nA: b\r\nC: d\r\n\r\n", 200, "stay"),
    "chunks in capitals": Case(CHUNKED + b"0A\r\n0123456789\r\n0\r\n\r\n", 200, "stay"),
    "until the end": Case(OK + REST, 200),
    "until the end, closing": Case(OK + b"Connection: close\r\n\r\nok", 200),
    "HTTP/1.0": Case(b"HTTP/1.0 200 OK\r\n\r\nok", 200),
    "HTTP/1.0, kept": Case(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + TWO, 200, "stay"),
    "304": Case(b"HTTP/1.1 304 Not Modified\r\n\r\n", 304, "stay"),
    "302": Case(b"HTTP/1.1 302 Found\r\nLocation: /\r\n" + ZERO, 302, "stay"),
    "410": Case(b"HTTP/1.1 410 Gone\r\n" + ZERO, 410, "stay"),
    "503, later": Case(
        b"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 4\r\n\r\nbusy", 503, "stay"
    ),
    "599": Case(b"HTTP/1.1 599 Odd\r\n" + ZERO, 599, "stay"),
    "gzip": Case(
        OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", 200, "stay"
    ),
    "a body of 100 KiB": Case(OK + b"Content-Length: 102400\r\n\r\n" + b"x" * 100 * KIB, 200),
    "spaces around a value": Case(OK + b"Content-Length:   2  \r\n\r\nok", 200, "stay"),
    "names in capitals": Case(OK + b"CONTENT-LENGTH: 2\r\n\r\nok", 200, "stay"),
    "an empty value": Case(OK + b"X-A:\r\n" + ZERO, 200, "stay"),
    "UTF-8 in a header": Case(OK + "X-A: да\r\n".encode() + ZERO, 200, "stay"),
    "UTF-8 in the reason": Case("HTTP/1.1 404 Нет\r\n".encode() + ZERO, 404, "stay"),
}

INTERIM = {
    "100": Case(CONTINUE + b"\r\n" + OK + TWO, 200, "stay"),
    "100 that closes": Case(
        CONTINUE + b"Connection: close\r\n\r\n" + OK + TWO,
        200,
        aiohttp=BAD,
        why=INTERIMS,
    ),
    "100 with a length": Case(
        CONTINUE + b"Content-Length: 5\r\n\r\n" + OK + TWO,
        200,
    ),
    "100 in chunks": Case(CONTINUE + b"Transfer-Encoding: chunked\r\n\r\n" + OK + REST, 200),
    "103 with hints": Case(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + OK + REST, 200
    ),
    "several": Case(
        CONTINUE + b"\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 X\r\n\r\n"
        b"HTTP/1.1 410 Gone\r\n" + ZERO,
        410,
    ),
    "100 of HTTP/1.0": Case(
        b"HTTP/1.0 100 Continue\r\n\r\n" + OK + REST, 200, aiohttp=BAD, why=INTERIMS
    ),
    "100 with bare LF": Case(b"HTTP/1.1 100 Continue\n\n" + OK + REST, 200),
    "100 and nothing": Case(CONTINUE + b"\r\n", RESET, curl=100, why=NO_FINAL),
    "100 and silence": Case(CONTINUE + b"\r\n", TIMEOUT, "hang", curl=100, why=NO_FINAL),
    "100 without end": Case(
        (CONTINUE + b"\r\n") * 8 * KIB, BAD, aiohttp=RESET, curl=100, why=NO_FINAL
    ),
    "101": Case(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101, "hang"),
    "101 with bytes": Case(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi", 101, "hang"),
}

ODD = {
    "bare LF": Case(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200),
    "bare LF in one place": Case(b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok", 200),
    "folded": Case(OK + b"X-A: b\r\n c\r\n\td\r\n" + TWO, 200),
    "a folded length": Case(OK + b"Content-Length:\r\n 2\r\n\r\nok", 200),
    "no space before the status": Case(b"HTTP/1.1200 OK\r\n\r\n", BAD),
    "two spaces before the status": Case(
        b"HTTP/1.1  200 OK\r\n\r\nok", 200, aiohttp=BAD, why=VERSIONS
    ),
    "no version": Case(b"HTTP 200 OK\r\n\r\nok", 200, aiohttp=BAD, curl=None, why=VERSIONS),
    "HTTP/1": Case(b"HTTP/1 200 OK\r\n\r\nok", 200, aiohttp=BAD, curl=None, why=VERSIONS),
    "HTTP/1.2": Case(b"HTTP/1.2 200 OK\r\n\r\nok", 200, aiohttp=BAD, curl=None, why=VERSIONS),
    "HTTP/2": Case(b"HTTP/2 200 OK\r\n\r\nok", 200, aiohttp=BAD, why=VERSIONS),
    "in small letters": Case(b"http/1.1 200 ok\r\n\r\nok", 200, aiohttp=BAD, why=VERSIONS),
    "empty lines first": Case(b"\r\n\r\n" + OK + REST, 200, curl=None, why=EMPTY_LINES),
    "a status of four digits": Case(b"HTTP/1.1 2000 OK\r\n\r\n", BAD),
    "a status of two digits": Case(b"HTTP/1.1 20 OK\r\n\r\n", BAD),
    "a status of 999": Case(b"HTTP/1.1 999 Odd\r\n" + ZERO, 999),
    "a status of 000": Case(b"HTTP/1.1 000 Odd\r\n" + ZERO, BAD, aiohttp=None, why=THREE_DIGITS),
    "no colon in a header": Case(OK + b"what is this\r\n" + TWO, 200, aiohttp=BAD, why=DECIDES),
    "a space before the colon": Case(OK + b"Content-Length : 2\r\n\r\nok", 200),
    "a header without a name": Case(OK + b": b\r\n" + TWO, 200, aiohttp=BAD, why=DECIDES),
    "NUL in a header": Case(OK + b"X-A: \x00\r\n" + TWO, 200, aiohttp=BAD, why=DECIDES),
    "Latin-1 in a header": Case(OK + b"X-A: \xe4\xff\r\n" + TWO, 200),
    "a bare CR in a header": Case(OK + b"X-A: b\rc\r\n" + TWO, 200, aiohttp=BAD, why=DECIDES),
    "a length and chunks": Case(
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        200,
        aiohttp=BAD,
        why=DECIDES,
    ),
    "the same length twice": Case(
        OK + b"Content-Length: 2\r\n" + TWO, 200, aiohttp=BAD, why=DECIDES
    ),
    "two lengths": Case(
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES
    ),
    "a list of lengths": Case(
        OK + b"Content-Length: 2, 2\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES
    ),
    "a length below zero": Case(
        OK + b"Content-Length: -2\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES
    ),
    "a length in hex": Case(OK + b"Content-Length: 0x2\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES),
    "a length in words": Case(OK + b"Content-Length: two\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES),
    "an empty length": Case(OK + b"Content-Length:\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES),
    "an endless length": Case(
        OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nok", 200, aiohttp=BAD, why=DECIDES
    ),
    "gzip as transfer": Case(OK + b"Transfer-Encoding: gzip\r\n\r\nok", 200),
    "identity as transfer": Case(OK + b"Transfer-Encoding: identity\r\n\r\nok", 200),
    "chunked twice": Case(OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 200),
    "chunks of bare LF": Case(CHUNKED + b"2\nok\n0\n\n", 200, aiohttp=BAD, why=DECIDES),
    "blanks after a chunk's size": Case(CHUNKED + b"2  \r\nok\r\n0  \r\n\r\n", 200),
    "not chunked at all": Case(CHUNKED + b"ok", 200, aiohttp=BAD, why=DECIDES),
    "not chunked at all, kept": Case(CHUNKED + b"ok", 200, "hang", aiohttp=BAD, why=DECIDES),
    "a chunk's size in words": Case(CHUNKED + b"two\r\nok\r\n", 200, aiohttp=BAD, why=DECIDES),
    "a chunk's size below zero": Case(CHUNKED + b"-2\r\nok\r\n", 200, aiohttp=BAD, why=DECIDES),
    "a chunk's size beyond all": Case(
        CHUNKED + b"F" * 40 + b"\r\nok\r\n", 200, aiohttp=BAD, why=DECIDES
    ),
    "a chunk longer than it says": Case(
        CHUNKED + b"2\r\nokay\r\n0\r\n\r\n", 200, aiohttp=BAD, why=DECIDES
    ),
    "204 with a body": Case(b"HTTP/1.1 204 No Content\r\n" + TWO, 204, aiohttp=BAD, why=DECIDES),
    "304 with chunks": Case(
        b"HTTP/1.1 304 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        304,
        aiohttp=BAD,
        why=DECIDES,
    ),
    "more than its length": Case(
        OK + b"Content-Length: 2\r\n\r\nokay", 200, aiohttp=BAD, why=DECIDES
    ),
    "another answer behind it": Case(
        OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n", 200
    ),
    "410 in broken chunks": Case(
        b"HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\ngone",
        410,
        aiohttp=BAD,
        why=DECIDES,
    ),
}

CUT = {
    "nothing": Case(b"", RESET),
    "a reset": Case(b"", RESET, "reset"),
    "half a status line": Case(b"HTTP/1.", BAD, aiohttp=RESET, why=SHOWN),
    "a status without its line": Case(b"HTTP/1.1 200", 200, aiohttp=RESET, curl=None, why=DECIDES),
    "a status line alone": Case(OK, 200, aiohttp=RESET, why=DECIDES),
    "half a head": Case(OK + b"Content-Le", 200, aiohttp=RESET, why=DECIDES),
    "a head without its end": Case(OK + b"Content-Length: 2\r\n", 200, aiohttp=RESET, why=DECIDES),
    "half a body": Case(OK + b"Content-Length: 9\r\n\r\nok", 200),
    "half a body of a 500": Case(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nno", 500),
    "half a chunk": Case(CHUNKED + b"9\r\nok", 200),
    "no last chunk": Case(CHUNKED + b"2\r\nok\r\n", 200),
    "half a trailer": Case(CHUNKED + b"0\r\nA: b", 200),
    "a body and a reset": Case(OK + b"Content-Length: 9\r\n\r\nok", 200, "reset"),
    "silence": Case(b"", TIMEOUT, "hang"),
    "half a status line and silence": Case(b"HTTP/1.1 20", TIMEOUT, "hang"),
    "half a head and silence": Case(OK + b"X-A: b", 200, "hang", aiohttp=TIMEOUT, why=DECIDES),
    "half a body and silence": Case(OK + b"Content-Length: 9\r\n\r\nok", 200, "hang"),
    "no last chunk and silence": Case(CHUNKED + b"2\r\nok\r\n", 200, "hang"),
    "no length and silence": Case(OK + REST, 200, "hang"),
}

HOSTILE = {
    "an SSH banner": Case(b"SSH-2.0-OpenSSH_9.2p1\r\n", BAD),
    "an SSH banner and silence": Case(b"SSH-2.0-OpenSSH_9.2p1\r\n", BAD, "hang"),
    "a PHP warning": Case(b"<br />\n<b>Warning</b>: mail() in /var/www/hook.php\n", BAD),
    "SMTP": Case(b"220 mail.example.com ESMTP\r\n", BAD),
    "HTTP/2 frames": Case(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80", BAD),
    "a TLS alert": Case(b"\x15\x03\x01\x00\x02\x02\x16", BAD),
    "ICY": Case(b"ICY 200 OK\r\n\r\nok", BAD),
    "zeros": Case(b"\x00" * 100, BAD),
    "a status line of 100 KiB": Case(
        b"HTTP/1.1 200 " + b"x" * 100 * KIB + b"\r\n\r\n", 200, aiohttp=BAD, curl=None, why=DECIDES
    ),
    "a header of 100 KiB": Case(
        OK + b"X-A: " + b"x" * 100 * KIB + b"\r\n\r\n", 200, aiohttp=BAD, why=DECIDES
    ),
    "ten thousand headers": Case(
        OK + b"X-A: b\r\n" * 10_000 + b"\r\n", 200, aiohttp=BAD, why=DECIDES
    ),
    "trailers of 100 KiB": Case(
        CHUNKED + b"0\r\nX-A: " + b"x" * 100 * KIB + b"\r\n\r\n", 200, aiohttp=BAD, why=DECIDES
    ),
    "ten thousand trailers": Case(
        CHUNKED + b"0\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n", 200, aiohttp=BAD, why=DECIDES
    ),
    "a chunk's extension of 100 KiB": Case(
        CHUNKED + b"2;" + b"x" * 100 * KIB + b"\r\nok\r\n0\r\n\r\n", 200
    ),
    "chunks of one byte": Case(CHUNKED + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n", 200),
    "empty lines without end": Case(b"\r\n" * 100 * KIB, BAD, aiohttp=RESET, why=SHOWN),
    "a body of 10 MiB": Case(OK + b"\r\n" + b"x" * 10 * KIB * KIB, 200),
}

ANSWERS: dict[str, Case] = {**WELL_FORMED, **INTERIM, **ODD, **CUT, **HOSTILE}
