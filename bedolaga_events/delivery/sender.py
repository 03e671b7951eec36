"""One signed POST → one `Attempt`. Whatever the receiver does is an outcome, never an exception."""

import errno
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp
from aiohttp.client_reqrep import ClientRequest, ClientResponse
from yarl import URL

from bedolaga_events import __version__
from bedolaga_events.delivery import signing
from bedolaga_events.delivery.addresses import Policy
from bedolaga_events.delivery.guard import connector, refusals
from bedolaga_events.model import Attempt, Delivery, ErrorCode

MAX_RESPONSE_BODY = 16 * 1024  # bytes kept of an answer (contract §4)
USER_AGENT = f"bedolaga-events/{__version__}"


class Secret(NamedTuple):
    """A signing secret; an old one signs until a moment (microseconds)."""

    value: str
    until: int | None = None


class Endpoint:
    """Where a webhook's deliveries go and how they are signed.

    Args:
        headers: extra request headers of this webhook.
    """

    def __init__(
        self, webhook_id: int, url: str, secrets: Sequence[Secret], headers: Mapping[str, str]
    ) -> None:
        self.webhook_id = webhook_id
        self.url = URL(url, encoded=True)
        self.secrets = secrets
        self.headers = headers


@dataclass(slots=True)
class _Trail:
    """What one POST learned on its way that neither its answer nor its error says."""

    peer: str | None = None
    reused: bool = False  # it went over a connection that had served another request


_trail: ContextVar[_Trail] = ContextVar("trail")


class _Request(ClientRequest):
    """A request that notes which connection it goes over."""

    async def send(self, conn: Any) -> ClientResponse:
        address = conn.transport.get_extra_info("peername") if conn.transport else None
        trail = _trail.get()
        trail.peer = str(address[0]) if address else None
        trail.reused = getattr(conn.protocol, "has_served", False)
        conn.protocol.has_served = True
        return await super().send(conn)


