"""Who is asking, errors into replies, security headers: once, for every route."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Any

import structlog
from aiohttp import web

from bedolaga_events.api.caller import presented
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import SECURITY_HEADERS, TOKEN, Parts, parts
from bedolaga_events.errors import EventsError, Forbidden, Unauthorized
from bedolaga_events.model import Scope, Token
from bedolaga_events.store import tokens

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONDITIONAL = frozenset({"If-None-Match", "If-Modified-Since", "If-Range", "Range"})
OWN_FAULT = "The server made a mistake; its log says which."
SENTENCES = {404: "There is nothing at this address.", 405: "This address does not take {method}."}


def gate(scopes: Mapping[Any, Scope | None], with_ticket: Set[Any]) -> Any:
    """The middleware.

    Args:
        scopes: what each handler asks for, None for nothing.
        with_ticket: the handlers that take a ticket in place of a token.
    """

    log = structlog.get_logger().bind()  # bound once: its debug() costs nothing when it is off

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        try:
            called = request.match_info.handler
            scope = scopes.get(called)
            if scope is not None:
                ticket = request.query.get("ticket") if called in with_ticket else None
                request[TOKEN] = await authenticate(request, scope, ticket)
            response = await handler(request)
        except EventsError as error:
            if error.status >= 500:
                log.warning("request refused", path=request.path, detail=error.detail)
            response = error_reply(error.status, error.detail, error.headers, error.errors)
        except web.HTTPException as error:
            sentence = SENTENCES.get(error.status, error.reason).format(method=request.method)
            response = error_reply(error.status, sentence, _kept(error.headers))
        except (ConnectionResetError, TimeoutError):
            raise
        except Exception:  # the one place where the unforeseen becomes a 500
            log.exception("request failed", method=request.method, path=request.path)
            response = error_reply(500, OWN_FAULT)
        if not response.prepared:
            _finish(request, response)
        log.debug(
            "request",
            method=request.method,
            path=request.path,
            status=response.status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response

    return answer


def _finish(request: web.Request, response: web.StreamResponse) -> None:
    if "X-Content-Type-Options" not in response.headers:
        response.headers.update(SECURITY_HEADERS)
    if isinstance(response, web.FileResponse):  # the page: small on the wire, never stale
        if CONDITIONAL.isdisjoint(request.headers):  # aiohttp would put a body into a 304
            response.enable_compression()
        response.headers.update({"Cache-Control": "no-cache", "Vary": "Accept-Encoding"})


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
    token = await find_token(server, value) if value else server.access.redeem(ticket or "")
    if token is None:
        raise server.access.refuse(client_address(request), "The token is not valid.")
    if not token.allows(scope):
        raise Forbidden(f"This call needs a token with the scope {scope}.")
    return token


async def find_token(server: Parts, value: str) -> Token | None:
    """The token with this value; one that was just made on the command line is found too."""
    token = server.access.find(value)
    if token is None:
        server.access.add(await server.database.read(tokens.with_digest, tokens.digest_of(value)))
        token = server.access.find(value)
    return token


def client_address(request: web.Request) -> str:
    """Who is asking, after the trusted proxies."""
    return parts(request).front.client(request.remote or "unknown", request.headers)


def reached_at(request: web.Request) -> str:
    """The address of the server as this caller reaches it, with a slash at the end."""
    front, peer = parts(request).front, request.remote or "unknown"
    return front.url(peer, request.scheme, request.headers)


def check_origin(request: web.Request) -> None:
    """A page of another site may not open a socket with what its visitor can reach.

    Raises:
        Forbidden: the Origin is neither our own address nor one of the allowed.
    """
    origin, server = request.headers.get("Origin"), parts(request)
    peer = request.remote or "unknown"
    if origin is None or server.front.owns(origin, peer, request.scheme, request.headers):
        return
    if server.sparingly(f"origin {origin[:200]}"):
        structlog.get_logger().warning(
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


def error_reply(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: list[Mapping[str, object]] | None = None,
) -> web.Response:
    """An error as every call shows it (contract §6)."""
    content: dict[str, object] = {"detail": detail}
    if errors or status == 422:
        content["errors"] = errors or []
    response = reply(json.dumps(content, default=str), status)
    response.headers.update(headers or {})
    return response


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in ("Allow", "Location") if name in headers}
