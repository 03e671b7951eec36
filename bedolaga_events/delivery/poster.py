"""Send one request, and say what came of it: `await poster.post(target, request, deadline)`.

Behind that: addresses, connections that are kept, one repetition where a kept one died, limits.
Whatever a receiver does is an `Answer`, never an exception. Redirects are not followed, nothing is
decompressed, and what a status means is not judged here.
"""

import asyncio
import errno
import socket
import ssl

from bedolaga_events.delivery import answers
from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.dialling import ConnectTimeout, Dialler
from bedolaga_events.delivery.guard import Refused
from bedolaga_events.delivery.line import Line
from bedolaga_events.delivery.proxy import ProxyRefuses, ProxyUnreachable
from bedolaga_events.delivery.reading import Reading
from bedolaga_events.delivery.target import Origin, Request, Target
from bedolaga_events.model import ErrorCode

IDLE_SECONDS = 30.0  # how long a connection is kept for the next request
OLDEST = 60.0  # seconds after which a connection serves no more: its name may have moved
IDLE_CONNECTIONS = 128  # kept for one receiver
REQUEST_TIMEOUT = 408  # what some servers say to an idle connection, before they close it

CLOSED = "the receiver closed the connection before it answered"


class Poster:
    """Sends requests, and keeps connections for a while."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Origin, list[Line]] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    async def post(self, target: Target, request: Request, deadline: float) -> Answer:
        """Send a request once, or once more if it died with a connection that was kept.

        Args:
            deadline: in seconds of the loop's clock; for all of it.
        """
        began = self._loop.time()
        if target.fault is not None:
            return Answer(None, ErrorCode.DNS, target.fault)
        sent = target.encode(request)
        line = self._kept(target.origin)
        if line is not None:
            reading = await line.exchange(sent, deadline)
            if not _died_with_connection(line, reading):
                return self._answered(target, line, began, deadline)
            line.close()
        try:
            line = await self._dialler.dial(target, deadline)
        except OSError as error:
            return _not_connected(error, self._loop.time() - began)
        await line.exchange(sent, deadline)
        return self._answered(target, line, began, deadline)

    def close(self) -> None:
        """Close the connections that are kept."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for kept in self._idle.values():
            for line in kept:
                line.close()
        self._idle.clear()

    def _answered(self, target: Target, line: Line, began: float, deadline: float) -> Answer:
        reading, now = line.reading, self._loop.time()
        self._keep(target.origin, line, now)
        code, message = None, reading.reason
        if reading.status is None:
            code, message = _no_answer(line, deadline - began)
        body = bytes(reading.body)
        headers, duration = reading.headers, now - began
        return Answer(reading.status, code, message, headers, body, line.peer, duration)

    def _kept(self, origin: Origin) -> Line | None:
        """A kept connection on which the next request may go out."""
        kept, now = self._idle.get(origin), self._loop.time()
        while kept:
            line = kept.pop()
            if _is_young(line, now) and line.can_serve_again():
                return line
            line.close()
        return None

    def _keep(self, origin: Origin, line: Line, now: float) -> None:
        line.idle_since = now
        kept = self._idle.get(origin, ())
        if not line.can_stay or not _is_young(line, now) or len(kept) >= IDLE_CONNECTIONS:
            line.close()
            return
        self._idle.setdefault(origin, []).append(line)
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Close what was not needed for a while; a burst's connections do not stay for ever."""
        for origin, kept in list(self._idle.items()):
            for line in kept:
                if not _is_young(line, self._loop.time()):
                    line.close()
            kept[:] = [line for line in kept if not line.is_closed]
            if not kept:
                del self._idle[origin]
        again = self._loop.call_later(IDLE_SECONDS, self._sweep) if self._idle else None
        self._sweeping = again


def _is_young(line: Line, now: float) -> bool:
    return now - line.idle_since < IDLE_SECONDS and now - line.opened_at < OLDEST


def _died_with_connection(line: Line, reading: Reading) -> bool:
    """Whether a kept connection was closed under the request (RFC 9112 §9.3.1), also in words."""
    if reading.status == REQUEST_TIMEOUT:
        return not reading.can_stay
    return reading.status is None and not line.is_cut


def _no_answer(used: Line, seconds: float) -> tuple[ErrorCode, str]:
    reading = used.reading
    if used.is_cut and not reading.is_noise:
        return ErrorCode.TIMEOUT, f"timed out after {seconds:.3g} s while waiting for the answer"
    if not reading.body and not reading.is_noise:
        return ErrorCode.CONNECTION_RESET, CLOSED
    return ErrorCode.BAD_RESPONSE, answers.what_is(bytes(reading.body))


def _not_connected(error: OSError, duration: float) -> Answer:
    address = error.verdict.address if isinstance(error, Refused) else None
    code, message = _why(error)
    return Answer(None, code, message, remote_address=address, duration=duration)


def _why(error: OSError) -> tuple[ErrorCode, str]:
    match error:
        case Refused():
            return ErrorCode.ADDRESS_NOT_ALLOWED, error.verdict.sentence
        case ConnectTimeout():
            return ErrorCode.CONNECT_TIMEOUT, str(error)
        case ProxyRefuses():
            return ErrorCode.CONNECTION_REFUSED, str(error)
        case ProxyUnreachable():
            code, message = _why(error.reason)
            return code, f"the proxy cannot be reached: {message}"
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return ErrorCode.DNS, "the name does not resolve in time"
        case socket.gaierror():
            return ErrorCode.DNS, "the name does not resolve"
        case ssl.SSLCertVerificationError():
            return ErrorCode.TLS, f"TLS: {error.verify_message}"
        case ssl.SSLError():
            reason = (error.reason or "the handshake failed").replace("_", " ").lower()
            return ErrorCode.TLS, f"TLS: {reason}"
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return ErrorCode.CONNECTION_RESET, CLOSED
        case _:
            return _unreachable(error)


def _unreachable(error: OSError) -> tuple[ErrorCode, str]:
    if error.errno == errno.ETIMEDOUT:
        return ErrorCode.CONNECT_TIMEOUT, "timed out while connecting"
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return ErrorCode.CONNECTION_REFUSED, "the receiver's network is unreachable"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return ErrorCode.CONNECTION_REFUSED, "this server has no free file descriptor"
    return ErrorCode.CONNECTION_REFUSED, "connection refused"
