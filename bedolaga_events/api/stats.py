"""The dashboard's four numbers (contract §5)."""

import json

from aiohttp import web

from bedolaga_events.api import reading, requests
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.counters import day_of
from bedolaga_events.series import Buckets, by_webhook, of_attempts, of_events
from bedolaga_events.store import stats
from bedolaga_events.store.transaction import change


async def show(request: web.Request) -> web.Response:
    """GET /stats."""
    return reply(json.dumps(await _read(parts(request))))


async def put(request: web.Request) -> web.Response:
    """PUT /stats: starting values for a bot that existed before the server."""
    server = parts(request)
    body = await reading.body(request, requests.NewStats)
    given = body.given()
    if "today_revenue" in given:
        given["today_revenue"] = round(given["today_revenue"] * 100)
    await change(server.writer, stats.put, given, server.settings.dashboard.zone)
    return reply(json.dumps(await _read(server)))


async def series(request: web.Request) -> web.Response:
    """GET /stats/series: events by type and revenue by time bucket."""
    server = parts(request)
    query = reading.query(request, requests.SeriesQuery)
    buckets = Buckets(query.window, server.now(), server.settings.dashboard.zone)
    rows = await server.database.read(stats.event_hours, buckets.since)
    return reply(json.dumps({"window": query.window, **of_events(buckets, rows)}))


async def deliveries(request: web.Request) -> web.Response:
    """GET /deliveries/series: outcomes and latency of all webhooks by time bucket."""
    server = parts(request)
    query = reading.query(request, requests.SeriesQuery)
    buckets = Buckets(query.window, server.now(), server.settings.dashboard.zone)
    rows = await server.database.read(stats.attempt_hours, None, buckets.since)
    return reply(json.dumps({"window": query.window, **of_attempts(buckets, rows)}))


async def webhooks(request: web.Request) -> web.Response:
    """GET /webhooks/series: outcomes by time bucket of each webhook that was called."""
    server = parts(request)
    query = reading.query(request, requests.SeriesQuery)
    buckets = Buckets(query.window, server.now(), server.settings.dashboard.zone)
    rows = await server.database.read(stats.attempts_by_webhook, buckets.since)
    content = {"window": query.window, "bucket_seconds": buckets.width * 3600}
    return reply(json.dumps({**content, "items": by_webhook(buckets, rows)}))


async def _read(server: Parts) -> dict[str, int | float]:
    today = day_of(server.now(), server.settings.dashboard.zone)
    return await server.database.read(stats.read, today)
