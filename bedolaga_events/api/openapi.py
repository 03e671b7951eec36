"""The OpenAPI 3.1 document, made from the site map, its handlers' docstrings and the models.

A handler's name is the operation's id (verb and noun), the first line of its docstring the summary
behind the path, what follows the description; its module is the tag. Examples are examples.json's.
"""

import inspect
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from bedolaga_events import __version__, shapes
from bedolaga_events.api import incoming
from bedolaga_events.api.schemas import JSON, TEXT, Schemas, content, model_of
from bedolaga_events.catalogue import Catalogue

TAGS = {  # by the handlers' modules
    "events": ("Events", "What the bot tells, and the log of it."),
    "sse": ("Events", ""),
    "webhooks": ("Webhooks", "Who gets the events."),
    "deliveries": ("Deliveries", "What became of each event for each webhook, and mending it."),
    "stats": ("Numbers", "The dashboard's numbers and charts."),
    "series": ("Numbers", ""),
    "tokens": ("Access", "Tokens, sign-in links, tickets."),
    "health": ("Operation", "Is it well, and what does it run with."),
    "alerts": ("Operation", ""),
    "doctor": ("Operation", ""),
    "sink": ("Sandbox", "A receiver to play with, where `server.sink` is on."),
}
GOOD = {
    200: "As asked.",
    201: "Made.",
    202: "Taken: it is on disk, and goes on by itself.",
    204: "Gone.",
    503: "Not well; `detail` says why.",
}
ERRORS = {
    400: ("NotJson", "The body is not JSON."),
    401: ("Unauthorized", "No token, or a wrong one."),
    403: ("Forbidden", "The token lacks the scope."),
    404: ("NotFound", "There is no such thing."),
    408: ("TooSlow", "The body did not arrive in time."),
    409: ("Conflict", "It contradicts what is stored."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMedia", "The body is not JSON by its Content-Type."),
    422: ("Unprocessable", "A field is wrong; `errors` says which."),
    429: ("TooMany", "Too many failed sign-ins, or connections, from this address."),
    503: ("Unavailable", "Cannot be done now; try again after `Retry-After`."),
    507: ("DiskFull", "The disk is full."),
}
HEADERS = {
    401: ("WWW-Authenticate", "Bearer", {"type": "string"}),
    429: ("Retry-After", "seconds", {"type": "integer", "format": "int64"}),
    503: ("Retry-After", "seconds", {"type": "integer", "format": "int64"}),
}
TOKENS: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A token."},
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "From POST /ws/ticket: good once, for a browser's EventSource.",
    },
}
PATH = {"id": "the id", "delivery_id": "the delivery's id"}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same body is stored once: the first reply comes again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "payment-9912",
}


INFO = {
    "title": "bedolaga-events",
    "version": __version__,
    "summary": "Events in, a live feed and signed webhooks out.",
    "description": "What the bot tells goes to every open page and, signed, to webhooks."
    " The live feed at `/ws` is described by [asyncapi.json](asyncapi.json).",
    "license": {"name": "MIT", "identifier": "MIT"},
    "contact": {"name": "bedolaga-events"},
}


def describe(routes: Iterable[Any], catalogue: Catalogue) -> dict[str, Any]:
    """The document for these routes and event types."""
    routes = [route for route in routes if route.reply is not None]
    bodies = [route.body for route in routes if route.body]
    replies = filter(None, (model_of(route.reply) for route in routes))
    queries = [route.query for route in routes if route.query]
    schemas = Schemas([*bodies, *replies, shapes.base.Refusal], queries)
    paths: dict[str, Any] = {}
    for route in routes:
        path = re.sub(r":[^}]+}", "}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, path, schemas)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "."}],  # relative to the document: right under any prefix
        "security": TOKENS,
        "tags": [*_tags(), incoming.TAG],
        "paths": paths,
        "webhooks": incoming.webhooks(catalogue),
        "components": {
            "schemas": schemas.named | incoming.payloads(catalogue),
            "responses": dict(_refusal(status, schemas) for status in ERRORS),
            "securitySchemes": SCHEMES,
        },
    }


def _tags() -> list[dict[str, str]]:
    return [{"name": name, "description": text} for name, text in TAGS.values() if text]


