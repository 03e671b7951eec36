"""One signed POST → one `Attempt`. Whatever the receiver does is an outcome, never an exception."""

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bedolaga_events import __version__
from bedolaga_events.delivery import signing
from bedolaga_events.delivery.client import (
    Answer,
    BadAnswer,
    Client,
    Connection,
    ConnectTimeout,
    Dropped,
    Origin,
    Refused,
    Target,
)
from bedolaga_events.model import Attempt, Delivery, ErrorCode

USER_AGENT = f"bedolaga-events/{__version__}"
CLOSED = "the receiver closed the connection before it answered"


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
        self.target = Target(url, headers)
        self.secrets = secrets


class Sender:
    """Sends deliveries.

    Args:
        client: what dials.
        uid: the database's uid, a part of every `webhook-id`.
        now: the clock, in microseconds.
        connect_timeout, total_timeout: seconds, as they are told.
    """

    def __init__(
        self,
        client: Client,
        uid: str,
        now: Callable[[], int],
        *,
        connect_timeout: float,
        total_timeout: float,
    ) -> None:
        self._client = client
        self._uid = uid
        self._now = now
        self._connect_timeout = connect_timeout
        self._total_timeout = total_timeout

    def close(self) -> None:
        """Close every connection that is kept."""
        self._client.close()

    async def send(self, endpoint: Endpoint, delivery: Delivery) -> Attempt:
        """Make one attempt."""
        started_at = self._now()
        number = delivery.attempt_number + 1
        body = delivery.payload.encode("ascii")
        headers = self._headers(endpoint, delivery, body, number, started_at)
        request = endpoint.target.request(headers, body)
        began = time.perf_counter()
        outcome = await self._outcome(endpoint.target.origin, request)
        return Attempt(
            number=number,
            started_at=started_at,
            duration_ms=round((time.perf_counter() - began) * 1000),
            request_headers=headers,
            **outcome,
        )

    def _headers(
        self, endpoint: Endpoint, delivery: Delivery, body: bytes, number: int, now: int
    ) -> tuple[tuple[str, str], ...]:
        source = f"test{delivery.id}" if delivery.event_id is None else str(delivery.event_id)
        message_id = f"msg_{self._uid}_{source}_{endpoint.webhook_id}"
        secrets = [one.value for one in endpoint.secrets if one.until is None or one.until > now]
        return (
            ("Content-Type", "application/json"),
            ("User-Agent", USER_AGENT),
            ("X-Webhook-Event", delivery.event_type),
            ("X-Webhook-Id", str(endpoint.webhook_id)),
            ("X-Webhook-Delivery", str(delivery.id)),
            ("X-Webhook-Attempt", str(number)),
            *signing.headers(body, secrets, message_id, now // 1_000_000).items(),
        )

    async def _outcome(self, origin: Origin, request: bytes) -> dict[str, Any]:
        """What came of it, in the words of `Attempt`."""
        connection: Connection | None = None
        deadline = asyncio.get_running_loop().time() + self._total_timeout
        try:
            while True:
                connection = await self._client.acquire(origin, deadline)
                try:
                    return self._answered(await connection.post(request, deadline), connection)
                except Dropped:
                    # A kept connection that was closed under us is no failure of the receiver:
                    # at worst every kept one is tried, then a fresh one.
                    if not connection.served:
                        raise
        except TimeoutError:
            # Once the head has come the status decides, however long the body takes.
            answer = None if connection is None else connection.so_far()
            if answer is not None and connection is not None:
                return self._answered(answer, connection)
            return self._failed(TimeoutError(), connection)
        except (OSError, ValueError, Dropped, BadAnswer, ConnectTimeout) as error:
            return self._failed(error, connection)
        finally:
            if connection is not None:
                self._client.release(origin, connection)

    def _answered(self, answer: Answer, connection: Connection) -> dict[str, Any]:
        return {
            "response_status": answer.status,
            "response_headers": answer.headers,
            "response_body": answer.body.decode("utf-8", "backslashreplace"),
            "remote_address": connection.peer,
            **_judgement(answer.status, answer.reason),
        }

    def _failed(self, error: Exception, connection: Connection | None) -> dict[str, Any]:
        if isinstance(error, Refused):
            code, message = ErrorCode.ADDRESS_NOT_ALLOWED, error.verdict.sentence
            peer: str | None = error.verdict.address
        else:
            code, message = self._explained(error)
            peer = None if connection is None else connection.peer
        return {"error_code": code, "error_message": message, "remote_address": peer}

    def _explained(self, error: Exception) -> tuple[ErrorCode, str]:
        match error:
            case socket.gaierror():
                return ErrorCode.DNS, "the name does not resolve"
            case ssl.SSLCertVerificationError():
                return ErrorCode.TLS, f"TLS: {error.verify_message}"
            case ssl.SSLError():
                reason = (error.reason or "the handshake failed").replace("_", " ").lower()
                return ErrorCode.TLS, f"TLS: {reason}"
            case ConnectTimeout():
                after = f"timed out after {self._connect_timeout:g}"
                return ErrorCode.CONNECT_TIMEOUT, f"{after} s while connecting"
            case TimeoutError():
                after = f"timed out after {self._total_timeout:g}"
                return ErrorCode.TIMEOUT, f"{after} s while waiting for the answer"
            case Dropped() | ConnectionResetError():
                return ErrorCode.CONNECTION_RESET, CLOSED
            case OSError():
                return _not_connected(error)
            case _:
                return ErrorCode.BAD_RESPONSE, "the receiver's answer is not valid HTTP"


def _judgement(status: int, reason: str) -> dict[str, Any]:
    if 200 <= status < 300:
        return {}
    if 300 <= status < 400:
        return {
            "error_code": ErrorCode.REDIRECT,
            "error_message": f"the receiver redirects (HTTP {status}); redirects are not followed",
        }
    return {
        "error_code": ErrorCode.HTTP_STATUS,
        "error_message": f"the receiver answered HTTP {status} {reason}".rstrip(),
    }


def _not_connected(error: OSError) -> tuple[ErrorCode, str]:
    if error.errno == errno.ETIMEDOUT:
        return ErrorCode.CONNECT_TIMEOUT, "timed out while connecting"
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return ErrorCode.CONNECTION_REFUSED, "the receiver's network is unreachable"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return ErrorCode.CONNECTION_REFUSED, "this server has no free file descriptor"
    return ErrorCode.CONNECTION_REFUSED, "connection refused"
