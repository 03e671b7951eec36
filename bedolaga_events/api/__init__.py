"""The site map: every route, the scope it asks for, its handler."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp_cors
from aiohttp import web
from pydantic import BaseModel

from bedolaga_events.api import (
    asyncapi,
    deliveries,
    doctor,
    events,
    health,
    kept,
    openapi,
    page,
    replies,
    requests,
    sink,
    sse,
    stats,
    tokens,
    webhooks,
    ws,
)
from bedolaga_events.api.gate import gate
from bedolaga_events.api.shapes import numbers
from bedolaga_events.api.shapes import webhook as shapes
from bedolaga_events.model import Scope

PUBLISH, READ, ADMIN = Scope.PUBLISH, Scope.READ, Scope.ADMIN
NO_CONTENT = ()
HANDSHAKES = frozenset({ws.connect, doctor.silence})  # they say in their own way what is wrong
DELIVERY = r"/webhooks/{id:\d+}/deliveries/{delivery_id:\d+}"


class Route(NamedTuple):
    """One call; `scope` None asks for no token here.

    What it takes and answers is what the OpenAPI document says of it: `reply` is a model, a list
    of one, a media type, or NO_CONTENT; None leaves the call out of the document.
    """

    method: str
    path: str
    scope: Scope | None
    handler: Any
    reply: Any = None
    statuses: tuple[int, ...] = (200,)
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    has_key: bool = False  # takes an Idempotency-Key
    optional_body: bool = False


async def openapi_document(request: web.Request) -> web.Response:
    """GET /openapi.json: this API, described."""
    return kept.document(request, "openapi", partial(openapi.describe, ROUTES)).reply(request)


ROUTES = (
    Route(
        "POST", "/events", PUBLISH, events.create, replies.AcceptedEvent, (202, 200),
        body=requests.NewEvent, has_key=True,
    ),
    Route(
        "POST", "/events/batch", PUBLISH, events.create_batch, replies.AcceptedEvents, (202,),
        body=requests.NewBatch,
    ),
    Route(
        "GET", "/events", READ, events.index, replies.SearchedPage[replies.Event],
        query=requests.EventsQuery,
    ),
    Route(
        "GET", "/events/stream", READ, sse.stream, "text/event-stream",
        query=requests.StreamQuery,
    ),
    Route("GET", "/events/refused", READ, events.refused, replies.RefusedEvents),
    Route("GET", r"/events/{id:\d+}", READ, events.show, replies.EventWithDeliveries),
    Route(
        "POST", r"/events/{id:\d+}/send", ADMIN, deliveries.send, replies.Delivery, (202,),
        body=requests.SendTo,
    ),
    Route(
        "GET", "/event-types", READ, events.types, [replies.EventType],
        query=requests.LanguageQuery,
    ),
    Route(
        "GET", "/webhooks", READ, webhooks.index, replies.Page[shapes.Webhook],
        query=requests.WebhooksQuery,
    ),
    Route(
        "POST", "/webhooks", ADMIN, webhooks.create, shapes.Webhook, (201,),
        body=shapes.NewWebhook,
    ),
    Route(
        "GET", "/webhooks/series", READ, stats.webhooks, replies.WebhooksSeries,
        query=requests.SeriesQuery,
    ),
    Route("GET", "/webhooks/stats", READ, webhooks.stats, shapes.WebhookStats),
    Route(
        "POST", "/webhooks/check-url", ADMIN, webhooks.check_url, shapes.CheckedUrl,
        body=shapes.CheckUrl,
    ),
    Route("GET", r"/webhooks/{id:\d+}", READ, webhooks.show, shapes.Webhook),
    Route(
        "PATCH", r"/webhooks/{id:\d+}", ADMIN, webhooks.update, shapes.Webhook,
        body=shapes.WebhookChange,
    ),
    Route("DELETE", r"/webhooks/{id:\d+}", ADMIN, webhooks.delete, NO_CONTENT, (204,)),
    Route(
        "POST", r"/webhooks/{id:\d+}/replay", ADMIN, deliveries.replay, shapes.Replayed,
        (202, 200), body=requests.Replay,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/cancel", ADMIN, deliveries.cancel_pending, shapes.Cancelled,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/test", ADMIN, deliveries.test, replies.Delivery, (202,),
        body=requests.TestDelivery, optional_body=True,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/rotate-secret", ADMIN, webhooks.rotate_secret,
        shapes.RotatedSecret, body=shapes.RotateSecret, optional_body=True,
    ),
    Route(
        "GET", r"/webhooks/{id:\d+}/series", READ, webhooks.series, replies.AttemptsSeries,
        query=requests.SeriesQuery,
    ),
    Route(
        "GET", r"/webhooks/{id:\d+}/deliveries", READ, deliveries.index,
        replies.SearchedPage[replies.Delivery], query=requests.DeliveriesQuery,
    ),
    Route("GET", DELIVERY, READ, deliveries.show, replies.DeliveryWithAttempts),
    Route("POST", f"{DELIVERY}/retry", ADMIN, deliveries.retry, replies.Delivery, (202,)),
    Route("POST", f"{DELIVERY}/cancel", ADMIN, deliveries.cancel, replies.Delivery),
    Route(
        "GET", "/deliveries", READ, deliveries.everywhere, replies.SearchedPage[replies.Delivery],
        query=requests.AllDeliveriesQuery,
    ),
    Route(
        "GET", "/deliveries/series", READ, stats.deliveries, replies.AttemptsSeries,
        query=requests.SeriesQuery,
    ),
    Route("GET", "/stats", READ, stats.show, numbers.Stats),
    Route("PUT", "/stats", ADMIN, stats.put, numbers.Stats, body=numbers.NewStats),
    Route(
        "GET", "/stats/series", READ, stats.series, numbers.EventsSeries,
        query=requests.SeriesQuery,
    ),
    Route("GET", "/tokens", ADMIN, tokens.index, replies.Tokens),
    Route(
        "POST", "/tokens", ADMIN, tokens.create, replies.CreatedToken, (201,),
        body=requests.NewToken,
    ),
    Route("DELETE", r"/tokens/{id:\d+}", ADMIN, tokens.delete, NO_CONTENT, (204,)),
    Route("POST", "/login", None, tokens.login, replies.CreatedToken, (201,), body=requests.Login),
    Route("POST", "/login/links", ADMIN, tokens.link, replies.LoginLink, (201,)),
    Route("POST", "/ws/ticket", READ, tokens.ticket, replies.Ticket),
    Route("POST", "/sink/in", None, sink.take),
    Route("GET", "/sink", READ, sink.show, replies.Sink),
    Route("PUT", "/sink", ADMIN, sink.put, replies.Sink, body=requests.SinkMode),
    Route("DELETE", "/sink", ADMIN, sink.clear, NO_CONTENT, (204,)),
    Route("GET", "/doctor", READ, doctor.show, replies.Examined, query=requests.DoctorQuery),
    Route("POST", "/doctor/body", READ, doctor.body, replies.Counted),
    Route("GET", "/doctor/silence", None, doctor.silence),  # asks for a token as /ws does
    Route("GET", "/settings", READ, health.settings, replies.Settings),
    Route("GET", "/health", None, health.health, replies.Health, (200, 503)),
    Route("GET", "/metrics", None, health.metrics, "text/plain"),  # the config may open it
    Route("GET", "/ws", None, ws.connect),  # asks for a token itself: see contract §3
    Route("GET", "/openapi.json", None, openapi_document),
    Route("GET", "/asyncapi.json", None, asyncapi.document),
    Route("GET", "/docs", None, openapi.docs),
)  # fmt: skip


def middleware() -> Any:
    """The middleware that knows each handler's scope."""
    scopes = {route.handler: route.scope for route in ROUTES}
    with_ticket = frozenset({sse.stream})  # an EventSource cannot send headers
    return gate({**scopes, page.serve: None}, with_ticket, HANDSHAKES)


