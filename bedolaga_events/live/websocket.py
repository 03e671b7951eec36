"""The server's end of an open WebSocket, straight on its transport (RFC 6455 §5 to §7).

aiohttp's own takes 14 KiB of memory (a request with its headers, two parsers, a queue, a task);
a thousand idle pages are its usual load, and this one takes 2.
"""

import asyncio
from abc import abstractmethod

from wsproto.frame_protocol import CloseReason, Frame, FrameProtocol, Opcode, ParseFailed

from bedolaga_events.live import frames, protocol
from bedolaga_events.live.outlet import Outlet
from bedolaga_events.live.protocol import Wants

CLOSE_SECONDS = 3.0  # how long a peer may take to answer a close
EVERYTHING = Wants()
SERVER = FrameProtocol(client=False, extensions=[])  # control frames out: it keeps nothing of them


class Flood:
    """How much a client said in the current stretch of time."""

    __slots__ = ("_said", "_stretch")

    def __init__(self) -> None:
        self._stretch = 0
        self._said = 0

    def add(self, seconds: float) -> int:
        """Count one frame at a moment; returns how many there were in its stretch."""
        stretch = int(seconds // protocol.FLOOD_SECONDS)
        self._said = self._said + 1 if stretch == self._stretch else 1
        self._stretch = stretch
        return self._said


class WebSocket(Outlet, asyncio.Protocol):
    """One client after its handshake; what it says comes to `heard`, its end to `lost`.

    Args:
        ping_seconds: silence after which it is pinged; after as much again it is dropped.
    """

    __slots__ = (
        "_drained",
        "_flood",
        "_is_alive",
        "_is_closing",
        "_parser",
        "_ping_seconds",
        "_size",
        "_text",
        "_timer",
    )

    def __init__(
        self, transport: asyncio.Transport, token_id: int, address: str, ping_seconds: float
    ) -> None:
        super().__init__(transport, token_id, address, EVERYTHING)
        self._ping_seconds = ping_seconds
        self._is_alive = True
        self._is_closing = False  # a close frame is sent: no other may follow
        self._drained: asyncio.Event | None = None  # while the transport is full
        self._parser: FrameProtocol | None = None  # from the first byte on: many say nothing
        self._flood: Flood | None = None
        self._text: list[str] = []  # of a message that has not ended
        self._size = 0
        self._timer = asyncio.get_running_loop().call_later(ping_seconds, self._ping)

    @abstractmethod
    def heard(self, text: str) -> None:
        """The client sent a text message."""

    @abstractmethod
    def lost(self) -> None:
        """The connection is over."""

    def say(self, text: str) -> None:
        """Send one message, past what is held back."""
        self.write_now(frames.encode([text]))

    def write_now(self, data: bytes) -> None:
        if not self._is_closing:
            super().write_now(data)

    async def drained(self) -> None:
        if self._drained is not None:
            await self._drained.wait()
        if self._transport.is_closing():
            raise ConnectionResetError("The client is gone.")

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake; a peer that does not answer it is dropped."""
        if self._is_closing:
            return
        self.stop_resuming()
        self.write_now(bytes(SERVER.close(code, reason)))
        self._is_closing = True
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self.abort)

    def data_received(self, data: bytes) -> None:
        self._is_alive = True
        if self._parser is None:
            self._parser, self._flood = FrameProtocol(client=False, extensions=[]), Flood()
        self._parser.receive_bytes(data)
        try:
            for frame in self._parser.received_frames():
                self._take(frame)
        except ParseFailed as problem:
            self.close(problem.code, str(problem))
            self._transport.close()

    def pause_writing(self) -> None:
        self._drained = asyncio.Event()

    def resume_writing(self) -> None:
        if self._drained is not None:
            self._drained.set()
            self._drained = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self.resume_writing()
        self.stop_resuming()
        self.lost()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            code = frame.payload[0]
            assert isinstance(code, int)
            self.close(code, "")  # does nothing if the peer answers ours
            self._transport.close()
        elif not self._is_closing and self._is_bearable(frame):
            self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        match frame:
            case Frame(Opcode.PING, bytes(payload)):
                self.write_now(bytes(SERVER.pong(payload)))
            case Frame(Opcode.TEXT, str(part)):
                self._collect(part, is_whole=frame.message_finished)
            case Frame(Opcode.BINARY, _, _, True):
                self.say(protocol.error("Messages are JSON text, not binary."))

    def _collect(self, part: str, *, is_whole: bool) -> None:
        self._size += len(part.encode())
        if self._size > protocol.MAX_MESSAGE:
            self.close(CloseReason.MESSAGE_TOO_BIG, "A message has at most 64 KiB")
            return
        self._text.append(part)
        if is_whole:
            text, self._text, self._size = "".join(self._text), [], 0
            self.heard(text)

    def _is_bearable(self, frame: Frame) -> bool:
        """Whether a frame is looked at; a client that says too much is told so, then closed."""
        assert self._flood is not None
        if not frame.frame_finished:
            return True
        said = self._flood.add(asyncio.get_running_loop().time())
        if said > protocol.FLOOD_CLOSED:
            self.close(protocol.UNAUTHORIZED, protocol.TOO_FAST)
        elif said > protocol.FLOOD_REFUSED and frame.message_finished:
            self._text, self._size = [], 0
            self.say(protocol.error(f"{protocol.TOO_FAST}; slow down."))
            return False
        return said <= protocol.FLOOD_CLOSED

    def _ping(self) -> None:
        if not self._is_alive:
            self.abort()
            return
        self._is_alive = False
        self.write_now(bytes(SERVER.ping()))
        self._timer = asyncio.get_running_loop().call_later(self._ping_seconds, self._ping)
