"""The bytes of an HTTP/1.x answer → its status, headers and the first bytes of its body.

Sans-I/O, and tolerant on purpose: once a status line has been read it decides, whatever follows
(contract §4), for what a receiver took must not be sent again because of its framing. So nothing
here is an error: a `Reading` is fed until it is done, or until nobody waits any longer.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from bedolaga_events.model import ErrorCode

MAX_BODY = 16 * 1024  # bytes kept of a body (contract §4)
MAX_HEAD = 64 * 1024  # bytes of all status lines, headers, chunk sizes and trailers
MAX_STATUS_LINE = 64  # bytes in which a status must have come, to be one
MAX_REASON = 200  # characters

# None of these looks further than a line's first bytes: what comes byte by byte is matched often.
STATUS = re.compile(
    rb"HTTP(?:/[0-9]{1,4}(?:\.[0-9]{1,4})?)?[ \t]{1,9}([1-9][0-9][0-9])(?![0-9])", re.I
)
STATUS_AHEAD = re.compile(rb"HTTP[/ \t]", re.I)
CHUNK_SIZE = re.compile(rb"[ \t]{0,9}([0-9A-F]{1,15})[ \t]{0,9}(?=[;\r\n])", re.I)
CHUNK_SIZE_BEGUN = re.compile(rb"[ \t]{0,9}[0-9A-F]{0,15}[ \t]{0,9}\Z", re.I)
HEAD_END = re.compile(rb"\n\r?\n")
FOLD = re.compile(r"\r?\n[ \t]+")  # a value on several lines (RFC 9112 §5.2)
LENGTH = re.compile(r"[0-9]{1,15}")
EMPTY_LINE = (b"\r", b"\n")
SWITCHING_PROTOCOLS = 101
CONTRADICTION = "several lengths"
WITHOUT_BODY = (SWITCHING_PROTOCOLS, 204, 304)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
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


class Part(Enum):
    """What of an answer is read next."""

    HEAD = auto()
    SIZED = auto()  # a body of so many bytes
    SIZE = auto()  # of a chunk
    CHUNK = auto()
    TRAILERS = auto()
    REST = auto()  # a body without a length, or what is no HTTP at all


class Reading:
    """One answer on its way.

    Args:
        kept: the connection served a request before. Bytes in front of a status line are then
            the rest of that answer, and belong to nobody.
    """

    __slots__ = (
        "_buffer",
        "_kept",
        "_left",
        "_part",
        "_searched",
        "_spent",
        "_stays",
        "body",
        "can_stay",
        "headers",
        "is_done",
        "reason",
        "status",
    )

    def __init__(self, *, kept: bool) -> None:
        self.status: int | None = None  # of the final answer
        self.reason = ""
        self.headers: Headers = ()  # names in lower case
        self.body = bytearray()  # what is kept of it; of what is no HTTP: its first bytes
        self.is_done = False
        self.can_stay = False  # it was read whole, and the connection may serve another request
        self._kept = kept
        self._buffer = bytearray()
        self._part = Part.HEAD
        self._searched = 0  # bytes of the buffer in which no head ends
        self._spent = 0  # bytes read that are no body
        self._left = 0  # bytes to come of a sized body or a chunk
        self._stays = False

    @property
    def is_framed(self) -> bool:
        """Whether its sender will tell where it ends; no more is known of any other."""
        match self._part:
            case Part.HEAD:
                return self.status is None and not self._final_status()
            case Part.SIZE:
                return not self._buffer
            case part:
                return part in (Part.SIZED, Part.CHUNK)

    @property
    def is_noise(self) -> bool:
        """Whether it is no HTTP at all."""
        return self.status is None and self._part is Part.REST

    def feed(self, data: bytes) -> None:
        """Take what came."""
        if self.is_done:
            self.can_stay = False  # late bytes belong to nobody
            return
        self._buffer += data
        while not self.is_done and self._read():
            pass
        if self.is_done and self._buffer:
            self.can_stay = False

    def end(self) -> None:
        """Nothing more comes, or nobody waits for more."""
        if not self.is_done and self._part is Part.HEAD:
            self._cut_head()
        self._finish()

    def _read(self) -> bool:
        """Take one thing from the buffer; whether there may be another."""
        match self._part:
            case Part.HEAD:
                return self._read_head()
            case Part.SIZED | Part.CHUNK:
                return self._read_sized()
            case Part.SIZE:
                return self._read_size()
            case Part.TRAILERS:
                return self._read_trailer()
            case Part.REST:
                return self._read_rest()

    def _finish(self, *, can_stay: bool = False) -> None:
        if not self.is_done:
            self.is_done, self.can_stay = True, can_stay

    def _read_head(self) -> bool:
        buffer = self._buffer
        if not STATUS.match(buffer):
            self._drop_what_is_nobodys()
        if not self._may_be_http():
            if not self._kept:
                self._part = Part.REST
            return not self._kept
        end = HEAD_END.search(buffer, self._searched)
        size = end.end() if end else len(buffer)
        if self._spent + size > MAX_HEAD:
            self._cut_head()
            self._finish()
        elif end:
            self._spent += size
            self._searched = 0
            self._take_head(bytes(buffer[:size]))
            del buffer[:size]
            return True
        else:
            self._searched = max(0, size - 2)
        return False

    def _drop_what_is_nobodys(self) -> None:
        """Empty lines before a status line, and behind an earlier answer whatever is none."""
        buffer, dropped = self._buffer, 0
        if self._kept:
            found = (one.start() for one in STATUS_AHEAD.finditer(bytes(buffer)))
            last = max(0, len(buffer) - MAX_STATUS_LINE)
            dropped = next((at for at in found if self._may_be_http(at)), last)
        while buffer.startswith(EMPTY_LINE, dropped):
            dropped += 1
        if dropped:
            del buffer[:dropped]
            self._searched = 0
            self._spent += dropped
            if self._spent > MAX_HEAD:
                self._part = Part.REST
                self._finish()

    def _may_be_http(self, at: int = 0) -> bool:
        """Whether a status line stands there, or may come to."""
        begun = bytes(self._buffer[at : at + MAX_STATUS_LINE])
        if STATUS.match(begun):
            return True
        is_early = len(begun) < MAX_STATUS_LINE and b"\n" not in begun
        return is_early and b"HTTP".startswith(begun[:4].upper())

    def _final_status(self) -> re.Match[bytes] | None:
        """The status line in the buffer, unless that is an interim answer's (RFC 9110 §15.2)."""
        found = STATUS.match(self._buffer)
        is_interim = found and 100 <= int(found[1]) < 200 and int(found[1]) != SWITCHING_PROTOCOLS
        return None if is_interim else found

    def _cut_head(self) -> None:
        """Make the best of a head that does not end."""
        if found := self._final_status():
            self._take_status(found, bytes(self._buffer[:MAX_HEAD]))
        elif not self._kept:
            self.body += self._buffer[:MAX_BODY]

    def _take_head(self, head: bytes) -> None:
        if found := self._final_status():
            self._take_status(found, head)
            self._frame(is_old=head[:8].upper() in (b"HTTP/1.0", b"HTTP/0.9"))

    def _take_status(self, found: re.Match[bytes], head: bytes) -> None:
        reason, _, rest = head[found.end() :].decode("utf-8", "replace").partition("\n")
        self.status, self.reason = int(found[1]), reason.strip()[:MAX_REASON]
        self.headers = _headers(rest)

    def _frame(self, *, is_old: bool) -> None:
        """How the body ends (RFC 9112 §6.3), where that is told in a way that can be read."""
        length = encoding = connection = ""
        for name, value in self.headers:
            if name == "content-length":
                length = value if length in ("", value) else CONTRADICTION
            elif name == "transfer-encoding":
                encoding += f",{value.lower()}"
            elif name == "connection":
                connection += f",{value.lower()}"
        self._stays = "keep-alive" in connection if is_old else "close" not in connection
        if length and encoding:
            self._stays = False  # two readers may see two answers here
        if self.status in WITHOUT_BODY:
            self._finish(can_stay=self._stays and self.status != SWITCHING_PROTOCOLS)
        elif "chunked" in encoding:
            self._part = Part.SIZE
        elif not encoding and LENGTH.fullmatch(length):
            self._part, self._left = Part.SIZED, int(length)
        else:
            self._part = Part.REST

    def _read_sized(self) -> bool:
        size = min(self._left, len(self._buffer))
        self._keep(size)
        self._left -= size
        if self._left == 0 and self._part is Part.SIZED:
            self._finish(can_stay=self._stays)
        elif len(self.body) >= MAX_BODY:
            self._finish()
        elif self._left == 0:
            self._part = Part.SIZE
            return True
        return False

    def _read_rest(self) -> bool:
        self._keep(len(self._buffer))
        if len(self.body) >= MAX_BODY:
            self._finish()
        return False

    def _keep(self, size: int) -> None:
        self.body += self._buffer[: min(size, MAX_BODY - len(self.body))]
        del self._buffer[:size]

    def _read_size(self) -> bool:
        """The line before a chunk (RFC 9112 §7.1); what is none ends the answer where it stands."""
        buffer = self._buffer
        while buffer.startswith(EMPTY_LINE):  # the end of the chunk before it
            del buffer[:1]
            self._spent += 1
        found = CHUNK_SIZE.match(buffer)
        if found is None and not CHUNK_SIZE_BEGUN.match(buffer):
            self.body = self.body or buffer[:MAX_BODY]
            self._finish()
        elif (line := self._line()) and found:
            self._left = int(line[: found.end()], 16)
            self._part = Part.CHUNK if self._left else Part.TRAILERS
            return True
        return False

    def _read_trailer(self) -> bool:
        line = self._line()
        if line in (b"\n", b"\r\n"):
            self._finish(can_stay=self._stays)
        return line is not None

    def _line(self) -> bytes | None:
        """The next line, once it is whole; it counts among what is no body."""
        buffer = self._buffer
        end = buffer.find(b"\n", self._searched) + 1
        if self._spent + (end or len(buffer)) > MAX_HEAD:
            self._finish()
            return None
        if not end:
            self._searched = len(buffer)
            return None
        line = bytes(buffer[:end])
        del buffer[:end]
        self._searched = 0
        self._spent += end
        return line


def _headers(lines: str) -> Headers:
    if "\n " in lines or "\n\t" in lines:
        lines = FOLD.sub(" ", lines)
    split = [line.partition(":") for line in lines.split("\n")]
    return tuple([(name.strip().lower(), value.strip()) for name, colon, value in split if colon])
