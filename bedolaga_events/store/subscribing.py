"""What a person does with webhooks: create, change, rotate the secret (contract §4)."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bedolaga_events.chats import CHATS, masked
from bedolaga_events.errors import Unprocessable
from bedolaga_events.model import Format, Webhook
from bedolaga_events.store import deliveries, kinds, webhook_secrets, webhooks
from bedolaga_events.store.transaction import Transaction
from bedolaga_events.store.vault import Vault
from bedolaga_events.wire import MASK

UNSIGNED = "only webhooks of the format json are signed"
_APART = ("secret", "headers", "event_type")  # these are no columns as they come


class Changed(NamedTuple):
    """A webhook after a change; how many deliveries were skipped, when it was activated."""

    webhook: Webhook
    skipped: int | None


def create(transaction: Transaction, vault: Vault, given: Mapping[str, Any]) -> Webhook:
    """Make a webhook of what was given: columns, `secret` and `headers`.

    Raises:
        Unprocessable: its format does not take one of them, or needs one that is missing.
    """
    given = kinds.settled(given, None)
    values = _columns(vault, given) | _headers(vault, given, {})
    webhook = webhooks.insert(transaction.connection, values, transaction.now)
    if given.get("secret"):
        sealed = vault.seal(given["secret"])
        webhook_secrets.put(transaction.connection, webhook.id, sealed)
    return _told(transaction, webhook.id)


def update(
    transaction: Transaction, vault: Vault, webhook_id: int, given: Mapping[str, Any]
) -> Changed:
    """Change what is given; a secret of None is removed, header values that are masked stay.

    Raises:
        NotFound: there is no such webhook.
        Unprocessable: `event_type` alone and another one, a masked value of which there is none
            to keep, or what the format does not take.
    """
    connection = transaction.connection
    before = webhooks.get(connection, webhook_id)
    if given.get("event_type", before.event_type) != before.event_type:
        raise Unprocessable.at(["event_type"], "to change what a webhook gets, send event_types")
    given = kinds.settled(given, before)
    values = _columns(vault, given) | _headers(vault, given, headers_of(vault, before))
    if _wants_other(before, given):
        values["wants_since"] = transaction.now
    if "secret" in given:
        secret = given["secret"]
        webhook_secrets.put(connection, webhook_id, secret and vault.seal(secret))
    if "secret" in given or "headers_box" in values or _goes_elsewhere(before, given):
        values["patience_since"] = None  # what failed before says nothing of the new one
    skipped = None
    if values.get("is_active") and before.inactive_since is not None:
        skipped = deliveries.skipped_since(connection, webhook_id, before.inactive_since)
    webhooks.update(connection, webhook_id, values, transaction.now)
    return Changed(_told(transaction, webhook_id), skipped)


def _wants_other(before: Webhook, given: Mapping[str, Any]) -> bool:
    """Whether it gets other events from now on."""
    kept = before.filter and json.loads(before.filter)
    types = given.get("event_types", before.event_types)
    return set(types) != set(before.event_types) or given.get("filter", kept) != kept


def _goes_elsewhere(before: Webhook, given: Mapping[str, Any]) -> bool:
    """Whether another receiver gets them from now on."""
    names = ("url", "format", "options")
    return any(given.get(name, getattr(before, name)) != getattr(before, name) for name in names)


def rotate(
    transaction: Transaction, vault: Vault, webhook_id: int, secret: str, overlap: int, now: int
) -> int | None:
    """Give a webhook a new secret; returns until when the one before signs too.

    Args:
        overlap: microseconds.
        now: the time that is believed, in microseconds.

    Raises:
        NotFound: there is no such webhook.
        Conflict: too many secrets would sign.
        Unprocessable: a chat's deliveries are not signed.
    """
    connection = transaction.connection
    before = webhooks.get(connection, webhook_id)
    if before.format is not Format.JSON:
        raise Unprocessable.at(["secret"], UNSIGNED)
    webhook_secrets.rotate(connection, webhook_id, vault.seal(secret), now + overlap, now)
    webhooks.update(connection, webhook_id, {"patience_since": None}, transaction.now)
    _told(transaction, webhook_id)
    return now + overlap if before.has_secret and overlap else None


def headers_of(vault: Vault, webhook: Webhook) -> dict[str, str]:
    """The extra request headers of a webhook."""
    if webhook.headers_box is None:
        return {}
    opened: dict[str, str] = json.loads(vault.open(webhook.headers_box))
    return opened


def _columns(vault: Vault, given: Mapping[str, Any]) -> dict[str, object]:
    """The columns of what was given, but for the secret and the headers."""
    values = {name: value for name, value in given.items() if name not in _APART}
    if "options" in values:
        values["options"] = json.dumps(values["options"])
    if "url" in values:
        chat = CHATS.get(given["format"])
        hides = chat is not None and chat.hides_url
        values["url_box"] = vault.seal(values["url"]) if hides else None
        values["url"] = masked(values["url"]) if hides else values["url"]
    return values


def _headers(vault: Vault, given: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, object]:
    """The column of the headers, if they change."""
    headers = _merged(kept, given["headers"]) if "headers" in given else kept
    if headers == kept:
        return {}
    return {"headers_box": vault.seal(json.dumps(headers)) if headers else None}


def _merged(kept: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    values = {name.lower(): value for name, value in kept.items()}
    merged = {
        name: values.get(name.lower(), MASK) if value == MASK else value
        for name, value in given.items()
    }
    for name, value in merged.items():
        if value == MASK:
            raise Unprocessable.at(["headers", name], "the value is masked; send the value itself")
    return merged


def _told(transaction: Transaction, webhook_id: int) -> Webhook:
    webhook = webhooks.get(transaction.connection, webhook_id)
    transaction.committed.webhooks.append(webhook)
    return webhook