def add_routes(app: web.Application, static: Path, allowed_origins: list[str]) -> None:
    """Put every route and the admin page into `app`; HEAD works wherever GET does."""
    app[page.PAGE] = page.Page(static)
    cors = aiohttp_cors.setup(app, defaults=_cors(allowed_origins)) if allowed_origins else None
    calls = [(one.method, one.path, one.handler) for one in ROUTES]
    calls += [("GET", path, page.serve) for path in app[page.PAGE].paths()]
    # One resource a path, so that it knows all its methods (OPTIONS).
    resources = {path: app.router.add_resource(path) for _, path, _ in calls}
    for method, path, handler in calls:
        added = resources[path].add_route(method, handler)
        if method == "GET":
            resources[path].add_route("HEAD", handler)
        # Another admin page imports our modules from here: docs/admin-page.md
        if cors is not None and handler not in HANDSHAKES:
            cors.add(added)


def _cors(origins: list[str]) -> dict[str, aiohttp_cors.ResourceOptions]:
    options = aiohttp_cors.ResourceOptions(  # type: ignore[no-untyped-call]  # has no types
        allow_methods="*",
        allow_headers=(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Last-Event-ID",
            "X-API-Key",
        ),
        expose_headers=("Retry-After", "WWW-Authenticate"),
        max_age=600,
    )
    return dict.fromkeys(origins, options)
