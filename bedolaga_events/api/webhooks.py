"""Webhooks: create, list, change, delete, check a URL (contract §4)."""

import base64
import json
import secrets
from collections.abc import Iterable
from functools import partial

from aiohttp import web

from bedolaga_events import shapes, wire
from bedolaga_events.api import lists, reading
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.delivery.preview import body_of
from bedolaga_events.errors import Unprocessable
from bedolaga_events.filters import Condition, Filter
from bedolaga_events.model import Format, Webhook
from bedolaga_events.shapes.subscription import TryWebhook
from bedolaga_events.shapes.webhook_input import (
    CheckUrl,
    RotateSecret,
    WebhookChange,
    WebhookInput,
    WebhooksQuery,
)
from bedolaga_events.store import kinds, steps, subscribing, trying, webhooks
from bedolaga_events.store.transaction import change
from bedolaga_events.times import HOUR
from bedolaga_events.wire import MASK

SECRET_BYTES = 32


async def create_webhook(request: web.Request) -> web.Response:
    """POST /webhooks: Make a webhook."""
    server = parts(request)
    body = await reading.body(request, WebhookInput)
    given = body.given()
    field = "event_type" if body.event_types is None else "event_types"
    _check_patterns(server, given["event_types"], field)
    await _check_url(server, body.url)
    made = {}
    if body.generate_secret:
        if body.format is not Format.JSON:
            raise Unprocessable.at(["generate_secret"], subscribing.UNSIGNED)
        made = {"secret": new_secret()}
    webhook = await change(server.writer, subscribing.create, server.vault, given | made)
    return reply(json.dumps(_shown(server, webhook) | made), 201)


async def list_webhooks(request: web.Request) -> web.Response:
    """GET /webhooks: List webhooks, newest first."""
    server = parts(request)
    query = reading.query(request, WebhooksQuery)
    found, total = await server.database.read(
        webhooks.page, webhooks.WebhookFilter(**query.model_dump())
    )
    items = [json.dumps(_shown(server, one)) for one in found]
    return reply(wire.page(items, total=total, limit=query.limit, offset=query.offset))


async def get_webhook(request: web.Request) -> web.Response:
    """GET /webhooks/{id}: Show a webhook."""
    server = parts(request)
    webhook = await server.database.read(webhooks.get, reading.path_id(request, "id"))
    return reply(json.dumps(_shown(server, webhook)))


async def update_webhook(request: web.Request) -> web.Response:
    """PATCH /webhooks/{id}: Change what is given of a webhook; what is left out stays.

    A webhook may be sent back as it was read: what only the server changes is ignored. Null means
    unchanged, but for `description`, `filter` and `secret`, where it means none.
    """
    server = parts(request)
    webhook_id = reading.path_id(request, "id")
    given = (await reading.body(request, WebhookChange)).given()
    before = await server.database.read(webhooks.get, webhook_id)
    # What it has already may stay, also when the catalogue no longer knows it.
    new = [one for one in given.get("event_types", ()) if one not in before.event_types]
    _check_patterns(server, new)
    if given.get("url") != before.url:
        await _check_url(server, given.get("url"))
    changed = await change(server.writer, subscribing.update, server.vault, webhook_id, given)
    shown = _shown(server, changed.webhook)
    if changed.skipped is not None:
        shown["skipped_since_inactive"] = changed.skipped
    return reply(json.dumps(shown))


async def delete_webhook(request: web.Request) -> web.Response:
    """DELETE /webhooks/{id}: Delete a webhook and its deliveries."""
    await parts(request).walker.finish(steps.delete, reading.path_id(request, "id"))
    return web.Response(status=204)


async def rotate_secret(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/rotate-secret: Make a new secret; the old ones sign too for a while."""
    server = parts(request)
    webhook_id = reading.path_id(request, "id")
    body = await reading.body(request, RotateSecret) if request.can_read_body else RotateSecret()
    made, overlap = new_secret(), round(body.overlap_hours * HOUR)
    given = server.vault, webhook_id, made, overlap, server.calendar.now()
    until = await change(server.writer, subscribing.rotate, *given)
    return reply(json.dumps({"secret": made, "old_secret_until": wire.optional_time(until)}))


async def get_webhook_stats(request: web.Request) -> web.Response:
    """GET /webhooks/stats: Count webhooks, and deliveries by their status."""
    return reply(json.dumps(await parts(request).database.read(webhooks.stats)))


async def try_webhook(request: web.Request) -> web.Response:
    """POST /webhooks/try: Show which of the last events a webhook would get, and what.

    Nothing is stored, and nothing is sent.
    """
    server = parts(request)
    body = await reading.body(request, TryWebhook)
    options, words = body.options.given(), server.catalogue.words()
    _check_patterns(server, body.event_types)
    kinds.check_options(body.format, options)
    wanted = Filter(Condition(one.field, one.op, one.value) for one in body.filter or ())
    types, is_there = body.event_types, partial(lists.is_there, request)
    tried = await server.database.search(is_there, trying.matching, types, wanted)
    bodies = [(one, body_of(body.format, options, one, words)) for one in tried.events]
    items = [shapes.subscription.tried(event, text) for event, text in bodies]
    shown = {"looked_at": tried.looked_at, "matching": tried.matching, "items": items}
    return reply(json.dumps(shown))


async def check_url(request: web.Request) -> web.Response:
    """POST /webhooks/check-url: Say whether the server may send to a URL, and why not."""
    body = await reading.body(request, CheckUrl)
    checked = await parts(request).guard.check(body.url)
    return reply(
        json.dumps(
            {
                "allowed": checked.allowed,
                "addresses": [
                    {"address": one.address, "allowed": one.allowed, "rule": one.rule}
                    for one in checked.addresses
                ],
                "detail": checked.detail,
            }
        )
    )


def new_secret() -> str:
    """A random ``whsec_`` secret (Standard Webhooks 1.0.0)."""
    return wire.WHSEC + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _check_patterns(server: Parts, patterns: Iterable[str], field: str = "event_types") -> None:
    for one in patterns:
        if not server.catalogue.knows(one):
            raise server.catalogue.unknown(one, field)


async def _check_url(server: Parts, url: str | None) -> None:
    if not url or MASK in url:  # it stays, or is the service's own
        return
    checked = await server.guard.check(url)
    if not checked.allowed:
        raise Unprocessable(checked.detail, errors=[{"loc": ["url"], "msg": checked.detail}])


def _shown(server: Parts, webhook: Webhook) -> dict[str, object]:
    return shapes.webhook.fields(webhook, subscribing.headers_of(server.vault, webhook))
