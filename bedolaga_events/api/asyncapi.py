"""The AsyncAPI 3.0 document of /ws: what comes, what a client may say (contract §3)."""

import json
from typing import Any

from aiohttp import web

from bedolaga_events import __version__
from bedolaga_events.api.gate import reached_at
from bedolaga_events.api.kept import document as kept_document
from bedolaga_events.catalogue import Catalogue
from bedolaga_events.live import protocol

ID = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT, "maxItems": protocol.MAX_PATTERNS}
TIME = {"type": "string", "format": "date-time"}
TOPICS = {"type": "array", "items": {"enum": list(protocol.TOPICS)}}
HERE = {"host": "127.0.0.1:8080", "pathname": "/", "protocol": "ws"}
NEWS = {
    "delivery.updated": "A delivery moved (topic deliveries).",
    "webhook.updated": "A webhook was made or changed (topics webhooks, deliveries).",
    "webhook.disabled": "The server deactivated a webhook.",
    "webhook.failing": "A webhook has failed for a part of the time after which it is deactivated.",
    "webhook.deleted": "A webhook is gone.",
}


async def document(request: web.Request) -> web.Response:
    """GET /asyncapi.json: the live feed, described; the server is where the request came to."""
    kept = kept_document(request, "asyncapi", describe)
    here = json.dumps(_server(reached_at(request))).encode()
    body = kept.plain.replace(json.dumps(HERE).encode(), here, 1)
    headers = {"Content-Type": kept.kind, "Cache-Control": "no-cache"}
    return web.Response(body=body, headers=headers)


def _server(url: str) -> dict[str, str]:
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    protocol = "wss" if scheme == "https" else "ws"
    return {"host": host or HERE["host"], "pathname": f"/{path}", "protocol": protocol}


def describe(catalogue: Catalogue) -> dict[str, Any]:
    """The document for these event types."""
    events = {
        name: _message(kind.label["en"], _event(name, kind.payload.model_json_schema()))
        for name, kind in catalogue.types.items()
    }
    received = {**_about_the_connection(), **events, **_news()}
    sent = _requests()
    messages = {_key(name): one for name, one in {**received, **sent}.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "bedolaga-events: the live feed", "version": __version__},
        "servers": {"here": HERE},
        "channels": {
            "feed": {
                "address": "/ws",
                "description": "A token with scope read as ?ticket=, ?token= or a header.",
                "bindings": {"ws": {"query": {"type": "object", "properties": _query()}}},
                "messages": messages,
            }
        },
        "operations": {
            "receive": _operation("send", received),  # seen from the server
            "say": _operation("receive", sent),
        },
    }


def _operation(action: str, messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/feed"},
        "messages": [{"$ref": f"#/channels/feed/messages/{_key(name)}"} for name in messages],
    }


def _about_the_connection() -> dict[str, Any]:
    reasons = {"enum": ["retention", "epoch", "ahead"]}
    hello = {"status": {"const": "connected"}, "message": TEXT, "last_event_id": ID, "epoch": TEXT}
    resumed = {"replayed": ID, "from": ID, "to": ID}
    return {
        "connection": _typed("The first message: where the log stands.", "connection", hello),
        "gap": _typed("Something is missing.", "gap", {"reason": reasons, "oldest_id": ID}),
        "resumed": _typed("What was missed has been sent.", "resumed", resumed),
        "pong": _typed("The answer to a ping.", "pong", {}),
        "subscribed": _typed("What comes from now on.", "subscribed", {"events": TEXTS}),
        "error": _typed("A refusal; the connection stays.", "error", {"detail": TEXT}),
    }


def _requests() -> dict[str, Any]:
    subscribe = _typed("What to get; a field that is left out stays.", "subscribe", {})
    subscribe["payload"]["properties"] |= {"events": TEXTS, "topics": TOPICS}
    return {"ping": _typed("Is anybody there?", "ping", {}), "subscribe": subscribe}


def _news() -> dict[str, Any]:
    shape = {"payload": {"type": "object"}, "timestamp": TIME}
    return {name: _typed(summary, name, shape) for name, summary in NEWS.items()}


def _event(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return _object(name, {"payload": payload, "timestamp": TIME, "id": ID})


def _typed(summary: str, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    return _message(summary, _object(kind, fields))


def _object(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    properties = {"type": {"const": kind}, **fields}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _message(summary: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "contentType": "application/json", "payload": payload}


def _query() -> dict[str, Any]:
    return {"ticket": TEXT, "token": TEXT, "api_key": TEXT, "since": ID, "epoch": TEXT}


def _key(name: str) -> str:
    return name.replace(".", "-")  # keys of AsyncAPI know no dots
