"""The OpenAPI 3.1 document, made from the site map and the models that validate."""

import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from bedolaga_events import __version__, shapes
from bedolaga_events.api.state import CSP
from bedolaga_events.catalogue import Catalogue
from bedolaga_events.shapes.base import Partial

REF = "#/components/schemas/{model}"
ERRORS = {
    400: "The body is not JSON.",
    401: "No token, or a wrong one.",
    403: "The token lacks the scope.",
    404: "There is no such thing.",
    409: "It contradicts what is stored.",
    413: "The body is too large.",
    415: "The body is not JSON by its Content-Type.",
    422: "A field is wrong; `errors` says which.",
    429: "Too many failed sign-ins from this address.",
    503: "Cannot be stored now; try again after `Retry-After`.",
    507: "The disk is full.",
}
DOCS_CSP = CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
DOCS = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>bedolaga-events API</title>
  <link rel="icon" href="icons/icon.svg">
  <script type="module" src="js/docs.js"></script>
  <script type="module" src="vendor/rapidoc.js"></script>
</head>
<body>
  <rapi-doc spec-url="openapi.json" render-style="read" show-header="false" load-fonts="false"
    allow-spec-url-load="false" allow-spec-file-load="false" allow-server-selection="false"
    persist-auth="false"></rapi-doc>
</body>
</html>
"""


async def docs(_: web.Request) -> web.Response:
    """GET /docs: the document, to be read and tried."""
    headers = {"Content-Security-Policy": DOCS_CSP}
    return web.Response(text=DOCS, content_type="text/html", headers=headers)


def describe(routes: Iterable[Any], catalogue: Catalogue) -> dict[str, Any]:
    """The document for these routes and event types."""
    routes = [route for route in routes if route.reply is not None]
    names, schemas = _schemas(routes)
    paths: dict[str, Any] = {}
    for route in routes:
        path = re.sub(r":[^}]+}", "}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, path, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bedolaga-events",
            "version": __version__,
            "description": "Events in, a live feed and signed webhooks out.",
        },
        "externalDocs": {"url": "asyncapi.json", "description": "the live feed at /ws"},
        "servers": [{"url": "."}],  # relative to the document: right under any prefix
        "security": [{"bearer": []}, {"apiKey": []}],
        "paths": paths,
        "webhooks": {one: _webhook(one, kind) for one, kind in catalogue.types.items()},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _schemas(routes: list[Any]) -> tuple[dict[Any, str], dict[str, Any]]:
    """Reference by model, and the schemas of all of them."""
    models = {one for route in routes for one in (route.body, _model(route.reply)) if one}
    inputs = sorted(models | {shapes.base.Error}, key=lambda one: one.__name__)
    references, found = models_json_schema(
        [(one, "validation") for one in inputs], ref_template=REF
    )
    names = {model: schema["$ref"] for (model, _), schema in references.items()}
    whole = {route.body for route in routes if route.body and not issubclass(route.body, Partial)}
    kept = {names[one].rpartition("/")[2] for one in whole}
    schemas = {
        name: schema if name in kept else _without_defaults(schema)
        for name, schema in found.get("$defs", {}).items()
    }
    return names, {name: _nullable(schema) for name, schema in schemas.items()}


def _without_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """A client must neither send what nobody named nor show what was never sent."""
    fields = schema.get("properties", {})
    plain = {
        name: {key: value for key, value in one.items() if key != "default"}
        for name, one in fields.items()
    }
    return {**schema, "properties": plain} if fields else schema


def _nullable(schema: Any) -> Any:
    """``anyOf [X, null]`` as a type that may be null, which generators of clients understand."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _nullable(one) for key, one in schema.items()}
    match plain.get("anyOf"):
        case [{"type": str(kind)} as one, {"type": "null"}]:
            del plain["anyOf"]
            return {**one, **plain, "type": [kind, "null"]}
    return plain


