"""The site map: every route, the scope it asks for, its handler."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp_cors
from aiohttp import web
from pydantic import BaseModel

from bedolaga_events import shapes
from bedolaga_events.api import (
    alerts,
    asyncapi,
    deliveries,
    doctor,
    events,
    health,
    kept,
    manual,
    openapi,
    page,
    series,
    sink,
    sse,
    stats,
    tokens,
    webhooks,
    ws,
)
from bedolaga_events.api.gate import gate
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
        "POST", "/events", PUBLISH, events.create, shapes.event.AcceptedEvent, (202, 200),
        body=shapes.event.NewEvent, has_key=True,
    ),
    Route(
        "POST", "/events/batch", PUBLISH, events.create_batch, shapes.event.AcceptedEvents, (202,),
        body=shapes.event.NewBatch,
    ),
    Route(
        "GET", "/events", READ, events.index, shapes.base.SearchedPage[shapes.event.Event],
        query=shapes.event.EventsQuery,
    ),
    Route(
        "GET", "/events/stream", READ, sse.stream, "text/event-stream",
        query=shapes.event.StreamQuery,
    ),
    Route("GET", "/events/refused", READ, events.refused, shapes.event.RefusedEvents),
    Route("GET", r"/events/{id:\d+}", READ, events.show, shapes.event.EventWithDeliveries),
    Route(
        "POST", r"/events/{id:\d+}/send", ADMIN, deliveries.send, shapes.delivery.Delivery, (202,),
        body=shapes.delivery.SendTo,
    ),
    Route(
        "GET", "/event-types", READ, events.types, [shapes.event.EventType],
        query=shapes.event.LanguageQuery,
    ),
    Route(
        "GET", "/webhooks", READ, webhooks.index, shapes.base.Page[shapes.webhook.Webhook],
        query=shapes.webhook.WebhooksQuery,
    ),
    Route(
        "POST", "/webhooks", ADMIN, webhooks.create, shapes.webhook.Webhook, (201,),
        body=shapes.webhook.NewWebhook,
    ),
    Route(
        "GET", "/webhooks/series", READ, series.of_webhooks, shapes.series.WebhooksSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route("GET", "/webhooks/stats", READ, webhooks.stats, shapes.webhook.WebhookStats),
    Route(
        "POST", "/webhooks/check-url", ADMIN, webhooks.check_url, shapes.webhook.CheckedUrl,
        body=shapes.webhook.CheckUrl,
    ),
    Route(
        "POST", "/webhooks/try", ADMIN, webhooks.attempt, shapes.subscription.Tried,
        body=shapes.subscription.TryWebhook,
    ),
    Route("GET", r"/webhooks/{id:\d+}", READ, webhooks.show, shapes.webhook.Webhook),
    Route(
        "PATCH", r"/webhooks/{id:\d+}", ADMIN, webhooks.update, shapes.webhook.Webhook,
        body=shapes.webhook.WebhookChange,
    ),
    Route("DELETE", r"/webhooks/{id:\d+}", ADMIN, webhooks.delete, NO_CONTENT, (204,)),
    Route(
        "POST", r"/webhooks/{id:\d+}/replay", ADMIN, deliveries.replay, shapes.delivery.Replayed,
        (202, 200), body=shapes.delivery.Replay,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/cancel", ADMIN, deliveries.cancel_pending,
        shapes.delivery.Cancelled,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/test", ADMIN, deliveries.test, shapes.delivery.Delivery,
        (202,), body=shapes.delivery.TestDelivery, optional_body=True,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/rotate-secret", ADMIN, webhooks.rotate_secret,
        shapes.webhook.RotatedSecret, body=shapes.webhook.RotateSecret, optional_body=True,
    ),
    Route(
        "GET", r"/webhooks/{id:\d+}/series", READ, series.of_webhook, shapes.series.AttemptsSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route(
        "GET", r"/webhooks/{id:\d+}/deliveries", READ, deliveries.index,
        shapes.base.SearchedPage[shapes.delivery.Delivery], query=shapes.delivery.DeliveriesQuery,
    ),
    Route("GET", DELIVERY, READ, deliveries.show, shapes.delivery.DeliveryWithAttempts),
    Route("POST", f"{DELIVERY}/retry", ADMIN, deliveries.retry, shapes.delivery.Delivery, (202,)),
    Route("POST", f"{DELIVERY}/cancel", ADMIN, deliveries.cancel, shapes.delivery.Delivery),
    Route(
        "GET", "/deliveries", READ, deliveries.everywhere,
        shapes.base.SearchedPage[shapes.delivery.Delivery],
        query=shapes.delivery.AllDeliveriesQuery,
    ),
    Route(
        "GET", "/deliveries/series", READ, series.of_deliveries, shapes.series.AttemptsSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route("GET", "/stats", READ, stats.show, shapes.numbers.Stats),
    Route("PUT", "/stats", ADMIN, stats.put, shapes.numbers.Stats, body=shapes.numbers.NewStats),
    Route(
        "GET", "/stats/series", READ, series.of_events, shapes.series.EventsSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route("GET", "/tokens", ADMIN, tokens.index, shapes.token.Tokens),
    Route(
        "POST", "/tokens", ADMIN, tokens.create, shapes.token.CreatedToken, (201,),
        body=shapes.token.NewToken,
    ),
    Route("DELETE", r"/tokens/{id:\d+}", ADMIN, tokens.delete, NO_CONTENT, (204,)),
    Route(
        "POST", "/login", None, tokens.login, shapes.token.CreatedToken, (201,),
        body=shapes.token.Login,
    ),
    Route("POST", "/login/links", ADMIN, tokens.link, shapes.token.LoginLink, (201,)),
    Route("POST", "/ws/ticket", READ, tokens.ticket, shapes.token.Ticket),
    Route("POST", "/sink/in", None, sink.take),
    Route("GET", "/sink", READ, sink.show, shapes.operations.Sink),
    Route("PUT", "/sink", ADMIN, sink.put, shapes.operations.Sink, body=shapes.operations.SinkMode),
    Route("DELETE", "/sink", ADMIN, sink.clear, NO_CONTENT, (204,)),
    Route(
        "GET", "/doctor", READ, doctor.show, shapes.operations.Examined,
        query=shapes.operations.DoctorQuery,
    ),
    Route("POST", "/doctor/body", READ, doctor.body, shapes.operations.Counted),
    Route("GET", "/doctor/silence", None, doctor.silence),  # asks for a token as /ws does
    Route("POST", "/alerts/test", ADMIN, alerts.test, shapes.operations.AlertsTest),
    Route("GET", "/settings", READ, health.settings, shapes.operations.Settings),
    Route("GET", "/health", None, health.health, shapes.operations.Health, (200, 503)),
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
    open_to_all = dict.fromkeys((page.serve, manual.enter, manual.serve))
    return gate({**scopes, **open_to_all}, with_ticket, HANDSHAKES)


def add_routes(
    app: web.Application, static: Path, documents: Path, allowed_origins: list[str]
) -> None:
    """Put every route, the page and the documents into `app`; HEAD works wherever GET does."""
    app[page.PAGE], app[manual.MANUAL] = page.Page(static), page.Page(documents)
    cors = aiohttp_cors.setup(app, defaults=_cors(allowed_origins)) if allowed_origins else None
    calls = [(one.method, one.path, one.handler) for one in ROUTES]
    calls += [("GET", path, page.serve) for path in app[page.PAGE].paths()]
    calls += [("GET", "/help", manual.enter), ("GET", "/help/{name:.*}", manual.serve)]
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
