"""The dashboard's numbers and what its charts show (contract §5)."""

import json

from aiohttp import web

from bedolaga_events import shapes
from bedolaga_events.api import reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.numbers import day_before, day_of
from bedolaga_events.series import Buckets, by_webhook, of_attempts, of_events
from bedolaga_events.shapes.numbers import NewStats
from bedolaga_events.store import days, hours, numbers
from bedolaga_events.store.transaction import change


async def show(request: web.Request) -> web.Response:
    """GET /stats."""
    return reply(json.dumps(await _read(parts(request))))


async def put(request: web.Request) -> web.Response:
    """PUT /stats: starting values for a bot that existed before the server."""
    server = parts(request)
    body = await reading.body(request, NewStats)
    await change(server.writer, numbers.put, body.given(), server.rules)
    return reply(json.dumps(await _read(server)))


async def series(request: web.Request) -> web.Response:
    """GET /stats/series: events by type, revenue by time bucket, and the gauges by day."""
    server = parts(request)
    window, buckets = _buckets(request)
    rows = await server.database.read(hours.event_hours, buckets.since)
    gauges = await server.database.read(days.ends, buckets.days, buckets.days[-1])
    return reply(json.dumps({"window": window, **of_events(buckets, rows), "gauges": gauges}))


async def deliveries(request: web.Request) -> web.Response:
    """GET /deliveries/series: outcomes and latency of all webhooks by time bucket."""
    window, buckets = _buckets(request)
    rows = await parts(request).database.read(hours.attempt_hours, None, buckets.since)
    return reply(json.dumps({"window": window, **of_attempts(buckets, rows)}))


async def webhooks(request: web.Request) -> web.Response:
    """GET /webhooks/series: outcomes by time bucket of each webhook that was called."""
    window, buckets = _buckets(request)
    rows = await parts(request).database.read(hours.attempts_by_webhook, buckets.since)
    content = {"window": window, "bucket_seconds": buckets.width * 3600}
    return reply(json.dumps({**content, "items": by_webhook(buckets, rows)}))


def _buckets(request: web.Request) -> tuple[str, Buckets]:
    server = parts(request)
    window = reading.query(request, shapes.series.SeriesQuery).window
    return window, Buckets(window, server.now(), server.rules.zone)


async def _read(server: Parts) -> dict[str, object]:
    today = day_of(server.now(), server.rules.zone)
    return await server.database.read(numbers.read, today, day_before(today))
