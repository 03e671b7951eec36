"""A thousand readers of a live feed, and how fast events reach them all."""

import asyncio
import resource
import time

from bench.run import EVENT, SECONDS
from bench.wire import Load

SOCKETS = 1_000
PUBLISHERS = 8
SINGLY = 100  # events
QUIET = 0.3  # seconds without a byte after which all has come
PING, PONG = b"\x89\x00", b"\x8a\x80\x00\x00\x00\x00"


class Reader(asyncio.Protocol):
    """A WebSocket client that only counts the bytes that come."""

    received = 0

    def __init__(self, host: str, path: str) -> None:
        self.is_greeted = False
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.is_greeted = True
        Reader.received += len(data)
        # Also between messages, whose JSON is ASCII; one byte is looked for ten times as fast.
        if PING[0] in data and PING in data:
            self._transport.write(PONG)  # type: ignore[attr-defined]


async def connect(
    port: int, path: str, count: int = SOCKETS, together: bool = False
) -> list[asyncio.Transport]:
    """Readers that have had their hello; one after the other, or all `together`."""
    loop = asyncio.get_running_loop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))

    async def one() -> asyncio.Transport:
        made, reader = await loop.create_connection(
            lambda: Reader(f"127.0.0.1:{port}", path), "127.0.0.1", port
        )
        while not reader.is_greeted:  # else a queue of handshakes would be weighed too
            await asyncio.sleep(0)
        return made

    if together:
        made = list(await asyncio.gather(*(one() for _ in range(count))))
    else:
        made = [await one() for _ in range(count)]
    await _quiet()  # handshakes that come by the hundred take turns
    return made


async def fanned_out(port: int, ws: str, path: str, token: str) -> tuple[float, float]:
    """Messages a second that reach the readers: one event after another; eight publishers at once.

    In the first case an event is posted when the one before it has reached everybody.
    """
    sockets = await connect(port, ws)
    load = Load(port, path, EVENT, token)
    first = await _arrived(load)
    started = time.perf_counter()
    for _ in range(SINGLY):
        Reader.received = 0
        await load.once()
        while Reader.received < first:
            await asyncio.sleep(0)
    singly = SINGLY * SOCKETS / (time.perf_counter() - started)
    started, before = time.perf_counter(), len(load.times)
    Reader.received = 0
    await load.run(SECONDS, PUBLISHERS)
    posted = len(load.times) - before
    await _quiet()
    seconds = time.perf_counter() - started - QUIET
    received = Reader.received
    size = (first + await _arrived(load)) / 2 / SOCKETS  # an id grows by a digit now and then
    for one in sockets:
        one.abort()
    await asyncio.sleep(0.5)
    share = received / size / SOCKETS / posted
    if share < 0.98:  # somebody was cut off: then the rate says nothing
        print(f"only {share:.0%} of the messages arrived at {ws}", flush=True)
    return singly, received / size / seconds


async def _arrived(load: Load) -> int:
    """The bytes that one message is for all readers together."""
    Reader.received = 0
    await load.once()
    await _quiet()
    return Reader.received


async def _quiet() -> None:
    before = -1
    while before != Reader.received:
        before = Reader.received
        await asyncio.sleep(QUIET)
