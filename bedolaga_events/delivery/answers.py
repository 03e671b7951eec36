"""What came of a request; and what the head of an HTTP/1.x answer says, read tolerantly."""

import re
from typing import NamedTuple

from bedolaga_events.model import ErrorCode

MAX_REASON = 200  # characters
SWITCHING_PROTOCOLS = 101
WITHOUT_BODY = (SWITCHING_PROTOCOLS, 204, 304)
CONTRADICTION = "several lengths"

# Nothing here looks further than the first bytes of a line: what comes byte by byte is matched
# again and again.
STATUS = re.compile(
    rb"HTTP(?:/[0-9]{1,4}(?:\.[0-9]{1,4})?)?[ \t]{1,9}([1-9][0-9][0-9])(?![0-9])", re.I
)
STATUS_AHEAD = re.compile(rb"HTTP[/ \t]", re.I)
MAX_STATUS = 64  # bytes in which a status must have come, to be one
HEAD_END = re.compile(rb"\n\r?\n")
FOLD = re.compile(r"\r?\n[ \t]+")  # a value on several lines (RFC 9112 §5.2)
LENGTH = re.compile(r"[0-9]{1,15}")

SHOWN = 40  # bytes of what is no HTTP
SETTINGS = re.compile(rb"\x00.{2}\x04[\x00\x01]\x00{4}", re.S)  # the first frame (RFC 9113 §3.4)
ALERT = re.compile(rb"\x15\x03[\x00-\x04]\x00\x02")  # a record of TLS (RFC 8446 §5.1)

Headers = tuple[tuple[str, str], ...]


class Answer(NamedTuple):
    """What came of one request.

    Attributes:
        status: of the final answer; None if there was none, then `error_code` says why.
        message: the error in words, or what stood behind the status.
        headers: names in lower case.
        body: its first bytes, as they came; also of what is no HTTP.
        remote_address: that was dialled, or was not allowed.
        duration: in seconds, connecting included.
    """

    status: int | None
    error_code: ErrorCode | None
    message: str
    headers: Headers = ()
    body: bytes = b""
    remote_address: str | None = None
    duration: float = 0.0


class Head(NamedTuple):
    """What a head says.

    Attributes:
        reason: what stood behind the status.
        headers: names in lower case.
        length: of the body, in bytes; None where nobody tells, or in chunks.
        stays: the connection may serve another request afterwards.
    """

    status: int
    reason: str
    headers: Headers
    length: int | None
    is_chunked: bool
    stays: bool


def status_of(data: bytes | bytearray) -> int | None:
    """The status of a final answer (RFC 9110 §15.2); None for an interim one, or for none."""
    found = STATUS.match(data)
    status = int(found[1]) if found else 100
    return status if status >= 200 or status == SWITCHING_PROTOCOLS else None


def may_begin(data: bytes | bytearray, at: int = 0) -> bool:
    """Whether a status line stands there, or may come to."""
    begun = bytes(data[at : at + MAX_STATUS])
    if STATUS.match(begun):
        return True
    is_early = len(begun) < MAX_STATUS and b"\n" not in begun
    return is_early and b"HTTP".startswith(begun[:4].upper())


def what_is(data: bytes) -> str:
    """What an answer is that is no HTTP/1.x, in words."""
    if SETTINGS.match(data):
        return "the receiver speaks HTTP/2 only"
    if ALERT.match(data):
        return "the receiver speaks TLS: its URL begins with https://"
    line = data[:SHOWN].strip().partition(b"\n")[0] or b"empty lines"
    text = line.decode("ascii", "backslashreplace").strip()
    begins = "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)
    return f"the receiver's answer is not valid HTTP: {begins}"


def parse(data: bytes) -> Head | None:
    """A head, as much as there is of it; None unless it is a final answer's."""
    status = status_of(data)
    if status is None:
        return None
    line, _, lines = data.decode("utf-8", "replace").partition("\n")
    headers = _headers(lines) if ":" in lines else ()
    length, is_chunked, stays = _framing(headers, is_old=line.startswith("HTTP/1.0"))
    if status in WITHOUT_BODY:
        length, is_chunked = 0, False
        stays = stays and status != SWITCHING_PROTOCOLS
    reason = line.partition(str(status))[2].strip()[:MAX_REASON]
    return Head(status, reason, headers, length, is_chunked, stays)


def _headers(lines: str) -> Headers:
    if "\n " in lines or "\n\t" in lines:
        lines = FOLD.sub(" ", lines)
    split = [line.partition(":") for line in lines.split("\n")]
    return tuple([(name.strip().lower(), value.strip()) for name, colon, value in split if colon])


def _framing(headers: Headers, *, is_old: bool) -> tuple[int | None, bool, bool]:
    """RFC 9112 §6.3, where it can be applied: length, whether in chunks, whether it stays."""
    length = encoding = connection = ""
    for name, value in headers:
        if name == "content-length":
            length = value if length in ("", value) else CONTRADICTION
        elif name == "transfer-encoding":
            encoding += f",{value.lower()}"
        elif name == "connection":
            connection += f",{value.lower()}"
    stays = "keep-alive" in connection if is_old else "close" not in connection
    if encoding:
        # With a length beside it two readers may see two answers: good for this one only.
        return None, "chunked" in encoding, stays and not length
    return (int(length) if LENGTH.fullmatch(length) else None), False, stays
