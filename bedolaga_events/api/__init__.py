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
    cors,
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
    viewer,
    webhooks,
    ws,
)
from bedolaga_events.api.gate import gate, unsigned
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
    takes_bytes: bool = False  # any body, as it comes
    own_scope: Scope | None = None  # of a call that asks for its token itself
    with_ticket: bool = False  # takes a ticket in place of a token, and uses it up


async def openapi_document(request: web.Request) -> web.Response:
    """GET /openapi.json: this API, described."""
    return kept.document(request, "openapi", partial(openapi.describe, ROUTES)).reply(request)


ROUTES = (
    Route(
        "POST", "/events", PUBLISH, events.create_event, shapes.event.AcceptedEvent, (202, 200),
        body=shapes.event.EventInput, has_key=True,
    ),
    Route(
        "POST", "/events/batch", PUBLISH, events.create_events, shapes.event.AcceptedEvents, (202,),
        body=shapes.event.BatchInput,
    ),
    Route(
        "GET", "/events", READ, events.list_events, shapes.event.EventPage,
        query=shapes.event.EventsQuery,
    ),
    Route(
        "GET", "/events/stream", READ, sse.stream_events, "text/event-stream",
        query=shapes.event.StreamQuery, with_ticket=True,
    ),
    Route("GET", "/events/refused", READ, events.list_refused_events, shapes.event.RefusedEvents),
    Route("GET", r"/events/{id:\d+}", READ, events.get_event, shapes.event.EventWithDeliveries),
    Route(
        "POST", r"/events/{id:\d+}/send", ADMIN, deliveries.send_event, shapes.delivery.Delivery,
        (202,), body=shapes.delivery.SendTo,
    ),
    Route(
        "GET", "/event-types", READ, events.list_event_types, [shapes.event.EventType],
        query=shapes.event.LanguageQuery,
    ),
    Route(
        "GET", "/webhooks", READ, webhooks.list_webhooks, shapes.webhook.WebhookPage,
        query=shapes.webhook_input.WebhooksQuery,
    ),
    Route(
        "POST", "/webhooks", ADMIN, webhooks.create_webhook, shapes.webhook.CreatedWebhook, (201,),
        body=shapes.webhook_input.WebhookInput,
    ),
    Route(
        "GET", "/webhooks/series", READ, series.list_webhook_series, shapes.series.WebhooksSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route("GET", "/webhooks/stats", READ, webhooks.get_webhook_stats, shapes.webhook.WebhookStats),
    Route(
        "POST", "/webhooks/check-url", ADMIN, webhooks.check_url, shapes.webhook.CheckedUrl,
        body=shapes.webhook_input.CheckUrl,
    ),
    Route(
        "POST", "/webhooks/try", ADMIN, webhooks.try_webhook, shapes.subscription.Tried,
        body=shapes.subscription.TryWebhook,
    ),
    Route("GET", r"/webhooks/{id:\d+}", READ, webhooks.get_webhook, shapes.webhook.Webhook),
    Route(
        "PATCH", r"/webhooks/{id:\d+}", ADMIN, webhooks.update_webhook,
        shapes.webhook.ChangedWebhook, body=shapes.webhook_input.WebhookChange,
    ),
    Route("DELETE", r"/webhooks/{id:\d+}", ADMIN, webhooks.delete_webhook, NO_CONTENT, (204,)),
    Route(
        "POST", r"/webhooks/{id:\d+}/replay", ADMIN, deliveries.replay_deliveries,
        shapes.delivery.Replayed, (202, 200), body=shapes.delivery.Replay,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/cancel", ADMIN, deliveries.cancel_deliveries,
        shapes.delivery.Cancelled,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/test", ADMIN, deliveries.test_webhook,
        shapes.delivery.Delivery, (202,), body=shapes.delivery.TestDelivery, optional_body=True,
    ),
    Route(
        "POST", r"/webhooks/{id:\d+}/rotate-secret", ADMIN, webhooks.rotate_secret,
        shapes.webhook.RotatedSecret, body=shapes.webhook_input.RotateSecret, optional_body=True,
    ),
    Route(
        "GET", r"/webhooks/{id:\d+}/series", READ, series.get_webhook_series,
        shapes.series.AttemptsSeries, query=shapes.series.SeriesQuery,
    ),
    Route(
        "GET", r"/webhooks/{id:\d+}/deliveries", READ, deliveries.list_webhook_deliveries,
        shapes.delivery.DeliveryPage, query=shapes.delivery.DeliveriesQuery,
    ),
    Route("GET", DELIVERY, READ, deliveries.get_delivery, shapes.delivery.DeliveryWithAttempts),
    Route(
        "POST", f"{DELIVERY}/retry", ADMIN, deliveries.retry_delivery, shapes.delivery.Delivery,
        (202,),
    ),
    Route(
        "POST", f"{DELIVERY}/cancel", ADMIN, deliveries.cancel_delivery, shapes.delivery.Delivery
    ),
    Route(
        "GET", "/deliveries", READ, deliveries.list_deliveries,
        shapes.delivery.DeliveryPage,
        query=shapes.delivery.AllDeliveriesQuery,
    ),
    Route(
        "GET", "/deliveries/series", READ, series.get_delivery_series, shapes.series.AttemptsSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route("GET", "/stats", READ, stats.get_stats, shapes.numbers.Stats),
    Route(
        "PUT", "/stats", ADMIN, stats.set_stats, shapes.numbers.Stats,
        body=shapes.numbers.StatsInput,
    ),
    Route(
        "GET", "/stats/series", READ, series.get_stats_series, shapes.series.EventsSeries,
        query=shapes.series.SeriesQuery,
    ),
    Route("GET", "/tokens", ADMIN, tokens.list_tokens, shapes.token.Tokens),
    Route(
        "POST", "/tokens", ADMIN, tokens.create_token, shapes.token.CreatedToken, (201,),
        body=shapes.token.TokenInput,
    ),
    Route("DELETE", r"/tokens/{id:\d+}", ADMIN, tokens.delete_token, NO_CONTENT, (204,)),
    Route(
        "POST", "/login", None, tokens.exchange_login_code, shapes.token.CreatedToken, (201,),
        body=shapes.token.Login,
    ),
    Route("POST", "/login/links", ADMIN, tokens.create_login_link, shapes.token.LoginLink, (201,)),
    Route("POST", "/ws/ticket", READ, tokens.create_ticket, shapes.token.Ticket),
    Route("POST", "/sink/in", None, sink.take),
    Route("GET", "/sink", READ, sink.get_sink, shapes.operations.Sink),
    Route(
        "PUT", "/sink", ADMIN, sink.set_sink_mode, shapes.operations.Sink,
        body=shapes.operations.SinkMode,
    ),
    Route("DELETE", "/sink", ADMIN, sink.clear_sink, NO_CONTENT, (204,)),
    Route(
        "GET", "/doctor", READ, doctor.examine_request, shapes.operations.Examined,
        query=shapes.operations.DoctorQuery,
    ),
    Route(
        "POST", "/doctor/body", READ, doctor.count_body, shapes.operations.Counted,
        takes_bytes=True,
    ),
    Route("GET", "/doctor/silence", None, doctor.silence),  # asks for a token as /ws does
    Route("POST", "/alerts/test", ADMIN, alerts.test_alerts, shapes.operations.AlertsTest),
    Route("GET", "/settings", READ, health.list_settings, shapes.operations.Settings),
    Route("GET", "/health", None, health.get_health, shapes.operations.Health, (200, 503)),
    Route(  # asks for a token itself: the config may open it
        "GET", "/metrics", None, health.get_metrics, "text/plain", own_scope=READ,
    ),
    Route("GET", "/ws", None, ws.connect),  # asks for a token itself: see contract §3
    Route("GET", "/openapi.json", None, openapi_document),
    Route("GET", "/asyncapi.json", None, asyncapi.document),
    Route("GET", "/docs", None, viewer.docs),
    Route("GET", "/files.json", None, page.files),
)  # fmt: skip


def middleware() -> Any:
    """The middleware that knows each handler's scope."""
    scopes = {route.handler: route.scope for route in ROUTES}
    with_ticket = frozenset(route.handler for route in ROUTES if route.with_ticket)
    open_to_all = dict.fromkeys((page.serve, manual.enter, manual.serve))
    return gate({**scopes, **open_to_all}, with_ticket, HANDSHAKES)


def add_routes(
    app: web.Application, static: Path, documents: Path, allowed_origins: list[str]
) -> None:
    """Put every route, the page and the documents into `app`; HEAD works wherever GET does."""
    app[page.PAGE], app[manual.MANUAL] = page.Page(static), page.Page(documents)
    app.on_response_prepare.append(unsigned)
    shared = (
        aiohttp_cors.setup(app, defaults=cors.options(allowed_origins)) if allowed_origins else None
    )
    calls = [(one.method, one.path, one.handler) for one in ROUTES]
    calls += [("GET", path, page.serve) for path in app[page.PAGE].paths()]
    calls += [("GET", path, manual.enter) for path in ("/help", "/help/ru")]
    calls += [("GET", "/help/{name:.*}", manual.serve)]
    # One resource a path, so that it knows all its methods (OPTIONS).
    resources = {path: app.router.add_resource(path) for _, path, _ in calls}
    for method, path, handler in calls:
        added = resources[path].add_route(method, handler)
        if method == "GET":
            resources[path].add_route("HEAD", handler)
        # Another admin page imports our modules from here: docs/admin-page.md
        if shared is not None and handler not in HANDSHAKES:
            shared.add(added)
