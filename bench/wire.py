"""A load generator and a receiver that cost next to nothing: what is measured is the rest."""

import asyncio
import time
from typing import cast


class Caller(asyncio.Protocol):
    """One keep-alive connection that sends a request whenever the last one is answered."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = bytearray()
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = int(self._buffer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self._buffer) < head + 4 + length:
            return
        self._load.answered(bytes(self._buffer[9:12]), time.perf_counter() - self._sent_at)
        self._buffer.clear()
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        if self._load.running:
            self._sent_at = time.perf_counter()
            self._transport.write(self._load.request)
        else:
            self._transport.close()


class Load:
    """POST one body over and over; counts answers by status, and keeps their times in seconds."""

    def __init__(self, port: int, path: str, body: bytes, token: str = "") -> None:
        self._port = port
        self.request = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.running = False
        self.times: list[float] = []
        self.statuses: set[bytes] = set()

    def answered(self, status: bytes, seconds: float) -> None:
        self.statuses.add(status)
        self.times.append(seconds)

    async def run(self, seconds: float, connections: int = 32) -> float:
        """Requests per second over `seconds`.

        Raises:
            RuntimeError: an answer was not 2xx.
        """
        self.running, self.times, self.statuses = True, [], set()
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        for _ in range(connections):
            await loop.create_connection(lambda: Caller(self), "127.0.0.1", self._port)
        await asyncio.sleep(seconds)
        self.running = False
        taken = time.perf_counter() - started
        if not self.statuses or any(not one.startswith(b"2") for one in self.statuses):
            raise RuntimeError(f"answers were {self.statuses}")
        return len(self.times) / taken

    async def once(self) -> None:
        """One request."""
        self.running, self.times, self.statuses = True, [], set()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: Caller(self), "127.0.0.1", self._port)
        self.running = False
        while not self.times:
            await asyncio.sleep(0)
        transport.close()


class Sink(asyncio.Protocol):
    """A receiver of webhooks that answers 204 to everything."""

    received = 0

    def __init__(self) -> None:
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            headers = bytes(self._buffer[:head]).lower()
            length = int(headers.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            if len(self._buffer) < head + 4 + length:
                return
            del self._buffer[: head + 4 + length]
            Sink.received += 1
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
