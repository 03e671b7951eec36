"""The bytes of an HTTP/1.x answer → its status, headers and the first bytes of its body.

Sans-I/O, and tolerant on purpose: once a status line has been read it decides, whatever follows
(contract §4), for what a receiver took must not be sent again because of its framing. So nothing
here is an error: a `Reading` is fed until it is done, or until nobody waits any longer.
"""

import re
from enum import Enum, auto

from bedolaga_events.delivery import answers
from bedolaga_events.delivery.answers import STATUS, Head, Headers

MAX_BODY = 16 * 1024  # bytes kept of a body (contract §4)
MAX_HEAD = 64 * 1024  # bytes of all status lines, headers, chunk sizes and trailers

CHUNK_SIZE = re.compile(rb"[ \t]{0,9}([0-9A-F]{1,15})[ \t]{0,9}(?=[;\r\n])", re.I)
CHUNK_SIZE_BEGUN = re.compile(rb"[ \t]{0,9}[0-9A-F]{0,15}[ \t]{0,9}\Z", re.I)
EMPTY_LINE = (b"\r", b"\n")


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
                return answers.status_of(self._buffer) is None
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
        if self._part is Part.HEAD and not self._buffer:
            data = self._read_whole_head(data)
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

    def _read_whole_head(self, data: bytes) -> bytes:
        """Nearly always a head comes in one piece: then nothing is copied; what is behind it."""
        end = answers.HEAD_END.search(data, 0, MAX_HEAD - self._spent)
        if end is None or not STATUS.match(data):
            return data
        self._spent += end.end()
        self._take(answers.parse(data[: end.end()]))
        return data[end.end() :]

    def _read_head(self) -> bool:
        buffer = self._buffer
        if not STATUS.match(buffer):
            self._drop_what_is_nobodys()
            if not STATUS.match(buffer):
                return self._is_something_else()
        end = answers.HEAD_END.search(buffer, self._searched)
        size = end.end() if end else len(buffer)
        if self._spent + size > MAX_HEAD:
            self._cut_head()
            self._finish()
            return False
        if not end:
            self._searched = max(0, size - 2)
            return False
        self._spent += size
        self._searched = 0
        self._take(answers.parse(bytes(buffer[:size])))
        del buffer[:size]
        return True

    def _drop_what_is_nobodys(self) -> None:
        """Empty lines before a status line, and behind an earlier answer whatever is none."""
        buffer, dropped = self._buffer, 0
        if self._kept:
            found = (one.start() for one in answers.STATUS_AHEAD.finditer(bytes(buffer)))
            last = max(0, len(buffer) - answers.MAX_STATUS)
            dropped = next((at for at in found if answers.may_begin(buffer, at)), last)
        while buffer.startswith(EMPTY_LINE, dropped):
            dropped += 1
        if dropped:
            del buffer[:dropped]
            self._searched = 0
            self._spent += dropped
            if self._spent > MAX_HEAD:
                self._part = Part.REST
                self._finish()

    def _is_something_else(self) -> bool:
        """What is no answer, and never will be, is read as a body without a length."""
        if self.is_done or self._kept or answers.may_begin(self._buffer):
            return False
        self._part = Part.REST
        return True

    def _cut_head(self) -> None:
        """Make the best of a head that does not end."""
        head = bytes(self._buffer[:MAX_HEAD])
        self._take(answers.parse(head))
        if self.status is None and not self._kept:
            self.body += head[:MAX_BODY]

    def _take(self, head: Head | None) -> None:
        if head is None:  # an interim answer: the final one is still to come
            return
        self.status, self.reason, self.headers = head.status, head.reason, head.headers
        self._stays = head.stays
        if head.length == 0:
            self._finish(can_stay=head.stays)
        elif head.length is not None:
            self._part, self._left = Part.SIZED, head.length
        else:
            self._part = Part.SIZE if head.is_chunked else Part.REST

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
