"""The dashboard's numbers (contract §5)."""

import json

from aiohttp import web

from bedolaga_events.api import reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.numbers import day_before, day_of
from bedolaga_events.shapes.numbers import StatsInput
from bedolaga_events.store import numbers
from bedolaga_events.store.transaction import change


async def get_stats(request: web.Request) -> web.Response:
    """GET /stats: Show the dashboard's numbers."""
    return reply(json.dumps(await _read(parts(request))))


async def set_stats(request: web.Request) -> web.Response:
    """PUT /stats: Set starting values; what is left out stays.

    For a bot that existed before the server.
    """
    server = parts(request)
    body = await reading.body(request, StatsInput)
    await change(server.writer, numbers.put, body.given(), server.rules)
    return reply(json.dumps(await _read(server)))


async def _read(server: Parts) -> dict[str, object]:
    today = day_of(server.now(), server.rules.zone)
    return await server.database.read(numbers.read, today, day_before(today))
