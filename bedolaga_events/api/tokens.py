"""Tokens, signing in by a one-time code, and tickets for /ws (contract §1)."""

import json
from dataclasses import replace

from aiohttp import web

from bedolaga_events import wire
from bedolaga_events.access import TICKET_SECONDS
from bedolaga_events.api import reading, requests
from bedolaga_events.api.gate import client_address
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import TOKEN, parts
from bedolaga_events.errors import Unprocessable
from bedolaga_events.model import Scope
from bedolaga_events.store import tokens
from bedolaga_events.store.transaction import change

BROWSER_DAYS = 30
DAY = 86_400_000_000  # microseconds


async def index(request: web.Request) -> web.Response:
    """GET /tokens."""
    server = parts(request)
    found = await server.database.read(tokens.everything)
    # What was used since the table was written is known in memory.
    items = [
        json.dumps(wire.token(replace(one, last_used_at=server.access.last_used_at(one))))
        for one in found
    ]
    return reply(wire.page(items, total=len(items)))


async def create(request: web.Request) -> web.Response:
    """POST /tokens: the only reply with the secret value."""
    body = await reading.body(request, requests.NewToken)
    expires_at = None if body.expires_at is None else wire.microseconds(body.expires_at)
    if expires_at is not None and expires_at <= parts(request).now():
        raise Unprocessable.at(["expires_at"], "this moment has passed")
    return await _create(request, body.name, frozenset(body.scopes), expires_at)


async def delete(request: web.Request) -> web.Response:
    """DELETE /tokens/{id}: its connections are closed."""
    await change(parts(request).writer, tokens.revoke, reading.path_id(request, "id"))
    return web.Response(status=204)


async def login(request: web.Request) -> web.Response:
    """POST /login: the one-time code of the printed link for an admin token."""
    server = parts(request)
    body = await reading.body(request, requests.Login)
    if server.access.codes.redeem(body.code) is None:
        raise server.access.refuse(
            client_address(request),
            "This sign-in code is not valid: it works once, for 30 minutes.",
        )
    browser = request.headers.get("User-Agent", "")[:40].encode("ascii", "replace").decode()
    name = f"browser {browser}".strip()
    return await _create(request, name, frozenset({Scope.ADMIN}), server.now() + BROWSER_DAYS * DAY)


async def ticket(request: web.Request) -> web.Response:
    """POST /ws/ticket: opens one /ws."""
    issued = parts(request).access.tickets.issue(request[TOKEN].id)
    return reply(json.dumps({"ticket": issued, "expires_in": TICKET_SECONDS}))


async def _create(
    request: web.Request, name: str, scopes: frozenset[Scope], expires_at: int | None
) -> web.Response:
    server = parts(request)
    value = tokens.new_value()
    made = await change(server.writer, tokens.create, value, name, scopes, expires_at)
    server.access.learn(await server.database.read(tokens.everything))
    return reply(json.dumps(wire.token(made) | {"token": value}), 201)
