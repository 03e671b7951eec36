"""Webhooks: create, list, change, delete, check a URL (contract §4)."""

import base64
import json
import re
import secrets
from typing import Any

from aiohttp import web

from bedolaga_events import wire
from bedolaga_events.api import reading, requests
from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.requests import (
    CheckUrl,
    NewWebhook,
    RotateSecret,
    SeriesQuery,
    WebhookChange,
    WebhooksQuery,
)
from bedolaga_events.api.state import Parts, parts
from bedolaga_events.delivery.signing import WHSEC
from bedolaga_events.errors import Unprocessable
from bedolaga_events.model import Webhook
from bedolaga_events.patterns import is_known
from bedolaga_events.series import Buckets, of_attempts
from bedolaga_events.store import deliveries, webhooks
from bedolaga_events.store import stats as store_stats
from bedolaga_events.store.transaction import Change, Transaction

SECRET_BYTES = 32
HOUR = 3_600_000_000  # microseconds
DELETED_AT_ONCE = 1_000  # deliveries in one transaction
MAX_HEADER = 4_096  # characters of a value
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # RFC 9110 §5.6.2
RESERVED = re.compile(
    r"host|content-.*|transfer-encoding|connection|user-agent|webhook-.*|x-webhook-.*",
    re.IGNORECASE,
)


async def create(request: web.Request) -> web.Response:
    """POST /webhooks."""
    server = parts(request)
    body = await reading.body(request, NewWebhook)
    _check_pattern(server, body.event_type)
    await _check_url(server, body.url)
    made = new_secret() if body.generate_secret else None
    values = {
        "name": body.name,
        "url": body.url,
        "event_type": body.event_type,
        "description": body.description,
        "is_active": body.is_active,
        "secret_box": _sealed(server, _checked_secret(made or body.secret)),
        "headers_box": _sealed_headers(server, body.headers),
    }

    def insert(transaction: Transaction) -> Webhook:
        webhook = webhooks.insert(transaction.connection, values, transaction.now)
        transaction.committed.webhooks.append(webhook)
        return webhook

    webhook = await server.writer.commit(Change(insert))
    shown = _shown(server, webhook)
    return reply(json.dumps(shown | {"secret": made} if made else shown), 201)


async def index(request: web.Request) -> web.Response:
    """GET /webhooks."""
    server = parts(request)
    query = reading.query(request, WebhooksQuery)
    found, total = await server.database.read(
        webhooks.page, webhooks.WebhookFilter(**query.model_dump())
    )
    items = [json.dumps(_shown(server, one)) for one in found]
    return reply(wire.page(items, total=total, limit=query.limit, offset=query.offset))


async def show(request: web.Request) -> web.Response:
    """GET /webhooks/{id}."""
    server = parts(request)
    webhook = await server.database.read(webhooks.get, reading.path_id(request, "id"))
    return reply(json.dumps(_shown(server, webhook)))


async def update(request: web.Request) -> web.Response:
    """PATCH /webhooks/{id}: only what is given changes."""
    server = parts(request)
    webhook_id = reading.path_id(request, "id")
    body = await reading.body(request, WebhookChange)
    before = await server.database.read(webhooks.get, webhook_id)
    if "event_type" in body.model_fields_set and body.event_type != before.event_type:
        raise Unprocessable.at(["event_type"], "the event type of a webhook cannot be changed")
    values = await _changes(server, body, before)

    def change(transaction: Transaction) -> tuple[Webhook, int]:
        webhook, skipped = activate_or_change(transaction, webhook_id, values)
        transaction.committed.webhooks.append(webhook)
        return webhook, skipped

    webhook, skipped = await server.writer.commit(Change(change))
    shown = _shown(server, webhook)
    if webhook.is_active and not before.is_active:
        shown["skipped_since_inactive"] = skipped
    return reply(json.dumps(shown))


def activate_or_change(
    transaction: Transaction, webhook_id: int, values: dict[str, Any]
) -> tuple[Webhook, int]:
    """Change a webhook; also how many deliveries were skipped while it was inactive."""
    connection = transaction.connection
    before = webhooks.get(connection, webhook_id)
    skipped = 0
    if values.get("is_active") and before.inactive_since is not None:
        skipped = deliveries.skipped_since(connection, webhook_id, before.inactive_since)
    return webhooks.update(connection, webhook_id, values, transaction.now), skipped


async def delete(request: web.Request) -> web.Response:
    """DELETE /webhooks/{id}: its deliveries go with it, in steps that hold up nobody."""
    server = parts(request)
    webhook_id = reading.path_id(request, "id")

    def stop(transaction: Transaction) -> None:
        changed = {"is_active": False}
        webhook = webhooks.update(transaction.connection, webhook_id, changed, transaction.now)
        transaction.committed.webhooks.append(webhook)

    def remove_some(transaction: Transaction) -> bool:
        removed = deliveries.delete_some(transaction.connection, webhook_id, DELETED_AT_ONCE)
        if removed == DELETED_AT_ONCE:
            return True
        webhooks.delete(transaction.connection, webhook_id)
        transaction.committed.deleted_webhooks.append(webhook_id)
        return False

    await server.writer.commit(Change(stop))
    while await server.writer.commit(Change(remove_some)):
        pass
    return web.Response(status=204)


