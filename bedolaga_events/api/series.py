"""What the charts show: events, attempts and gauges by bucket of time (contract §4 and §5)."""

import json
from collections.abc import Mapping

from aiohttp import web

from bedolaga_events import series, shapes
from bedolaga_events.api import reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import parts
from bedolaga_events.store import days, hours, webhooks


async def get_stats_series(request: web.Request) -> web.Response:
    """GET /stats/series: Count events and revenue by bucket of time.

    Events by type; the gauges by day.
    """
    window, buckets = _buckets(request)
    database = parts(request).database
    rows = await database.read(hours.event_hours, buckets.since)
    gauges = await database.read(days.ends, buckets.days, buckets.days[-1])
    return _reply(window, {**series.of_events(buckets, rows), "gauges": gauges})


async def get_delivery_series(request: web.Request) -> web.Response:
    """GET /deliveries/series: Count the outcomes of all webhooks by bucket of time."""
    return await _of_attempts(request, None)


async def get_webhook_series(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/series: Count a webhook's outcomes by bucket of time."""
    webhook = await parts(request).database.read(webhooks.get, reading.path_id(request, "id"))
    return await _of_attempts(request, webhook.id)


async def list_webhook_series(request: web.Request) -> web.Response:
    """GET /webhooks/series: Count the outcomes of each webhook by bucket of time."""
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
