"""The handshake and the read loop of one socket (contract §3)."""

import asyncio
from contextlib import suppress

from aiohttp import WSMsgType, web
from yarl import URL

from bedolaga_events.api.middleware import client_address, find_token, presented
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.errors import Forbidden, TooManyFailures
from bedolaga_events.live import frames, protocol
from bedolaga_events.model import Scope, Token

CLOSE_SECONDS = 3.0  # how long a peer may take to answer a close


class Connection:
    """One client, as the hub sees it."""

    def __init__(self, response: web.WebSocketResponse, transport: asyncio.Transport, token: Token):
        self.token_id = token.id
        self.closing: asyncio.Task[bool] | None = None
        self._response = response
        self._transport = transport

    def write(self, data: bytes) -> None:
        # Whole frames straight to the transport: one system call for a batch of events, where
        # `send_str` would make one each. Without compression the two may be mixed.
        if not self._response.closed and not self._transport.is_closing():
            self._transport.write(data)

    def unsent(self) -> int:
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        self._transport.abort()

    def close(self, code: int, reason: str) -> None:
        if self.closing is None:
            work = self._response.close(code=code, message=reason.encode())
            self.closing = asyncio.create_task(work)


async def connect(request: web.Request) -> web.StreamResponse:
    """GET /ws."""
    server = parts(request)
    _check_origin(request, server)
    response = web.WebSocketResponse(
        compress=False,
        heartbeat=server.settings.live.ping_seconds,
        max_msg_size=protocol.MAX_MESSAGE + 1,
        timeout=CLOSE_SECONDS,
    )
    await response.prepare(request)
    token, refusal = await _authenticated(request, server)
    if token is None:
        await response.close(code=protocol.UNAUTHORIZED, message=refusal.encode())
        return response
    if server.hub.is_full():
        await response.close(code=protocol.TRY_AGAIN, message=b"Connection limit reached")
        return response
    if request.transport is None:
        return response
    connection = Connection(response, request.transport, token)
    # No await between these two: the socket joins at exactly the id that it is told.
    hello = protocol.hello(server.hub.last_event_id, server.database.uid)
    connection.write(frames.encode([hello]))
    server.hub.join(connection)
    try:
        await _converse(response, connection)
    finally:
        server.hub.leave(connection)
        if connection.closing is not None:
            await connection.closing
    return response


async def _converse(response: web.WebSocketResponse, connection: Connection) -> None:
    async for message in response:
        if message.type is WSMsgType.TEXT:
            text = protocol.answer(message.data)
        else:
            text = protocol.error("Messages are JSON text, not binary.")
        connection.write(frames.encode([text]))


async def _authenticated(request: web.Request, server: Parts) -> tuple[Token | None, str]:
    """The token behind a handshake, or the reason to close it: a browser cannot see a 401."""
    query = request.query
    value = query.get("token") or query.get("api_key") or presented(request)
    if "ticket" in query:
        owner = server.access.tickets.redeem(query["ticket"])
        token = None if owner is None else server.access.by_id(owner[0])
    elif value is None:
        return None, protocol.MISSING
    else:
        token = await find_token(server, value)
    if token is None or not token.allows(Scope.READ):
        with suppress(TooManyFailures):  # the answer is the same: closed with 1008
            server.access.refuse(client_address(request), protocol.INVALID)
        return None, protocol.INVALID
    return token, ""


def _check_origin(request: web.Request, server: Parts) -> None:
    origin = request.headers.get("Origin")
    if origin is None or origin in server.settings.security.allowed_origins:
        return
    host = URL(origin).authority if "://" in origin else ""
    if host != request.host:
        raise Forbidden("This Origin may not open /ws; add it to security.allowed_origins.")
