"""The section `webhooks` of the OpenAPI document: what the server sends to a webhook's URL."""

import re
from collections.abc import Iterable
from typing import Any

from bedolaga_events.api.schemas import TEXT, content, tidied
from bedolaga_events.catalogue import Catalogue, EventType

TAG = {"name": "Receiver", "description": "What the server sends to a webhook's URL."}
REQUEST = {  # headers of a delivery; those of the signature are there when there is a secret
    "X-Webhook-Event": "the event type",
    "X-Webhook-Id": "the webhook's id",
    "X-Webhook-Delivery": "the delivery's id",
    "X-Webhook-Attempt": "1, 2, ...",
    "X-Webhook-Event-Id": "the event's id; a test has none",
    "X-Webhook-Event-Time": "when it happened (RFC 3339)",
    "X-Webhook-Signature": "sha256= and the hex HMAC-SHA256 of the body",
    "webhook-id": "the same on every attempt",
    "webhook-timestamp": "seconds since the epoch",
    "webhook-signature": "v1, and the base64 HMAC-SHA256 of id.timestamp.body; several by blanks",
}
ANSWERS = {
    "200": "Taken, as any 2xx; everything else but 410 is tried again.",
    "410": "Never again: the webhook is deactivated.",
}
STANDARD = {"url": "https://www.standardwebhooks.com/", "description": "Standard Webhooks"}


def webhooks(catalogue: Catalogue) -> dict[str, Any]:
    """The section, by event type."""
    keys = _keys(catalogue.types)
    return {one: _webhook(keys[one], kind) for one, kind in catalogue.types.items()}


def payloads(catalogue: Catalogue) -> dict[str, Any]:
    """The schemas of the bodies that it refers to, by name."""
    keys = _keys(catalogue.types)
    return {
        _payload(keys[one]): tidied(kind.payload.model_json_schema())
        for one, kind in catalogue.types.items()
    }


def _keys(types: Iterable[str]) -> dict[str, str]:
    """A name for each event type that no other has, also where they differ by a dot alone."""
    keys: dict[str, str] = {}
    for one in types:
        key = "_".join(re.split(r"[._]+", one.strip("_")))
        keys[one] = key if key not in keys.values() else f"{key}_{len(keys)}"
    return keys


def _payload(key: str) -> str:
    return "".join(word.title() for word in key.split("_")) + "Payload"


def _webhook(key: str, kind: EventType) -> dict[str, Any]:
    payload = {"$ref": f"#/components/schemas/{_payload(key)}"}
    return {
        "post": {
            "operationId": f"receive_{key}",
            "tags": [TAG["name"]],
            "summary": f"{kind.label['en'].rstrip('.')}.",
            "description": kind.description["en"],
            "externalDocs": STANDARD,
            "security": [],
            "parameters": [
                {"name": name, "in": "header", "description": text, "schema": TEXT}
                for name, text in REQUEST.items()
            ],
            "requestBody": {"required": True, "content": content(payload, kind.example)},
            "responses": {status: {"description": text} for status, text in ANSWERS.items()},
        }
    }