async def rotate_secret(request: web.Request) -> web.Response:
    """POST /webhooks/{id}/rotate-secret: a new secret; the old one signs too for a while."""
    server = parts(request)
    webhook_id = reading.path_id(request, "id")
    body = await reading.body(request, RotateSecret) if request.can_read_body else RotateSecret()
    made = new_secret()

    def rotate(transaction: Transaction) -> Webhook:
        before = webhooks.get(transaction.connection, webhook_id)
        until = transaction.now + round(body.overlap_hours * HOUR)
        overlaps = before.secret_box is not None and body.overlap_hours > 0
        values = {
            "secret_box": server.vault.seal(made),
            "old_secret_box": before.secret_box if overlaps else None,
            "old_secret_until": until if overlaps else None,
        }
        webhook = webhooks.update(transaction.connection, webhook_id, values, transaction.now)
        transaction.committed.webhooks.append(webhook)
        return webhook

    webhook = await server.writer.commit(Change(rotate))
    shown = {"secret": made, "old_secret_until": wire.optional_time(webhook.old_secret_until)}
    return reply(json.dumps(shown))


async def series(request: web.Request) -> web.Response:
    """GET /webhooks/{id}/series: outcomes and latency by time bucket."""
    server = parts(request)
    query = reading.query(request, SeriesQuery)
    webhook = await server.database.read(webhooks.get, reading.path_id(request, "id"))
    buckets = Buckets(query.window, server.now(), server.settings.dashboard.zone)
    rows = await server.database.read(store_stats.attempt_hours, webhook.id, buckets.since)
    return reply(json.dumps({"window": query.window, **of_attempts(buckets, rows)}))


async def stats(request: web.Request) -> web.Response:
    """GET /webhooks/stats."""
    return reply(json.dumps(await parts(request).database.read(webhooks.stats)))


async def check_url(request: web.Request) -> web.Response:
    """POST /webhooks/check-url: what saving and sending would say of this URL."""
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
    return WHSEC + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


async def _changes(server: Parts, body: WebhookChange, before: Webhook) -> dict[str, Any]:
    given = body.model_fields_set
    values: dict[str, Any] = {
        name: getattr(body, name) for name in ("name", "description", "is_active") if name in given
    }
    if "url" in given and body.url != before.url:
        await _check_url(server, body.url)
        values["url"] = body.url
    if "secret" in given and body.secret != "":  # an edit form sends an empty field: no change
        values["secret_box"] = _sealed(server, _checked_secret(body.secret))
        values["old_secret_box"] = values["old_secret_until"] = None
    if "headers" in given:
        kept = _opened_headers(server, before)
        merged = {
            name: kept.get(name, value) if value == wire.MASK else value
            for name, value in body.headers.items()
        }
        values["headers_box"] = _sealed_headers(server, merged)
    return values


def _check_pattern(server: Parts, pattern: str) -> None:
    if not is_known(pattern, server.catalogue.types):
        raise server.catalogue.unknown(pattern, "event_type")


async def _check_url(server: Parts, url: str) -> None:
    checked = await server.guard.check(url)
    if not checked.allowed:
        raise Unprocessable(checked.detail, errors=[{"loc": ["url"], "msg": checked.detail}])


def _checked_secret(secret: str | None) -> str | None:
    if secret is not None and secret.startswith(WHSEC):
        try:
            base64.b64decode(secret.removeprefix(WHSEC), validate=True)
        except ValueError:
            raise Unprocessable.at(["secret"], "a whsec_ secret is base64 after whsec_") from None
    return secret


def _sealed(server: Parts, secret: str | None) -> bytes | None:
    return None if secret is None else server.vault.seal(secret)


def _sealed_headers(server: Parts, headers: dict[str, str]) -> bytes | None:
    if len(headers) > requests.MAX_HEADERS:
        raise Unprocessable.at(["headers"], f"at most {requests.MAX_HEADERS} headers")
    if len({name.lower() for name in headers}) < len(headers):
        raise Unprocessable.at(["headers"], "a header stands twice")
    for name, value in headers.items():
        _check_header(name, value)
    return server.vault.seal(json.dumps(headers)) if headers else None


def _check_header(name: str, value: str) -> None:
    if not HEADER_NAME.fullmatch(name):
        raise Unprocessable.at(["headers"], "a header name has only letters, digits and -")
    if RESERVED.fullmatch(name):
        raise Unprocessable.at(["headers", name], "this header is the server's own")
    if len(value) > MAX_HEADER or any(
        ord(c) < 0x20 or ord(c) > 0x7E for c in value.replace("\t", "")
    ):
        raise Unprocessable.at(
            ["headers", name], f"a value is at most {MAX_HEADER} printable ASCII characters"
        )


def _opened_headers(server: Parts, webhook: Webhook) -> dict[str, str]:
    if webhook.headers_box is None:
        return {}
    opened: dict[str, str] = json.loads(server.vault.open(webhook.headers_box))
    return opened


def _shown(server: Parts, webhook: Webhook) -> dict[str, Any]:
    return wire.webhook(webhook, _opened_headers(server, webhook))
