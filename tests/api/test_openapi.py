"""/openapi.json: complete, valid, and true of real replies."""

import re
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator

from bedolaga_events.api import ROUTES
from tests.conftest import Receiver, Server, until


async def test_every_route_is_described(server: Server) -> None:
    """But for /ws, which is no HTTP call, and the document itself."""
    document = (await server.call("GET", "/openapi.json", token=None)).json
    described = {
        (method.upper(), path) for path, one in document["paths"].items() for method in one
    }
    routed = {
        (route.method, re.sub(r"{(\w+):[^}]+}", r"{\1}", route.resource.canonical))
        for route in server.app.router.routes()
        if isinstance(route, web.ResourceRoute) and route.resource and route.method != "HEAD"
    }
    left_out = {
        "/sink/in",
        "/ws",
        "/doctor/silence",
        "/openapi.json",
        "/asyncapi.json",
        "/files.json",
        "/docs",
        "/help",
        "/help/ru",
        "/help/{name}",
        "/",
        *("/files.json", "/{name}", "/{folder}/{name}"),  # the page
    }
    assert routed - described == {("GET", one) for one in left_out - {"/sink/in"}} | {
        ("POST", "/sink/in")
    }
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))
    assert len(document["webhooks"]) == 6


async def test_real_replies_are_what_the_document_says(server: Server, receiver: Receiver) -> None:
    """One of each kind."""
    document = (await server.call("GET", "/openapi.json", token=None)).json
    hook = await server.webhook(receiver.url, headers={"X-A": "b"}, generate_secret=True)
    event = await server.event(user_id=1)

    async def delivered() -> bool:
        shown = (await server.call("GET", f"/webhooks/{hook['id']}")).json
        return bool(shown["success_count"])

    await until(delivered)
    ids = {"id": hook["id"], "delivery_id": 1}
    bodies: dict[str, Any] = {
        "/events": {"type": "user.created", "payload": {"user_id": 1}},
        "/events/batch": {"events": [{"type": "user.created", "payload": {"user_id": 1}}]},
        "/webhooks": {"name": "x", "url": receiver.url, "event_type": "*"},
        "/webhooks/check-url": {"url": receiver.url},
        "/webhooks/{id}/replay": {"since": "2026-01-01T00:00:00Z"},
        "/tokens": {"name": "x", "scopes": ["read"]},
    }
    checked = 0
    for route in ROUTES:
        path = re.sub(r":[^}]+}", "}", route.path)
        if route.method == "DELETE" or path in ("/login", "/events/stream") or route.reply is None:
            continue
        body = bodies.get(path, {}) if route.method != "GET" else None
        answer = await server.call(route.method, path.format(**ids), body)
        described = document["paths"][path][route.method.lower()]["responses"]
        assert str(answer.status) in described, (route.method, path, answer.json)
        content = described[str(answer.status)].get("content", {}).get("application/json")
        if content is not None:
            schema = {**content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(answer.json)
            checked += 1
    assert checked > 25
    assert event["id"] == 1


async def test_the_page_of_the_documents_loads_nothing_from_elsewhere(server: Server) -> None:
    """The viewer is vendored."""
    reply = await server.call("GET", "/docs", token=None)
    assert reply.status == 200
    assert "http" not in re.sub(r"http-equiv", "", reply.json.replace("<!doctype html>", ""))
    assert (await server.call("GET", "/vendor/rapidoc.js", token=None)).status == 200
    assert "unsafe-inline" not in reply.headers["Content-Security-Policy"].partition("style-src")[0]
