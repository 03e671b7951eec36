"""A WebSocket client that sends any bytes, right or wrong, and tells what came back."""

import asyncio
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import urlsplit

from tests.conftest import ADMIN

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NAMES = {TEXT: "text", BINARY: "binary", CLOSE: "close", PING: "ping", PONG: "pong"}
KEY = b"\x11\x22\x33\x44"
PATIENCE = 5.0  # seconds


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    form: int | None = None,
) -> bytes:
    """One frame (RFC 6455 §5.2); `form` 126 or 127 writes a length longer than it needs."""
    size = len(payload)
    form = form or (size if size < 126 else 126 if size < 1 << 16 else 127)
    head = bytes((fin << 7 | rsv << 4 | opcode, masked << 7 | form))
    head += size.to_bytes({126: 2, 127: 8}[form], "big") if form >= 126 else b""
    if not masked:
        return head + payload
    return head + KEY + bytes(byte ^ KEY[place % 4] for place, byte in enumerate(payload))


def handshake(query: str = f"?token={ADMIN}", path: str = "/ws", **changed: str | None) -> bytes:
    """The bytes of a handshake; headers are named with _ for -, None leaves one out."""
    headers: dict[str, str | None] = {
        "Host": "events.test",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    version = changed.pop("version", "1.1")
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"GET {path}{query} HTTP/{version}", *lines, "", ""]).encode()


class Raw:
    """One connection to a server's /ws."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)

    async def __aenter__(self) -> Self:
        host, port = self._address.hostname, self._address.port
        self.reader, self.writer = await asyncio.open_connection(host, port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def open(self, query: str = f"?token={ADMIN}", early: bytes = b"") -> str:
        """Shake hands, with bytes that come in the same packet; returns the hello."""
        self.writer.write(handshake(query) + early)
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        return str((await self.next())[1])

    async def next(self) -> tuple[str, Any]:
        """The next frame, as ("text", str), ("close", code), ("pong", bytes), or ("end", None)."""
        async with asyncio.timeout(PATIENCE):
            try:
                first, second = await self.reader.readexactly(2)
                size = second & 127
                if size >= 126:
                    wide = await self.reader.readexactly(2 if size == 126 else 8)
                    size = int.from_bytes(wide, "big")
                payload = await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return "end", None
        assert first & 0x70 == 0, "no extension was agreed on"
        assert second < 128, "a server does not mask"
        kind = NAMES[first & 15]
        if kind == "close":
            return kind, int.from_bytes(payload[:2], "big") if payload else None
        return kind, payload.decode() if kind == "text" else payload

    async def answers(self, chunks: Iterable[bytes]) -> list[Any]:
        """Send chunks, then a question; everything that comes up to its answer or the close."""
        for chunk in chunks:
            self.writer.write(chunk)
            await self.writer.drain()
        self.writer.write(frame(PING, b"that was all"))
        got: list[Any] = []
        while (heard := await self.next()) != ("pong", b"that was all"):
            if heard[0] == "end":
                return got
            got.append(heard)
            if heard[0] == "close":
                self.writer.write(frame(CLOSE, b"\x03\xe8"))
        return got


async def hello(socket: Any) -> Any:
    """The first message of a connection."""
    message = await socket.receive_json()
    assert message["type"] == "connection"
    return message