def _operation(route: Any, path: str, names: dict[Any, str]) -> dict[str, Any]:
    summary = (route.handler.__doc__ or "").partition(": ")[2].strip() or path
    operation: dict[str, Any] = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}",
        "summary": summary.splitlines()[0],
        "parameters": [*_path_parameters(path), *_query_parameters(route.query)],
        "responses": _responses(route, names),
    }
    if route.scope is None:
        operation["security"] = []
    else:
        operation["description"] = f"Scope: {route.scope}."
    if route.has_key:
        schema = {"type": "string", "minLength": 1, "maxLength": 255}
        operation["parameters"].append(
            {"name": "Idempotency-Key", "in": "header", "schema": schema}
        )
    if route.body is not None:
        content = {"application/json": {"schema": {"$ref": names[route.body]}}}
        if route.body.model_config.get("json_schema_extra"):
            content["application/json"] |= route.body.model_config["json_schema_extra"]
        operation["requestBody"] = {"required": not route.optional_body, "content": content}
    return operation


def _responses(route: Any, names: dict[Any, str]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    model = _model(route.reply)
    if model is not None:
        schema: dict[str, Any] = {"$ref": names[model]}
        if model is not route.reply:
            schema = {"type": "array", "items": schema}
        good["content"] = {"application/json": {"schema": schema}}
    elif isinstance(route.reply, str):
        good["content"] = {route.reply: {"schema": {"type": "string"}}}
    responses = {str(status): good for status in route.statuses}
    error = {"application/json": {"schema": {"$ref": names[shapes.base.Error]}}}
    for status in _errors(route):
        responses[str(status)] = {"description": ERRORS[status], "content": error}
    return responses


def _errors(route: Any) -> list[int]:
    errors = {429}
    if route.scope is not None or not route.body:
        errors |= {401, 403}
    if "{" in route.path:
        errors.add(404)
    if route.body is not None:
        errors |= {400, 401, 413, 415, 422}
    if route.query is not None:
        errors.add(422)
    if route.method != "GET":
        errors |= {404, 409, 503, 507}
    if 503 not in route.statuses and route.method == "GET":
        errors.add(503)
    return sorted(errors)


def _path_parameters(path: str) -> list[dict[str, Any]]:
    schema = {"type": "integer", "minimum": 0}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = TypeAdapter(model).json_schema()
    definitions = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "schema": _inlined(one, definitions)}
        for name, one in schema["properties"].items()
    ]


def _inlined(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is absent rather than null; its schema stands by itself."""
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    chosen = dict(options[0])
    if "$ref" in chosen:
        chosen = dict(definitions[chosen["$ref"].rpartition("/")[2]])
    if "description" in schema:
        chosen["description"] = schema["description"]
    return {key: value for key, value in chosen.items() if key not in ("title", "default")}


def _webhook(name: str, kind: Any) -> dict[str, Any]:
    # Named, since RapiDoc stumbles over a null in an example that is not.
    examples = {"example": {"value": kind.example}}
    content = {"schema": kind.payload.model_json_schema(), "examples": examples}
    headers = [
        ("X-Webhook-Event", "the event type"),
        ("X-Webhook-Signature", "sha256= and the hex HMAC-SHA256 of the body"),
        ("webhook-id", "the same on every attempt"),
        ("webhook-timestamp", "seconds since the epoch"),
        ("webhook-signature", "v1, and the base64 HMAC-SHA256 of id.timestamp.body"),
    ]
    return {
        "post": {
            "summary": kind.label["en"],
            "operationId": f"webhook_{name.replace('.', '_')}",
            "security": [],
            "parameters": [
                {"name": one, "in": "header", "description": text, "schema": {"type": "string"}}
                for one, text in headers
            ],
            "requestBody": {"content": {"application/json": content}},
            "responses": {"2XX": {"description": "Delivered; anything else is tried again."}},
        }
    }


def _model(kind: Any) -> type[BaseModel] | None:
    """The model of a reply, which may be a list of it."""
    if isinstance(kind, list):
        return _model(kind[0])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
