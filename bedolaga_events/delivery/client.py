"""A small HTTP/1.1 client for one thing: POST a body, read the head of the answer (RFC 9112).

It dials only what the policy allows, keeps connections, never follows redirects, never
decompresses, and holds no more of an answer than is kept of it. The parsing is llhttp's.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

import httptools
from yarl import URL

from bedolaga_events.delivery.addresses import Policy, Verdict

MAX_BODY = 16 * 1024  # bytes kept of an answer (contract §4)
MAX_HEAD = 64 * 1024  # bytes of a status line and headers
IDLE_SECONDS = 30.0  # how long a connection is kept for the next request
IDLE_CONNECTIONS = 128  # kept for one receiver
DNS_SECONDS = 10.0  # how long an answer of the resolver is used: a receiver may move

Origin = tuple[str, str, int]
Address = tuple[socket.AddressFamily, Any]


class Target:
    """Where requests go, worked out once.

    Args:
        url: http or https.
        headers: what every request carries besides its own.
    """

    __slots__ = ("_head", "origin")

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        parsed = URL(url)
        assert parsed.raw_host is not None
        assert parsed.port is not None
        self.origin: Origin = parsed.scheme, parsed.raw_host, parsed.port
        self._head = (
            f"POST {parsed.raw_path_qs or '/'} HTTP/1.1\r\n"
            f"Host: {parsed.host_port_subcomponent}\r\nAccept: */*\r\n{_lines(headers.items())}"
        )

    def request(self, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
        """The bytes of a POST request."""
        head = f"{self._head}{_lines(headers)}Content-Length: {len(body)}\r\n\r\n"
        return head.encode("latin-1") + body


def _lines(headers: Iterable[tuple[str, str]]) -> str:
    return "".join([f"{name}: {value}\r\n" for name, value in headers])


class Answer(NamedTuple):
    """What a receiver answered: the first bytes of its body, as they came."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Refused(OSError):
    """The policy does not allow an address that was about to be dialled."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class ConnectTimeout(Exception):
    """No connection in time."""


class Dropped(Exception):
    """The receiver closed the connection before it answered."""


class BadAnswer(Exception):
    """What came back is not HTTP, or its head is too long."""


class Connection(asyncio.Protocol):
    """One connection to a receiver; it serves one request after another."""

    def __init__(self) -> None:
        self.peer: str | None = None
        self.served = 0
        self.idle_since = 0.0
        self.is_closed = False
        self.can_stay = False  # the last answer was read whole, and both sides keep it open
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[Answer] | None = None
        self._reset()

    async def post(self, request: bytes, deadline: float) -> Answer:
        """Send one request and read its answer.

        Args:
            deadline: in seconds of the loop's clock.

        Raises:
            Dropped: it was closed before anything of an answer came.
            BadAnswer: what came is not HTTP.
            TimeoutError: the answer was not there in time, or not whole: see `so_far`.
        """
        if self._transport is None or self.is_closed:
            raise Dropped
        self._reset()
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        # A timer of our own: asyncio.timeout costs 7 µs, and there is nothing here to cancel.
        timer = loop.call_at(deadline, self._fail, TimeoutError())
        self._transport.write(request)
        try:
            return await self._done
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            timer.cancel()

    def so_far(self) -> Answer | None:
        """The answer as far as it came; None while its head is not complete."""
        if not self._has_head or self._status < 200:
            return None
        return Answer(self._status, self._reason, tuple(self._headers), bytes(self._body))

    def close(self) -> None:
        """Drop it at once."""
        self.is_closed = True
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        self.peer = str(name[0]) if name else None

    def data_received(self, data: bytes) -> None:
        if self._done is None or self._done.done():
            self.close()  # nobody asked for this
            return
        self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._finish()
        except httptools.HttpParserError:
            self._fail(BadAnswer())
        if not self._has_head and self._bytes > MAX_HEAD:
            self._fail(BadAnswer())

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        if self._done is None or self._done.done():
            return
        if self.so_far() is not None:  # a body that ends with the connection
            self._finish()
        else:
            self._fail(BadAnswer() if self._bytes else Dropped())

    # httptools' callbacks

    def on_message_begin(self) -> None:
        self._headers.clear()
        self._reason = ""
        self._has_head = False

    def on_status(self, reason: bytes) -> None:
        self._reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1").lower(), value.decode("utf-8", "replace")))

    def on_headers_complete(self) -> None:
        self._has_head = True
        self._status = self._parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        self._body += data[: MAX_BODY - len(self._body)]
        if len(self._body) >= MAX_BODY and self._status >= 200:
            self._finish()

    def on_message_complete(self) -> None:
        if self._status < 200:  # 100 Continue and the like: the answer is still to come
            return
        self.can_stay = self._parser.should_keep_alive()
        self._finish()

    def _reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._reason = ""
        self._status = 0
        self._bytes = 0  # that came since the request
        self._has_head = False
        self.can_stay = False

    def _finish(self) -> None:
        answer = self.so_far()
        if self._done is not None and not self._done.done() and answer is not None:
            self._done.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)
        self.close()


class Client:
    """Connections to receivers, kept for a while.

    Args:
        policy: which addresses may be dialled.
        tls: the CAs that are trusted.
        connect_timeout: seconds for a connection, its TLS handshake included.
    """

    def __init__(self, policy: Policy, tls: ssl.SSLContext, connect_timeout: float) -> None:
        self._policy = policy
        self._tls = tls
        self._connect_timeout = connect_timeout
        self._idle: dict[Origin, list[Connection]] = {}
        self._resolved: dict[tuple[str, int], tuple[float, list[Address]]] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    async def acquire(self, origin: Origin, deadline: float) -> Connection:
        """A kept connection to a receiver, or a new one.

        Args:
            deadline: in seconds of the loop's clock.

        Raises:
            Refused: the policy allows none of its addresses.
            ConnectTimeout, OSError: it cannot be reached (`ssl.SSLError`, `socket.gaierror` too).
            TimeoutError: not before the deadline.
        """
        kept = self._idle.get(origin, [])
        while kept:
            connection = kept.pop()
            if not connection.is_closed and time.monotonic() - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.close()
        self._idle.pop(origin, None)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(min(deadline, loop.time() + self._connect_timeout)):
                return await self._connect(origin)
        except TimeoutError:
            if loop.time() >= deadline:
                raise
            raise ConnectTimeout from None

    def release(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection whose answer was read whole; close any other."""
        kept = self._idle.setdefault(origin, [])
        if connection.can_stay and not connection.is_closed and len(kept) < IDLE_CONNECTIONS:
            connection.idle_since = time.monotonic()
            connection.served += 1
            kept.append(connection)
            if self._sweeping is None:
                loop = asyncio.get_running_loop()
                self._sweeping = loop.call_later(IDLE_SECONDS, self._sweep)
        else:
            connection.close()

    def close(self) -> None:
        """Close what is kept."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for kept in self._idle.values():
            for connection in kept:
                connection.close()
        self._idle.clear()

    def _sweep(self) -> None:
        """Close what was not needed for a while; a burst's connections do not stay for ever."""
        self._sweeping = None
        late = time.monotonic() - IDLE_SECONDS
        for origin, kept in list(self._idle.items()):
            for connection in kept:
                if connection.idle_since <= late:
                    connection.close()
            self._idle[origin] = [one for one in kept if not one.is_closed]
            if not self._idle[origin]:
                del self._idle[origin]
        if self._idle:
            self._sweeping = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._sweep)

    async def _connect(self, origin: Origin) -> Connection:
        scheme, host, port = origin
        failure: OSError = ConnectionRefusedError()
        for family, address in await self._resolve(host, port):
            # The very address that is dialled is judged: a name that changes its answer between
            # a check and the connection gains nothing.
            verdict = self._policy.judge(str(address[0]))
            if not verdict.allowed:
                failure = Refused(verdict)
                continue
            try:
                return await self._dial(family, address, host if scheme == "https" else None)
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
        raise failure

    async def _dial(
        self, family: socket.AddressFamily, address: Any, tls_name: str | None
    ) -> Connection:
        loop = asyncio.get_running_loop()
        dialled = socket.socket(family, socket.SOCK_STREAM)
        try:
            dialled.setblocking(False)
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(dialled, address)
            _, connection = await loop.create_connection(
                Connection,
                sock=dialled,
                ssl=None if tls_name is None else self._tls,
                server_hostname=tls_name,
            )
        except BaseException:
            dialled.close()
            raise
        return connection

    async def _resolve(self, host: str, port: int) -> list[Address]:
        now = time.monotonic()
        known = self._resolved.get((host, port))
        if known is not None and now - known[0] < DNS_SECONDS:
            return known[1]
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses: list[Address] = [(info[0], info[4]) for info in found]
        self._resolved = {
            key: one for key, one in self._resolved.items() if now - one[0] < DNS_SECONDS
        }
        self._resolved[host, port] = now, addresses
        return addresses
