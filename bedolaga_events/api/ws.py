"""The handshake and the read loop of one WebSocket (contract §3)."""

import asyncio
from contextlib import suppress

from aiohttp import WSMsgType, web
from yarl import URL

from bedolaga_events.api.middleware import client_address, find_token, presented
from bedolaga_events.api.outlet import Outlet
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.errors import Forbidden, TooManyFailures
from bedolaga_events.live import frames, protocol
from bedolaga_events.live.protocol import Wants
from bedolaga_events.live.replay import Since
from bedolaga_events.model import Scope, Token
from bedolaga_events.patterns import is_known

CLOSE_SECONDS = 3.0  # how long a peer may take to answer a close
LONGEST_ID = 18  # digits
EVERYTHING = Wants()


class Connection(Outlet):
    """One WebSocket client."""

    __slots__ = ("_response", "closing")

    def __init__(
        self, request: web.Request, response: web.WebSocketResponse, token: Token, address: str
    ) -> None:
        super().__init__(request, token, address, EVERYTHING)
        self.closing: asyncio.Task[bool] | None = None
        self._response = response

    def say(self, text: str) -> None:
        """Send one message, past what is held back."""
        self.write_now(frames.encode([text]))

    def write_now(self, data: bytes) -> None:
        if not self._response.closed:  # no data frame may follow a close frame
            super().write_now(data)

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake."""
        if self.closing is None:
            work = self._response.close(code=code, message=reason.encode())
            self.closing = asyncio.create_task(work)


class Flood:
    """How much a client said in the current stretch of time."""

    __slots__ = ("_said", "_stretch")

    def __init__(self) -> None:
        self._stretch = 0
        self._said = 0

    def add(self, seconds: float) -> int:
        """Count one message at a moment; returns how many there were in its stretch."""
        stretch = int(seconds // protocol.FLOOD_SECONDS)
        self._said = self._said + 1 if stretch == self._stretch else 1
        self._stretch = stretch
        return self._said


async def connect(request: web.Request) -> web.StreamResponse:
    """GET /ws."""
    server = parts(request)
    check_origin(request, server)
    await server.hub.turn()
    response = web.WebSocketResponse(
        compress=False,  # an idle socket takes 14 KiB without, 109 KiB with it
        heartbeat=server.settings.live.ping_seconds,
        max_msg_size=protocol.MAX_MESSAGE + 1,
        timeout=CLOSE_SECONDS,
    )
    await response.prepare(request)
    token, refusal = await authenticated(request, server)
    if token is None:
        await response.close(code=protocol.UNAUTHORIZED, message=refusal.encode())
        return response
    address = client_address(request)
    if server.hub.is_full(address):
        await response.close(code=protocol.TRY_AGAIN, message=b"Connection limit reached")
        return response
    if request.transport is not None:
        await _serve(request, server, response, Connection(request, response, token, address))
    return response


async def _serve(
    request: web.Request, server: Parts, response: web.WebSocketResponse, connection: Connection
) -> None:
    hub, resuming = server.hub, None
    # No await until the socket is live: it gets exactly what comes after the id that it is told.
    since = _since(request)
    if since is None:
        hub.flush()
    hub.enter(connection)
    connection.say(protocol.hello(hub.last_event_id, server.database.uid))
    if since is not None:
        resuming = connection.resume(server.replays, since)
    else:
        hub.go_live(connection)
        if "since" in request.query:
            connection.say(protocol.error('"since" is the id of an event.'))
    try:
        await _converse(server, response, connection)
    finally:
        hub.leave(connection)
        if resuming is not None:
            resuming.cancel()
            await asyncio.gather(resuming, return_exceptions=True)
        if connection.closing is not None:
            await connection.closing


async def _converse(server: Parts, response: web.WebSocketResponse, connection: Connection) -> None:
    loop, flood = asyncio.get_running_loop(), Flood()
    async for message in response:
        said = flood.add(loop.time())
        if said > protocol.FLOOD_CLOSED:
            connection.close(protocol.UNAUTHORIZED, protocol.TOO_FAST)
        elif said > protocol.FLOOD_REFUSED:
            connection.say(protocol.error(f"{protocol.TOO_FAST}; slow down."))
        elif message.type is not WSMsgType.TEXT:
            connection.say(protocol.error("Messages are JSON text, not binary."))
        else:
            _answer(server, connection, message.data)


def _answer(server: Parts, connection: Connection, text: str) -> None:
    types = server.catalogue.types
    answer = protocol.answer(text, connection.wants, lambda pattern: is_known(pattern, types))
    if answer.wants != connection.wants:
        server.hub.change(connection, answer.wants)
    connection.say(answer.text)


def _since(request: web.Request) -> Since | None:
    text = request.query.get("since", "")
    if not (text.isdecimal() and len(text) <= LONGEST_ID):
        return None
    return Since(int(text), request.query.get("epoch") or None)


async def authenticated(request: web.Request, server: Parts) -> tuple[Token | None, str]:
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


def check_origin(request: web.Request, server: Parts) -> None:
    """A page of another site may not open a socket with what its visitor can reach.

    Raises:
        Forbidden: the Origin is neither our own host nor one of the allowed.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin in server.settings.security.allowed_origins:
        return
    host = URL(origin).authority if "://" in origin else ""
    if host != request.host:
        raise Forbidden("This Origin may not open /ws; add it to security.allowed_origins.")
