"""Tokens, signing in by a one-time code, and tickets for /ws (contract §1)."""

import json
from dataclasses import replace

from aiohttp import web

from bedolaga_events import shapes, wire
from bedolaga_events.access import TICKET_SECONDS
from bedolaga_events.api import browser, reading
from bedolaga_events.api.gate import client_address, reached_at
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import TOKEN, parts
from bedolaga_events.errors import Unprocessable
from bedolaga_events.model import Token
from bedolaga_events.store import login_codes, tokens
from bedolaga_events.store.transaction import change
from bedolaga_events.times import DAY

BROWSER_DAYS = 30


async def list_tokens(request: web.Request) -> web.Response:
    """GET /tokens: List the tokens, without their values."""
    server = parts(request)
    found = await server.database.read(tokens.all_tokens)
    # What was used since the table was written is known in memory.
    items = [
        json.dumps(shapes.token.fields(replace(one, last_used_at=server.access.last_used_at(one))))
        for one in found
    ]
    return reply(wire.page(items, total=len(items)))


async def create_token(request: web.Request) -> web.Response:
    """POST /tokens: Make a token; this is the only reply that shows it."""
    body = await reading.body(request, shapes.token.TokenInput)
    expires_at = None if body.expires_at is None else wire.microseconds(body.expires_at)
    if expires_at is not None and expires_at <= parts(request).now():
        raise Unprocessable.at(["expires_at"], "this moment has passed")
    value, scopes = tokens.new_value(), frozenset(body.scopes)
    made = await change(parts(request).writer, tokens.create, value, body.name, scopes, expires_at)
    return _created(made, value)


async def delete_token(request: web.Request) -> web.Response:
    """DELETE /tokens/{id}: Revoke a token; its connections are closed.

    The last admin token stays (409).
    """
    await change(parts(request).writer, tokens.revoke, reading.path_id(request, "id"))
    return web.Response(status=204)


async def exchange_login_code(request: web.Request) -> web.Response:
    """POST /login: Exchange the one-time code of a sign-in link for an admin token."""
    server = parts(request)
    body = await reading.body(request, shapes.token.Login)
    now = server.calendar.now()
    if not await server.database.read(login_codes.is_good, body.code, now):
        raise server.access.refuse(client_address(request), login_codes.SPENT)
    name = browser.name(request.headers.get("User-Agent", ""))
    expires_at = server.now() + BROWSER_DAYS * DAY
    value = tokens.new_value()
    made = await change(
        server.writer, login_codes.exchange, body.code, value, name, expires_at, now
    )
    return _created(made, value)


async def create_login_link(request: web.Request) -> web.Response:
    """POST /login/links: Make a sign-in link for another device."""
    server = parts(request)
    code = await change(server.writer, login_codes.issue, server.calendar.now())
    url = shapes.token.sign_in_link(reached_at(request), code)
    return reply(json.dumps({"url": url, "expires_in": login_codes.CODE_SECONDS}), 201)


async def create_ticket(request: web.Request) -> web.Response:
    """POST /ws/ticket: Make a ticket that opens one live connection."""
    issued = parts(request).access.ticket(request[TOKEN])
    return reply(json.dumps({"ticket": issued, "expires_in": TICKET_SECONDS}))


def _created(token: Token, value: str) -> web.Response:
    return reply(json.dumps(shapes.token.fields(token) | {"token": value}), 201)
