"""The handshake of a WebSocket, and what is answered on it (contract §3)."""

import asyncio
from contextlib import suppress

from aiohttp import web

from bedolaga_events.api.caller import presented
from bedolaga_events.api.gate import check_origin, client_address, find_token
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.errors import TooManyFailures
from bedolaga_events.live import protocol
from bedolaga_events.live.replay import Since
from bedolaga_events.live.websocket import CLOSE_SECONDS, WebSocket
from bedolaga_events.model import Scope, Token
from bedolaga_events.patterns import is_known

LONGEST_ID = 18  # digits


class Connection(WebSocket):
    """One client of ours."""

    __slots__ = ("_server",)

    def __init__(
        self, server: Parts, transport: asyncio.Transport, token: Token, address: str
    ) -> None:
        super().__init__(transport, token.id, address, server.settings.live.ping_seconds)
        self._server = server

    def heard(self, text: str) -> None:
        types = self._server.catalogue.types
        answer = protocol.answer(text, self.wants, lambda pattern: is_known(pattern, types))
        if answer.wants != self.wants:
            self._server.hub.change(self, answer.wants)
        self.say(answer.text)

    def lost(self) -> None:
        self._server.hub.leave(self)


async def connect(request: web.Request) -> web.StreamResponse:
    """GET /ws."""
    server = parts(request)
    check_origin(request)
    await server.hub.turn()
    token, refusal = await authenticated(request, server)
    response = web.WebSocketResponse(compress=False, timeout=CLOSE_SECONDS)
    await response.prepare(request)
    address = client_address(request)
    if token is None:
        await response.close(code=protocol.UNAUTHORIZED, message=refusal.encode())
    elif server.hub.is_full(address):
        await response.close(code=protocol.TRY_AGAIN, message=b"Connection limit reached")
    elif request.transport is not None:
        connection = Connection(server, request.transport, token, address)
        _take_over(request, connection)
        _welcome(request, server, connection)
        return web.Response()  # for aiohttp's sake: there is nobody left to get it
    return response


def _take_over(request: web.Request, connection: Connection) -> None:
    """Let `connection` read what comes; as far as aiohttp knows the client is gone."""
    http = request.protocol
    assert http.transport is not None
    http.transport.set_protocol(connection)
    http.transport = None  # or it would close it
    http.connection_lost(None)


def _welcome(request: web.Request, server: Parts, connection: Connection) -> None:
    # No await until the socket is live: it gets exactly what comes after the id that it is told.
    since = _since(request)
    if since is None:
        server.hub.flush()
    server.hub.enter(connection)
    connection.say(protocol.hello(server.hub.last_event_id, server.database.uid))
    if since is not None:
        connection.resume(server.replays, since)
        return
    server.hub.go_live(connection)
    if "since" in request.query:
        connection.say(protocol.error('"since" is the id of an event.'))


def _since(request: web.Request) -> Since | None:
    text = request.query.get("since", "")
    if not (text.isdecimal() and len(text) <= LONGEST_ID):
        return None
    return Since(int(text), request.query.get("epoch") or None)


async def authenticated(request: web.Request, server: Parts) -> tuple[Token | None, str]:
    """The token behind a handshake, or the reason to close it: a browser cannot see a 401."""
    query = request.query
    value = query.get("token") or query.get("api_key") or presented(request.headers)
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