class Sender:
    """Sends deliveries.

    Args:
        policy: which addresses may be dialled.
        uid: the database's uid, a part of every `webhook-id`.
        now: the clock, in microseconds.
        connect_timeout, total_timeout: seconds.
        limit: connections at most.
        tls: the CAs that are trusted.
    """

    def __init__(
        self,
        policy: Policy,
        uid: str,
        now: Callable[[], int],
        *,
        connect_timeout: float,
        total_timeout: float,
        limit: int,
        tls: ssl.SSLContext,
    ) -> None:
        self._uid = uid
        self._now = now
        self._connect_timeout = connect_timeout
        self._total_timeout = total_timeout
        self._session = aiohttp.ClientSession(
            connector=connector(policy, limit, tls),
            timeout=aiohttp.ClientTimeout(total=total_timeout, sock_connect=connect_timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_Request,
            auto_decompress=False,  # a gzip bomb is kept as the few bytes that it came in
            skip_auto_headers=("Accept-Encoding", "User-Agent"),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(self, endpoint: Endpoint, delivery: Delivery) -> Attempt:
        """Make one attempt."""
        started_at = self._now()
        number = delivery.attempt_number + 1
        body = delivery.payload.encode("ascii")
        headers = self._headers(endpoint, delivery, body, number, started_at)
        began = time.perf_counter()
        answer = await self._answer(endpoint.url, body, {**endpoint.headers, **headers})
        return Attempt(
            number=number,
            started_at=started_at,
            duration_ms=round((time.perf_counter() - began) * 1000),
            request_headers=tuple(headers.items()),
            **answer,
        )

    def _headers(
        self, endpoint: Endpoint, delivery: Delivery, body: bytes, number: int, now: int
    ) -> dict[str, str]:
        source = f"test{delivery.id}" if delivery.event_id is None else str(delivery.event_id)
        message_id = f"msg_{self._uid}_{source}_{endpoint.webhook_id}"
        secrets = [one.value for one in endpoint.secrets if one.until is None or one.until > now]
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-Webhook-Event": delivery.event_type,
            "X-Webhook-Id": str(endpoint.webhook_id),
            "X-Webhook-Delivery": str(delivery.id),
            "X-Webhook-Attempt": str(number),
            **signing.headers(body, secrets, message_id, now // 1_000_000),
        }

    async def _answer(self, url: URL, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        while True:
            refusals.set([])
            _trail.set(_Trail())
            try:
                return await self._post(url, body, headers)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                # A kept connection that was closed under us, with nothing of an answer: that is
                # no failure of the receiver. At worst every kept one is tried, then a fresh one.
                if not _trail.get().reused:
                    return self._failure(error)
            except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
                return self._failure(error)

    async def _post(self, url: URL, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        async with self._session.post(
            url, data=body, headers=headers, allow_redirects=False
        ) as response:
            text = await _head_of_body(response)
            answer = {
                "response_status": response.status,
                "response_headers": tuple(
                    (name.lower(), value.encode("utf-8", "replace").decode())
                    for name, value in response.headers.items()
                ),
                "response_body": text,
                "remote_address": _trail.get().peer,
            }
            return answer | _judgement(response.status, response.reason)

    def _failure(self, error: Exception) -> dict[str, Any]:
        refused = refusals.get()
        if refused:
            return {
                "error_code": ErrorCode.ADDRESS_NOT_ALLOWED,
                "error_message": refused[0].sentence,
                "remote_address": refused[0].address,
            }
        code, message = self._explain(error)
        peer = _trail.get().peer
        return {"error_code": code, "error_message": message, "remote_address": peer}

    def _explain(self, error: Exception) -> tuple[ErrorCode, str]:
        match error:
            case aiohttp.ClientConnectorDNSError():
                return ErrorCode.DNS, f"the name {error.host} does not resolve"
            case aiohttp.ClientConnectorCertificateError():
                return ErrorCode.TLS, _tls(error.certificate_error)
            case aiohttp.ClientSSLError():
                return ErrorCode.TLS, _tls(error.os_error)
            case aiohttp.ConnectionTimeoutError():
                seconds = f"{self._connect_timeout:g} s"
                return ErrorCode.CONNECT_TIMEOUT, f"timed out after {seconds} while connecting"
            case TimeoutError():
                seconds = f"{self._total_timeout:g} s"
                return ErrorCode.TIMEOUT, f"timed out after {seconds} while waiting for the answer"
            case aiohttp.ClientConnectorError():
                return _not_connected(error.os_error)
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | OSError():
                return (
                    ErrorCode.CONNECTION_RESET,
                    "the receiver closed the connection before it answered",
                )
            case _:
                return ErrorCode.BAD_RESPONSE, "the receiver's answer is not valid HTTP"


async def _head_of_body(response: ClientResponse) -> str:
    """The first bytes of an answer as text; a longer answer costs its connection."""
    kept = bytearray()
    try:
        while len(kept) < MAX_RESPONSE_BODY:
            chunk = await response.content.readany()
            if not chunk:
                break
            kept += chunk
        else:
            response.close()
    except (aiohttp.ClientError, TimeoutError):
        # The status has been read and decides; what follows it is only shown.
        response.close()
    return bytes(kept[:MAX_RESPONSE_BODY]).decode("utf-8", "backslashreplace")


def _judgement(status: int, reason: str | None) -> dict[str, Any]:
    if 200 <= status < 300:
        return {}
    if 300 <= status < 400:
        return {
            "error_code": ErrorCode.REDIRECT,
            "error_message": f"the receiver redirects (HTTP {status}); redirects are not followed",
        }
    return {
        "error_code": ErrorCode.HTTP_STATUS,
        "error_message": f"the receiver answered HTTP {status} {reason or ''}".rstrip(),
    }


def _tls(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(error.reason or 'handshake failed').replace('_', ' ').lower()}"
    return "TLS: the handshake failed"


def _not_connected(error: OSError) -> tuple[ErrorCode, str]:
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return ErrorCode.CONNECT_TIMEOUT, "timed out while connecting"
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return ErrorCode.CONNECTION_REFUSED, "the receiver's network is unreachable"
    if error.errno == errno.ECONNRESET:
        return ErrorCode.CONNECTION_RESET, "connection reset"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return ErrorCode.CONNECTION_REFUSED, "this server has no free file descriptor"
    return ErrorCode.CONNECTION_REFUSED, "connection refused"
