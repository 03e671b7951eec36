"""The server's end of an open WebSocket, straight on its transport (RFC 6455 §5 to §7).

aiohttp's own takes 14 KiB of memory (a request with its headers, two parsers, a queue, a task);
a thousand idle pages are its usual load, and this one takes 2.
"""

import asyncio
from abc import abstractmethod

from wsproto.frame_protocol import CloseReason, Frame, FrameProtocol, Opcode, ParseFailed

from bedolaga_events.live import frames, protocol
from bedolaga_events.live.outlet import CLOSE_SECONDS, Outlet
from bedolaga_events.live.protocol import Wants

BAD_GATEWAY = (1014).to_bytes(2, "big")
EVERYTHING = Wants()
SERVER = FrameProtocol(client=False, extensions=[])  # control frames out: it keeps nothing of them


class Frames(FrameProtocol):
    """wsproto's, with the one close code that was registered since (IANA): 1014, a bad gateway."""

    def _process_close(self, frame: Frame) -> Frame:
        if isinstance(frame.payload, bytes | bytearray) and frame.payload[:2] == BAD_GATEWAY:
            return frame._replace(payload=(1014, ""))
        return super()._process_close(frame)


class Listening:
    """What there is of a client that has said something: its parser, its message, its rate."""

    __slots__ = ("_said", "_stretch", "parser", "size", "text")

    def __init__(self) -> None:
        self.parser = Frames(client=False, extensions=[])
        self.text: list[str] = []  # of a message that has not ended
        self.size = 0  # its bytes
        self._stretch = 0
        self._said = 0

    def said(self, seconds: float) -> int:
        """Count a message at a moment; returns how many there were in its stretch of time."""
        stretch = int(seconds // protocol.FLOOD_SECONDS)
        self._said = self._said + 1 if stretch == self._stretch else 1
        self._stretch = stretch
        return self._said


class WebSocket(Outlet):
    """One client after its handshake; what it says comes to `heard`, its end to `lost`.

    Args:
        ping_seconds: silence after which it is pinged; after as much again it is dropped.
    """

    __slots__ = ("_is_alive", "_is_closing", "_listening", "_ping_seconds", "_timer")

    def __init__(
        self,
        transport: asyncio.Transport,
        token_id: int,
        unsent_limit: int,
        ping_seconds: float,
    ) -> None:
        super().__init__(transport, token_id, EVERYTHING, unsent_limit)
        self._ping_seconds = ping_seconds
        self._is_alive = True
        self._is_closing = False  # a close frame is sent: no other may follow
        self._listening: Listening | None = None  # from the first byte on: many say nothing
        self._timer = asyncio.get_running_loop().call_later(ping_seconds, self.silence)

    @abstractmethod
    def heard(self, text: str) -> None:
        """The client sent a text message."""

    def say(self, text: str) -> None:
        """Send one message, past what is held back."""
        self.answer(frames.frame(text))

    def write_now(self, data: bytes) -> None:
        if not self._is_closing:
            super().write_now(data)

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
        if self._listening is None:
            self._listening = Listening()
        parser = self._listening.parser
        parser.receive_bytes(data)
        try:
            for frame in parser.received_frames():
                self._take(frame, self._listening)
        except ParseFailed as problem:
            self.close(problem.code, str(problem))
            self._transport.close()

    def silence(self) -> None:
        """Nothing was heard for a while: ask whether it is there, or drop it."""
        if not self._is_alive:
            self.abort()
            return
        self._is_alive = False
        self.write_now(bytes(SERVER.ping()))
        self._timer = asyncio.get_running_loop().call_later(self._ping_seconds, self.silence)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def _take(self, frame: Frame, listening: Listening) -> None:
        if frame.opcode is Opcode.CLOSE:
            code = frame.payload[0]
            assert isinstance(code, int)
            self.close(code, "")  # does nothing if the peer answers ours
            self._transport.close()
        elif self._is_closing:
            return
        elif frame.opcode is Opcode.PING:
            assert isinstance(frame.payload, bytes)
            self.answer(bytes(SERVER.pong(frame.payload)))
        elif frame.opcode is not Opcode.PONG:
            self._collect(frame, listening)

    def _collect(self, frame: Frame, listening: Listening) -> None:
        """Gather the parts of one message, whatever frames they come in."""
        part = frame.payload
        if isinstance(part, str) and part:
            listening.text.append(part)
        listening.size += len(part.encode() if isinstance(part, str) else part)
        if listening.size > protocol.MAX_MESSAGE:
            self.close(CloseReason.MESSAGE_TOO_BIG, "A message has at most 64 KiB")
        elif frame.message_finished:
            text, listening.text, listening.size = "".join(listening.text), [], 0
            if self._is_bearable_rate(listening):
                self._hear(text, is_text=frame.opcode is Opcode.TEXT)

    def _hear(self, text: str, *, is_text: bool) -> None:
        if is_text:
            self.heard(text)
        else:
            self.say(protocol.error("Messages are JSON text, not binary."))

    def _is_bearable_rate(self, listening: Listening) -> bool:
        """Whether a message is looked at; a client that says too much is told so, then closed."""
        said = listening.said(asyncio.get_running_loop().time())
        if said > protocol.FLOOD_CLOSED:
            self.close(protocol.UNAUTHORIZED, protocol.TOO_FAST)
        elif said > protocol.FLOOD_REFUSED:
            self.say(protocol.error(f"{protocol.TOO_FAST}; slow down."))
        return said <= protocol.FLOOD_REFUSED
