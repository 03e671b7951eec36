"""The verb of `poster` over aiohttp's client: the oracle, and the peer in the bench."""

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL

from bedolaga_events.delivery.answers import Answer
from bedolaga_events.delivery.dialling import Dialler
from bedolaga_events.delivery.line import LINGER
from bedolaga_events.delivery.reading import MAX_BODY
from bedolaga_events.delivery.target import Request, Target
from bedolaga_events.model import ErrorCode

OURS = ("host", "content-length")  # headers that the client makes by itself


class Twin:
    """A stand-in for `Poster`, made from the same parts."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        self._session: aiohttp.ClientSession | None = None

    async def post(self, target: Target, request: Request, deadline: float) -> Answer:
        """Send it once, or once more if it died with a connection that was kept."""
        if target.fault is not None:
            return Answer(None, ErrorCode.DNS, target.fault)
        for last in (False, True):
            tried = SimpleNamespace(reused=False)
            answer = await self._post(target, request, deadline, tried)
            if last or not (tried.reused and answer.error_code is ErrorCode.CONNECTION_RESET):
                break
        return answer

    def close(self) -> None:
        """Drop the connections."""
        if self._session is not None and self._session.connector is not None:
            self._session.connector._close()

    async def _post(self, target: Target, request: Request, deadline: float, tried: Any) -> Answer:
        head = target.encode(request).partition(b"\r\n\r\n")[0].decode()
        first, *lines = head.split("\r\n")
        pairs = [tuple(line.split(": ", 1)) for line in lines]
        headers = [(name, value) for name, value in pairs if name.lower() not in OURS]
        scheme, host, port = target.origin
        named = f"[{host}]" if ":" in host else host
        url = URL(f"{scheme}://{named}:{port}{first.split(' ')[1]}", encoded=True)
        answer = Answer(None, None, "")
        try:
            async with (
                asyncio.timeout_at(deadline),
                self._opened().request(
                    request.method,
                    url,
                    headers=headers,
                    data=request.body,
                    allow_redirects=False,
                    trace_request_ctx=tried,
                ) as got,
            ):
                kept = tuple((name.lower(), value) for name, value in got.headers.items())
                answer = Answer(got.status, None, got.reason or "", kept, b"")
                return Answer(got.status, None, answer.message, kept, await _body(got, deadline))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return answer if answer.status else Answer(None, _code(error), str(error))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_reuseconn.append(_reused)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._dialler._tls),
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Content-Type"),
                timeout=aiohttp.ClientTimeout(total=None, connect=self._dialler._connect_timeout),
                trace_configs=[trace],
            )
        return self._session


async def _reused(_: Any, context: Any, __: Any) -> None:
    context.trace_request_ctx.reused = True


async def _body(got: aiohttp.ClientResponse, deadline: float) -> bytes:
    body = b""
    waiting = deadline - asyncio.get_running_loop().time()
    has_end = "Content-Length" in got.headers or "Transfer-Encoding" in got.headers
    while len(body) < MAX_BODY:
        async with asyncio.timeout(waiting if has_end else min(waiting, LINGER)):
            piece = await got.content.read(MAX_BODY - len(body))
        if not piece:
            break
        body += piece
    return body


def _code(error: Exception) -> ErrorCode:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return ErrorCode.DNS
        case aiohttp.ClientSSLError():
            return ErrorCode.TLS
        case aiohttp.ConnectionTimeoutError():
            return ErrorCode.CONNECT_TIMEOUT
        case TimeoutError():
            return ErrorCode.TIMEOUT
        case aiohttp.ClientConnectorError():
            return ErrorCode.CONNECTION_REFUSED
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return ErrorCode.CONNECTION_RESET
        case _:
            return ErrorCode.BAD_RESPONSE
