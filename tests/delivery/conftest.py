"""A poster without a server, and receivers that say what they are told to."""

import asyncio
import socket
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvloop

from bedolaga_events.delivery.addresses import policy
from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.dialling import Dialler
from bedolaga_events.delivery.guard import Guard
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.proxy import proxy
from bedolaga_events.delivery.resolver import AddrInfo, LookUp, Resolver, look_up
from bedolaga_events.delivery.target import Request, Target

BODY = b'{"user_id": 1}'

Talk = Callable[["Receiver", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """A receiver on loopback: its port, what it was asked, and over how many connections."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        """Read one whole request."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        return self.requests[-1]


@asynccontextmanager
async def receiving(
    talk: Talk, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Receiver]:
    """A receiver that talks as it is told on each connection."""
    receiver, talking = Receiver(), set[asyncio.Task[Any]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        receiver.connections += 1
        try:
            await talk(receiver, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, ssl=tls, limit=1 << 22)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking)


def says(sent: bytes, then: str = "close") -> Talk:
    """Each request is answered alike; then it closes, resets, hangs or stays for another."""

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            await receiver.request(reader)
            writer.write(sent)
            await writer.drain()
            if then == "reset":
                writer.transport.abort()
            if then == "hang":
                await asyncio.Event().wait()
            if then != "stay":
                return

    return talk


def dialler(
    look_up: LookUp = look_up,
    tls: ssl.SSLContext | None = None,
    timeout: float = 5.0,
    through: str = "",
) -> Dialler:
    way = proxy(through)
    guard = Guard(policy([], loopback=True), Resolver(look_up), has_proxy=way is not None)
    return Dialler(guard, tls or ssl.create_default_context(), timeout, way)


async def post(poster: Any, url: str, seconds: float = 10.0, body: bytes = BODY) -> Answer:
    """One POST, as the worker makes it."""
    deadline = asyncio.get_running_loop().time() + seconds
    request = Request((("Content-Type", "application/json"),), body)
    answer: Answer = await poster.post(Target(url, {}), request, deadline)
    return answer


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Both loops that the server runs on: they write, connect and time differently."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    """The client, which looks names up as the system does."""
    made = Poster(dialler())
    yield made
    made.close()


def infos(*addresses: str) -> list[AddrInfo]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]


class NameServer:
    """Knows some names, denies some, and is silent about the rest until the test ends."""

    def __init__(self) -> None:
        self.known: dict[str, list[AddrInfo]] = {"shop.test": infos("127.0.0.1")}
        self.failing: dict[str, int] = {}
        self.asked = Counter[str]()
        self.ended = threading.Event()

    def look_up(self, host: str) -> list[AddrInfo]:
        self.asked[host] += 1
        if host in self.failing:
            raise socket.gaierror(self.failing[host], "no")
        if host not in self.known:
            self.ended.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "silent")
        return self.known[host]


@pytest.fixture
async def server() -> AsyncIterator[NameServer]:
    made = NameServer()
    yield made
    made.ended.set()
