"""What the charts show: events, attempts and gauges by bucket of time (contract §4 and §5)."""

import json
from collections.abc import Mapping

from aiohttp import web

from bedolaga_events import series, shapes
from bedolaga_events.api import reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import parts
from bedolaga_events.store import days, hours, webhooks


async def of_events(request: web.Request) -> web.Response:
    """GET /stats/series: events by type, revenue by time bucket, and the gauges by day."""
    window, buckets = _buckets(request)
    database = parts(request).database
    rows = await database.read(hours.event_hours, buckets.since)
    gauges = await database.read(days.ends, buckets.days, buckets.days[-1])
    return _reply(window, {**series.of_events(buckets, rows), "gauges": gauges})


async def of_deliveries(request: web.Request) -> web.Response:
    """GET /deliveries/series: outcomes and latency of all webhooks by time bucket."""
    return await _of_attempts(request, None)


async def of_webhook(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/series: outcomes and latency by time bucket."""
    webhook = await parts(request).database.read(webhooks.get, reading.path_id(request, "id"))
    return await _of_attempts(request, webhook.id)


async def of_webhooks(request: web.Request) -> web.Response:
    """GET /webhooks/series: outcomes by time bucket of each webhook that was called."""
    window, buckets = _buckets(request)
    rows = await parts(request).database.read(hours.attempts_by_webhook, buckets.since)
    return _reply(window, series.by_webhook(buckets, rows))


async def _of_attempts(request: web.Request, webhook_id: int | None) -> web.Response:
    window, buckets = _buckets(request)
    rows = await parts(request).database.read(hours.attempt_hours, webhook_id, buckets.since)
    return _reply(window, series.of_attempts(buckets, rows))


def _buckets(request: web.Request) -> tuple[str, series.Buckets]:
    server = parts(request)
    window = reading.query(request, shapes.series.SeriesQuery).window
    return window, series.Buckets(window, server.now(), server.rules.zone)


def _reply(window: str, content: Mapping[str, object]) -> web.Response:
    return reply(json.dumps({"window": window, **content}))