def _operation(route: Any, path: str, schemas: Schemas) -> dict[str, Any]:
    name = route.handler.__name__
    summary, more = _told(route.handler)
    scope = route.scope or route.own_scope
    operation: dict[str, Any] = {
        "operationId": name,
        "tags": [TAGS[route.handler.__module__.rpartition(".")[2]][0]],
        "summary": summary,
        "description": f"{more}\n\n{_needs(scope)}".strip(),
        "parameters": [*_path_parameters(path), *_query_parameters(route.query, schemas)],
        "responses": _responses(route, schemas),
    }
    if scope is None:
        operation["security"] = []
    elif route.with_ticket:
        operation["security"] = [*TOKENS, {"ticket": []}]
    if route.has_key:
        operation["parameters"].append(KEY)
    if route.takes_bytes:
        binary = {"type": "string", "format": "binary"}
        operation["requestBody"] = {"content": {"application/octet-stream": {"schema": binary}}}
    elif route.body is not None:
        sent = content(schemas.of(route.body), _example(route.body))
        operation["requestBody"] = {"required": not route.optional_body, "content": sent}
    return operation


def _told(handler: Any) -> tuple[str, str]:
    """The summary and the description that a handler's docstring holds."""
    first, *others = inspect.cleandoc(handler.__doc__).split("\n\n")
    more = [one for one in others if not one.startswith("Raises:")]
    return " ".join(first.partition(": ")[2].split()), "\n\n".join(more)


def _needs(scope: Any) -> str:
    return "Takes no token." if scope is None else f"Takes a token of the scope `{scope}`."


def _responses(route: Any, schemas: Schemas) -> dict[str, Any]:
    responses = {}
    for status in route.statuses:
        answer: dict[str, Any] = {"description": GOOD[status]}
        responses[str(status)] = answer
        if route.reply:
            is_text = isinstance(route.reply, str)
            schema = TEXT if is_text else schemas.of(route.reply)
            example = _example(route.handler if is_text else route.reply) if status < 400 else None
            answer["content"] = content(schema, example, route.reply if is_text else JSON)
    for status in _errors(route):
        responses[str(status)] = {"$ref": f"#/components/responses/{ERRORS[status][0]}"}
    return responses


def _errors(route: Any) -> list[int]:
    errors = {429, 503}
    if route.scope or route.own_scope:
        errors |= {401, 403}
    if "{" in route.path:
        errors.add(404)
    if route.body or route.takes_bytes:
        errors |= {400, 401, 408, 413, 415, 422}
    if route.query is not None:
        errors.add(422)
    if route.method != "GET":
        errors |= {404, 409, 507}
    return sorted(errors - {*route.statuses})


def _refusal(status: int, schemas: Schemas) -> tuple[str, dict[str, Any]]:
    name, text = ERRORS[status]
    told: dict[str, Any] = {"description": text}
    told["content"] = content(schemas.of(shapes.base.Refusal), _example(shapes.base.Refusal))
    if status in HEADERS:
        header, meaning, schema = HEADERS[status]
        told["headers"] = {header: {"description": meaning, "schema": schema}}
    return name, told


def _path_parameters(path: str) -> list[dict[str, Any]]:
    schema = {"type": "integer", "format": "int64", "minimum": 0}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH[name],
            "schema": schema,
            "example": 1,
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(model: Any, schemas: Schemas) -> list[dict[str, Any]]:
    return [] if model is None else [_parameter(*one) for one in schemas.fields(model).items()]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter: absent rather than null."""
    own = {key: schema[key] for key in schema if key not in ("oneOf", "description", "examples")}
    kinds = [one for one in schema.get("oneOf", ()) if one != {"type": "null"}]
    own |= kinds[0] if kinds else {}
    if isinstance(own.get("type"), list):
        own["type"] = own["type"][0]
    return {
        "name": name,
        "in": "query",
        "description": schema["description"],
        "schema": own,
        "example": schema["examples"][0],
    }


def _example(kind: Any) -> Any:
    """What is sent or answered, for a model, a list of one, or a handler that answers text."""
    return [_example(kind[0])] if isinstance(kind, list) else _examples()[kind.__name__]


@cache
def _examples() -> dict[str, Any]:
    """By the model's name; of texts by the operation's."""
    return dict(json.loads((resources.files(__package__) / "examples.json").read_text("utf-8")))
