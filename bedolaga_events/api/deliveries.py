"""The history of deliveries, and mending it: retry, cancel, replay, test (contract §4)."""

import json

from aiohttp import web

from bedolaga_events import shapes, wire
from bedolaga_events.api import lists, reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.errors import Unprocessable
from bedolaga_events.model import Webhook
from bedolaga_events.patterns import covers
from bedolaga_events.shapes.delivery import DeliveriesQuery, Replay, TestDelivery
from bedolaga_events.store import attempts, deliveries, history, mending, steps, webhooks
from bedolaga_events.store.transaction import change


async def list_webhook_deliveries(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/deliveries: List a webhook's deliveries, newest first."""
    webhook = await _webhook(request)
    return await _page(request, reading.query(request, DeliveriesQuery), webhook.id)


async def list_deliveries(request: web.Request) -> web.Response:
    """GET /deliveries: List the deliveries of all webhooks, newest first."""
    query = reading.query(request, shapes.delivery.AllDeliveriesQuery)
    return await _page(request, query, query.webhook_id)


async def get_delivery(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/deliveries/{delivery_id}: Show a delivery with every attempt."""
    database = parts(request).database
    webhook_id, delivery_id = _ids(request)
    delivery = await database.read(deliveries.get, webhook_id, delivery_id)
    made = await database.read(attempts.of_delivery, delivery_id)
    return reply(shapes.delivery.detail(delivery, made))


async def retry_delivery(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/deliveries/{delivery_id}/retry: Send a delivery again now.

    Whatever its status. While an automatic retry is pending this takes its place; attempts go on
    counting.
    """
    again = await change(parts(request).writer, mending.retry, *_ids(request))
    return reply(shapes.delivery.text(again), 202)


async def send_event(request: web.Request) -> web.Response:
    """POST /events/{id}/send: Send an event to one webhook, subscribed to it or not.

    A delivery that is there already is sent again; there is never a second one.
    """
    event_id = reading.path_id(request, "id")
    body = await reading.body(request, shapes.delivery.SendTo)
    sent = await change(parts(request).writer, mending.send, event_id, body.webhook_id)
    return reply(shapes.delivery.text(sent), 202)


async def cancel_delivery(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/deliveries/{delivery_id}/cancel: Give up a pending delivery."""
    cancelled = await change(parts(request).writer, mending.cancel, *_ids(request))
    return reply(shapes.delivery.text(cancelled))


async def cancel_deliveries(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/cancel: Give up all that is pending of a webhook."""
    walker = parts(request).walker
    cancelled = await walker.finish(steps.cancel, reading.path_id(request, "id"))
    return reply(json.dumps({"cancelled": cancelled}))


async def replay_deliveries(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/replay: Send all matching deliveries again, in small steps."""
    server = parts(request)
    body = await reading.body(request, Replay)
    webhook = await _webhook(request)
    until = steps.EVER if body.until is None else wire.microseconds(body.until)
    wanted = steps.Replay(webhook.id, body.status, wire.microseconds(body.since), until)
    matching = await server.database.read(steps.count, wanted)
    if body.dry_run:
        return reply(json.dumps({"queued": 0, "matching": matching, "dry_run": True}))
    await change(server.writer, steps.replay, wanted, matching)
    return reply(json.dumps({"queued": matching}), 202)


async def test_webhook(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/test: Send a type's example once, marked as a test."""
    server = parts(request)
    body = await reading.body(request, TestDelivery) if request.can_read_body else TestDelivery()
    webhook = await _webhook(request)
    kind = _tested_type(server, webhook, body.event_type)
    payload = wire.canonical(server.catalogue.example(kind))
    made = await change(server.writer, mending.test, webhook.id, kind, payload)
    return reply(shapes.delivery.text(made), 202)


def _tested_type(server: Parts, webhook: Webhook, asked: str | None) -> str:
    covered = [one for one in server.catalogue.types if covers(webhook.event_types, one)]
    if not covered:
        wanted = filter(server.catalogue.knows, webhook.event_types)
        covered = [one.removesuffix(".*") for one in wanted]
    if asked is None and covered:
        return covered[0]
    if asked in covered:
        return asked
    known = ", ".join(covered) or "none that the server knows"
    raise Unprocessable.at(["event_type"], f"this webhook gets {known}")


async def _webhook(request: web.Request) -> Webhook:
    return await parts(request).database.read(webhooks.get, reading.path_id(request, "id"))


def _ids(request: web.Request) -> tuple[int, int]:
    return reading.path_id(request, "id"), reading.path_id(request, "delivery_id")


async def _page(
    request: web.Request, query: DeliveriesQuery, webhook_id: int | None
) -> web.Response:
    wanted = history.DeliveryFilter(
        webhook_id=webhook_id,
        status=query.status,
        event_id=query.event_id,
        **lists.asked(query),
    )
    return await lists.page(request, history.list_deliveries, wanted, shapes.delivery.text)
