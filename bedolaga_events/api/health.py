"""Is it well, and what does it count (contract §6)."""

import json
from dataclasses import asdict

from aiohttp import web

from bedolaga_events import __version__, logs
from bedolaga_events.api.gate import authenticate
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.config import Loaded, describe
from bedolaga_events.model import Scope
from bedolaga_events.store import deliveries, webhooks
from bedolaga_events.times import SECOND


async def get_health(request: web.Request) -> web.Response:
    """GET /health: Say whether all is well, or why not.

    From memory alone, so that it waits for neither a search, nor a resume, nor the disk.
    """
    server = parts(request)
    if server.broken is not None:
        return reply(json.dumps({"status": "broken", "detail": server.broken}), 503)
    if (trouble := server.writer.trouble) is not None:
        detail = trouble.refusal().detail
        return reply(json.dumps({"status": "not storing", "detail": detail}), 503)
    content = {
        "status": "ok",
        "version": __version__,
        "last_event_id": server.hub.last_event_id,
        "fsync_ms": round(server.database.fsync_seconds * 1000, 3),
    }
    return reply(json.dumps(content))


async def list_settings(request: web.Request) -> web.Response:
    """GET /settings: List what the server runs with, and where each value came from."""
    server = parts(request)
    described = describe(Loaded(server.settings, server.origins))
    content = {
        "version": __version__,
        "epoch": server.database.uid,
        "fsync_ms": round(server.database.fsync_seconds * 1000, 3),
        "database_bytes": server.database.bytes_on_disk(),
        "has_sink": server.settings.server.has_sink,
        "items": [asdict(one) for one in described],
    }
    return reply(json.dumps(content))


async def get_metrics(request: web.Request) -> web.Response:
    """GET /metrics: Count, for Prometheus.

    No token is asked for where `security.public_metrics` is on.
    """
    server = parts(request)
    if not server.settings.security.public_metrics:
        await authenticate(request, Scope.READ)
    await _gauge(server)
    return web.Response(
        body=server.metrics.text(),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )


async def _gauge(server: Parts) -> None:
    numbers = await server.database.read(webhooks.stats)
    server.metrics.pending.set(numbers["pending_deliveries"])
    now = server.now()
    server.metrics.due.set(await server.database.read(deliveries.due_count, now))
    first = await server.database.read(deliveries.first_due)
    late = 0 if first is None else max(0, now - first)
    server.metrics.oldest_due_seconds.set(late / SECOND)
    server.metrics.fsync_seconds.set(server.database.fsync_seconds)
    server.metrics.database_bytes.set(server.database.bytes_on_disk())
    server.metrics.log_lines_lost.set(logs.ERR.lost)
