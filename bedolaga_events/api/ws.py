"""The handshake of a WebSocket, and what is answered on it (contract §3)."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from aiohttp import HttpVersion11, web
from wsproto.utilities import generate_accept_token

from bedolaga_events.api import reading
from bedolaga_events.api.caller import presented
from bedolaga_events.api.gate import check_origin, client_address, find_token
from bedolaga_events.api.state import CROWDED, Parts, parts
from bedolaga_events.errors import BadRequest, TooManyFailures, UpgradeRequired
from bedolaga_events.live import protocol
from bedolaga_events.live.outlet import Outlet
from bedolaga_events.live.resume import Since
from bedolaga_events.live.websocket import WebSocket
from bedolaga_events.model import Scope, Token

NOBODY = 0  # the token id of who is sent away at once
SWITCHING = (
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n"
)
NO_UPGRADE = (
    "This address speaks WebSocket: open it with ws:// or wss://, "
    "and let a proxy pass the headers Connection and Upgrade on."
)
ONLY_13 = "This server speaks version 13 of WebSocket (RFC 6455)."

Make = Callable[[asyncio.Transport, int], WebSocket]


class Connection(WebSocket):
    """One client of ours."""

    __slots__ = ("_server",)

    def __init__(self, server: Parts, transport: asyncio.Transport, token_id: int) -> None:
        limit, seconds = server.hub.unsent_limit, server.settings.live.ping_seconds
        super().__init__(transport, token_id, limit, seconds)
        self._server = server

    def heard(self, text: str) -> None:
        answer = protocol.answer(text, self.wants, self._server.catalogue.knows)
        if answer.wants != self.wants:
            self._server.hub.change(self, answer.wants)
        self.say(answer.text)

    def lost(self) -> None:
        self._server.hub.leave(self)


async def connect(request: web.Request) -> web.StreamResponse:
    """GET /ws."""
    server = parts(request)
    socket = await shake_hands(request, partial(Connection, server), server.hub.is_full)
    if socket is not None:
        _welcome(request, server, socket)
        take_over(request, socket)
    return web.Response()  # for aiohttp's sake: there is nobody left to get it


async def shake_hands(
    request: web.Request, make: Make, is_full: Callable[[], bool]
) -> WebSocket | None:
    """Answer a handshake; the open socket, or None when it was closed at once (contract §3).

    The caller greets it and lets it `take_over` without awaiting anything in between.

    Raises:
        UpgradeRequired, BadRequest: it is no handshake, or not ours (RFC 6455 §4.2).
        Forbidden: a page of another site sent it.
        ConnectionResetError: the client is gone.
    """
    server = parts(request)
    accept = _accept(request)
    check_origin(request)
    token, refusal = await _authenticated(request, server)
    if request.transport is None:
        raise ConnectionResetError("The client is gone.")
    socket = make(request.transport, NOBODY if token is None else token.id)
    socket.write_now(SWITCHING.format(accept).encode())
    if token is not None and not request[CROWDED] and not is_full():
        return socket
    if token is None:
        socket.close(protocol.UNAUTHORIZED, refusal)
    else:
        socket.close(protocol.TRY_AGAIN, protocol.FULL)
    take_over(request, socket)
    return None


class _Early:
    """Takes what came together with a request, which aiohttp kept for its own parser."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._outlet.data_received(data)
        return False, b""

    def feed_eof(self) -> None:
        """Nothing waits for it."""


def take_over(request: web.Request, outlet: Outlet) -> None:
    """Let `outlet` read what came and comes; as far as aiohttp knows the client is gone."""
    http = request.protocol
    assert http.transport is not None
    http.transport.set_protocol(outlet)
    http.set_parser(_Early(outlet))  # type: ignore[arg-type]  # it asks for no more than that
    http.transport = None  # or it would close it
    http.connection_lost(None)


def _accept(request: web.Request) -> str:
    """The Sec-WebSocket-Accept that answers a handshake."""
    is_upgrade = "upgrade" in _listed(request, "Connection")
    is_upgrade &= "websocket" in _listed(request, "Upgrade")
    if request.method != "GET" or request.version < HttpVersion11 or not is_upgrade:
        raise UpgradeRequired(NO_UPGRADE)
    if "13" not in _listed(request, "Sec-WebSocket-Version"):
        raise UpgradeRequired(ONLY_13)
    key = ",".join(request.headers.getall("Sec-WebSocket-Key", ()))
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != 16:
        raise BadRequest("Sec-WebSocket-Key is 16 bytes in base64 (RFC 6455 §4.1).")
    return generate_accept_token(key.encode()).decode()


def _listed(request: web.Request, name: str) -> set[str]:
    lines = request.headers.getall(name, ())
    return {one.strip().lower() for line in lines for one in line.split(",")}


def _welcome(request: web.Request, server: Parts, connection: WebSocket) -> None:
    # No await until the socket is live: it gets exactly what comes after the id that it is told.
    since = _since(request)
    if since is None:
        server.hub.flush()
    server.hub.enter(connection)
    connection.say(protocol.hello(server.hub.last_event_id, server.database.uid))
    if since is not None:
        server.resumptions.start(connection, since)
        return
    server.hub.go_live(connection)
    if request.query.get("since"):
        connection.say(protocol.error('"since" is the id of an event.'))


def _since(request: web.Request) -> Since | None:
    since = reading.event_id(request.query.get("since", ""))
    return None if since is None else Since(since, request.query.get("epoch") or None)


async def _authenticated(request: web.Request, server: Parts) -> tuple[Token | None, str]:
    """The token behind a handshake, or the reason to close it: a browser cannot see a 401."""
    query = request.query
    value = query.get("token") or query.get("api_key") or presented(request.headers)
    if "ticket" in query:
        token = server.access.redeem(query["ticket"])
    elif value is None:
        return None, protocol.MISSING
    else:
        token = await find_token(server, value)
    if token is None or not token.allows(Scope.READ):
        with suppress(TooManyFailures):  # the answer is the same: closed with 1008
            server.access.refuse(client_address(request), protocol.INVALID)
        return None, protocol.INVALID
    return token, ""
