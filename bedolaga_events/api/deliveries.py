"""The history of a webhook's deliveries (contract §4)."""

import json

from aiohttp import web

from bedolaga_events import wire
from bedolaga_events.api import requests
from bedolaga_events.api.state import parts, reply
from bedolaga_events.store import deliveries, webhooks


async def index(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/deliveries."""
    database = parts(request).database
    query = requests.query(request, requests.DeliveriesQuery)
    webhook = await database.read(webhooks.get, requests.path_id(request, "id"))
    wanted = deliveries.DeliveryFilter(
        webhook_id=webhook.id,
        status=query.status,
        event_id=query.event_id,
        since=None if query.since is None else wire.microseconds(query.since),
        until=None if query.until is None else wire.microseconds(query.until),
        limit=query.limit,
        offset=query.offset,
    )
    found, total = await database.read(deliveries.page, wanted)
    texts = map(wire.delivery, found)
    return reply(wire.page(texts, total=total, limit=query.limit, offset=query.offset))


async def show(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/deliveries/{delivery_id}: with every attempt."""
    database = parts(request).database
    webhook_id, delivery_id = (requests.path_id(request, one) for one in ("id", "delivery_id"))
    delivery = await database.read(deliveries.get, webhook_id, delivery_id)
    made = await database.read(deliveries.attempts, delivery_id)
    attempts = json.dumps([wire.attempt(one) for one in made])
    return reply(wire.delivery(delivery).removesuffix("}") + f', "attempts": {attempts}}}')
