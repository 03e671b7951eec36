"""Who is asking, errors into replies, security headers: once, for every route."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from typing import Any

import structlog
from aiohttp import web

from bedolaga_events.api.caller import presented
from bedolaga_events.api.json_reply import OWN_FAULT, error_reply, http_error, options_reply
from bedolaga_events.api.kept import pack
from bedolaga_events.api.state import CROWDED, SECURITY_HEADERS, TOKEN, Parts, parts
from bedolaga_events.errors import EventsError, Forbidden, TooManyConnections, Unauthorized
from bedolaga_events.model import Scope, Token
from bedolaga_events.store import tokens

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def gate(scopes: Mapping[Any, Scope | None], with_ticket: Set[Any], handshakes: Set[Any]) -> Any:
    """The middleware.

    Args:
        scopes: what each handler asks for, None for nothing; another handler is refused.
        with_ticket: the handlers that take a ticket in place of a token, and use it up.
        handshakes: the handlers that tell themselves when a caller has too many connections.
    """
    log = structlog.get_logger().bind()  # bound once: its debug() costs nothing when it is off

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        try:
            with _served(request, handshakes):
                await _let_in(request, scopes, with_ticket)
                response = await _answered(request, handler)
        except (ConnectionResetError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - here alone the unforeseen becomes a 500
            response = _refusal(request, error)
        if not response.prepared:
            _finish(request, response)
            await pack(request, response)
        ms = round((time.perf_counter() - started) * 1000, 1)
        method, path = request.method, request.path
        log.debug("request", method=method, path=path, status=response.status, ms=ms)
        return response

    return answer


def _refusal(request: web.Request, error: Exception) -> web.Response:
    if isinstance(error, EventsError):
        if error.status >= 500 and parts(request).writer.trouble is None:  # that was told
            log.warning("request refused", path=request.path, detail=error.detail)
        return error_reply(error.status, error.detail, error.headers, error.errors)
    if isinstance(error, web.HTTPException):
        return http_error(request.method, error)
    log.error("request failed", method=request.method, path=request.path, exc_info=error)
    return error_reply(500, OWN_FAULT)


async def _let_in(
    request: web.Request, scopes: Mapping[Any, Scope | None], with_ticket: Set[Any]
) -> None:
    """See to the token that the route asks for.

    Raises:
        web.HTTPException: there is no such route.
        Unauthorized, Forbidden, TooManyFailures: the token is not good for it.
    """
    match = request.match_info
    if request.path == "*":  # the server as a whole (RFC 9110 §9.3.7), as some monitors ask
        raise web.HTTPMethodNotAllowed(request.method, METHODS)
    if match.http_exception is not None:
        raise match.http_exception
    if request.method == "OPTIONS":
        return
    if match.handler not in scopes:
        raise Forbidden("This address has no scope in the site map: nobody may call it.")
    scope = scopes[match.handler]
    if scope is None:
        return
    ticket = request.query.get("ticket") if match.handler in with_ticket else None
    request[TOKEN] = await authenticate(request, scope, ticket)
    guest = parts(request).crowd.guest(request.transport)
    if guest is not None:
        guest.is_known = True


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "OPTIONS" and "Access-Control-Request-Method" not in request.headers:
        return options_reply(one.method for one in request.match_info.route.resource or ())
    return await handler(request)  # of OPTIONS only a preflight, which is aiohttp-cors's


@contextmanager
def _served(request: web.Request, handshakes: Set[Any]) -> Iterator[None]:
    """While it lasts, the request's connection counts for its client.

    Raises:
        TooManyConnections: that would be one too many for its address.
    """
    server, transport = parts(request), request.transport
    if transport is None:
        raise ConnectionResetError("The client is gone.")
    client = client_address(request)
    request[CROWDED] = not server.crowd.admits(transport, client)
    if request[CROWDED]:
        if server.sparingly(f"crowded {client}"):
            log.warning(
                "too many connections from one address (live.max_per_address)", address=client
            )
        if request.match_info.handler not in handshakes:
            raise TooManyConnections("Too many connections from this address are open already.")
    yield
    if request.transport is not None:  # or the live feed has taken it over, and goes on
        server.crowd.served(transport, client)


def _finish(request: web.Request, response: web.StreamResponse) -> None:
    guest = parts(request).crowd.guest(request.transport)
    if guest is not None and guest.is_surplus:
        response.force_close()
    response.headers.setdefault("Cache-Control", "no-store")
    if "X-Content-Type-Options" not in response.headers:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)  # /docs has a policy of its own


async def unsigned(_request: web.Request, response: web.StreamResponse) -> None:
    """Without aiohttp's `Server`: strangers need no versions, nor a page's eighty files."""
    response.headers.popall("Server", None)


async def authenticate(request: web.Request, scope: Scope, ticket: str | None = None) -> Token:
    """The token of a request, or the one in whose name its ticket was made.

    Raises:
        Unauthorized, TooManyFailures: there is none, or a wrong one.
        Forbidden: it lacks the scope.
    """
    server = parts(request)
    value = presented(request.headers)
    if value is None and ticket is None:
        raise Unauthorized("This call needs a token: send Authorization: Bearer TOKEN.")
    token = await find_token(server, value) if value else server.access.holder(ticket or "")
    if token is None:
        raise server.access.refuse(client_address(request), "The token is not valid.")
    if not token.allows(scope):
        raise Forbidden(f"This call needs a token with the scope {scope}.")
    return token


async def find_token(server: Parts, value: str) -> Token | None:
    """The token with this value; one that was just made on the command line is found too."""
    token = server.access.find(value)
    if token is None:
        made = await server.database.read(tokens.with_digest, tokens.digest_of(value))
        if made:
            server.access.add(made)
            token = server.access.find(value)
    return token


def client_address(request: web.Request) -> str:
    """Who is asking, after the trusted proxies."""
    return parts(request).front.client(request.remote or "unknown", request.headers)


def reached_at(request: web.Request) -> str:
    """The address of the server as this caller reaches it, with a slash at the end."""
    front, peer = parts(request).front, request.remote or "unknown"
    return front.url(peer, request.scheme, request.headers)


def allows(request: web.Request, origin: str) -> bool:
    """Whether a page of this Origin may open the live feed by the way that this caller came."""
    front, peer = parts(request).front, request.remote or "unknown"
    return front.owns(origin, peer, request.scheme, request.headers)


def check_origin(request: web.Request) -> None:
    """A page of another site may not open a socket with what its visitor can reach.

    Raises:
        Forbidden: the Origin is neither our own address nor one of the allowed.
    """
    if "Origin" not in request.headers:
        return
    origin = ", ".join(request.headers.getall("Origin"))  # several are none that could be ours
    if allows(request, origin):
        return
    if parts(request).sparingly(f"origin {origin[:200]}"):
        log.warning(
            "origin refused: add it to security.allowed_origins, or set server.public_url when it "
            "is this server's own address",
            origin=origin[:200],
            host=request.headers.get("Host", "")[:200],
            address=client_address(request),
        )
    raise Forbidden(
        "This Origin may not open the live feed: server.public_url says which address is the "
        "server's own, security.allowed_origins whose pages may besides."
    )
