"""What generators of clients, importers and linters ask of /openapi.json (T1 to T4, T19 to T26)."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bedolaga_events.api import ROUTES, openapi
from bedolaga_events.catalogue import Catalogue, added_type
from tests.conftest import Server

DOCUMENT = openapi.describe(ROUTES, Catalogue())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
PATHS = [one for path in DOCUMENT["paths"].values() for one in path.values()]
WEBHOOKS = [one["post"] for one in DOCUMENT["webhooks"].values()]
VERBS = (
    "cancel|check|clear|count|create|delete|examine|exchange|get|list|receive|replay|retry|rotate"
    "|send|set|stream|test|try|update"
)
ONE_TIME = {"exchange_login_code"}  # no document can hold a good code


def schemas(found: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a part of the document; examples and names of properties are none."""
    if isinstance(found, list):
        for one in found:
            yield from schemas(one)
    if isinstance(found, dict):
        yield found
        for key, one in found.items():
            if key not in ("example", "examples", "enum"):
                yield from schemas(list(one.values()) if key == "properties" else one)


ALL = [one for part in ("paths", "webhooks", "components") for one in schemas(DOCUMENT[part])]


@pytest.mark.parametrize("operation", [*PATHS, *WEBHOOKS], ids=lambda one: one["operationId"])
def test_an_operation_is_told_in_sentences(operation: Any) -> None:
    """Verb and noun, one tag, a summary with a subject to it, what token it takes, an example."""
    assert re.fullmatch(rf"({VERBS})(_[a-z0-9]+)+", operation["operationId"])
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in [one["name"] for one in DOCUMENT["tags"]]
    assert re.fullmatch(r"[A-Z][^\n]+\.", operation["summary"])
    assert operation["description"]
    assert all(one["description"] for one in operation["parameters"])
    takes_and_says_nothing = operation["operationId"] == "clear_sink"
    assert takes_and_says_nothing or '"example"' in json.dumps(operation)


def test_ids_and_tags_of_what_is_sent_and_what_is_called_differ() -> None:
    """One class a tag: the second would overwrite the first, and all calls were gone (T19)."""
    ids = [one["operationId"] for one in [*PATHS, *WEBHOOKS]]
    assert len(ids) == len(set(ids))
    assert not {one["tags"][0] for one in PATHS} & {one["tags"][0] for one in WEBHOOKS}
    assert [one for one in DOCUMENT["tags"] if not one["description"]] == []


def test_nothing_has_a_default() -> None:
    """A client would send what nobody named, or take an optional field for a needed one."""
    assert [one for one in ALL if "default" in one] == []


def test_kinds_are_told_apart() -> None:
    """`type` with null, or `oneOf`; lists say what they hold; sizes stand beside numbers."""
    for one in ALL:
        assert "anyOf" not in one
        kinds = one.get("type", ())
        kinds = kinds if isinstance(kinds, list) else [kinds]
        assert ("format" in one) or not {"integer", "number"} & {str(kind) for kind in kinds}
        assert "prefixItems" not in one or one["items"] == {"type": "string"}
        assert "array" not in kinds or "items" in one
        assert "enum" not in one or len(one["enum"]) > 1
        assert one.get("maximum", 0) < 2**53  # more is not the same number in JavaScript


TIMES = re.compile(r"(.+_)?at|since|until|timestamp|failing_since|now|start")


def test_times_are_times() -> None:
    """What a client would have to parse is told to be a time."""
    for name, schema in SCHEMAS.items():
        for field, one in schema.get("properties", {}).items():
            if TIMES.fullmatch(field) and "string" in one["type"]:
                in_payload = name.endswith("Payload")  # what a bot sends is its own
                assert in_payload or one["format"] == "date-time", (name, field)


def test_replies_are_open_and_bodies_closed() -> None:
    """A client must not break at the next field; a misspelt field of a body is refused."""
    bodies = {
        content["schema"]["$ref"].rpartition("/")[2]
        for one in PATHS
        for content in [one.get("requestBody", {}).get("content", {}).get("application/json")]
        if content
    }
    within = {"BatchEvent", "Condition", "Options"}
    closed = {name for name, one in SCHEMAS.items() if one.get("additionalProperties") is False}
    assert closed == (bodies | within) - {"WebhookChange"}  # what was read may be sent back


def test_names_clash_with_nothing_that_a_class_has() -> None:
    """Go makes `NewX` for `X` and `HasY` for an optional `y`; some have an `Error` of their own."""
    assert [one for one in SCHEMAS if one.removeprefix("New") in SCHEMAS and "New" in one] == []
    for name, schema in SCHEMAS.items():
        fields = schema.get("properties", {})
        optional = set(fields) - set(schema.get("required", ()))
        assert not [one for one in optional if f"has_{one}" in fields], name
        assert not [one for one in fields if f"get_{one}" in fields or f"set_{one}" in fields]
    assert not {"Error", "Object", "Map", "List", "Page"} & set(SCHEMAS)
    assert [one for one in SCHEMAS if not one.isalnum()] == []


def test_event_types_that_differ_by_a_dot_have_names_of_their_own() -> None:
    """The config may add `a.b_c` beside `a.b.c`."""
    added = [added_type(one, "x", "x", {}) for one in ("a.b_c", "a.b.c", "a_b.c")]
    document = openapi.describe(ROUTES, Catalogue(added))
    ids = {one["post"]["operationId"] for one in document["webhooks"].values()}
    names = {
        one["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for one in document["webhooks"].values()
    }
    assert len(ids) == len(names) == len(document["webhooks"]) == 9
    assert {one.rpartition("/")[2] for one in names} <= set(document["components"]["schemas"])


def test_each_call_says_what_token_it_takes() -> None:
    """The metrics ask for one unless the config opens them; a stream takes a ticket too."""
    security = {one["operationId"]: one.get("security") for one in PATHS}
    assert {name for name, one in security.items() if one == []} == {
        "get_health",
        "exchange_login_code",
    }
    assert {"ticket": []} in security["stream_events"]
    assert all(one["security"] == [] for one in WEBHOOKS)
    known = DOCUMENT["components"]["securitySchemes"]
    asked = [DOCUMENT["security"], *filter(None, security.values())]
    assert {name for one in asked for way in one for name in way} == set(known)


@pytest.mark.parametrize("server", [{"now": None}], indirect=True)
async def test_the_server_takes_every_example(server: Server) -> None:
    """As it stands, on a fresh server with an event and two webhooks; replies are of the form."""
    await server.call("POST", "/events", _sent("create_event"))
    for path in ("/webhooks", "/webhooks"):
        await server.call("POST", path, _sent("create_webhook"))
    await server.event("payment.completed", **_sent("create_event")["payload"])
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            name = operation["operationId"]
            if name in ONE_TIME or name == "stream_events" or method == "delete":
                continue
            query = "&".join(f"{key}={value}" for key, value in _parameters(operation, "query"))
            address = path.format(**dict(_parameters(operation, "path")))
            headers = {key: str(value) for key, value in _parameters(operation, "header")}
            reply = await server.call(
                method.upper(), f"{address}?{query}", _sent(name), headers=headers
            )
            assert reply.status < 300, (name, reply.json)
            _is_as_shown(operation["responses"][str(reply.status)], reply.json)


def _sent(name: str) -> Any:
    [operation] = [one for one in PATHS if one["operationId"] == name]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content.get("examples", {}).get("example", {}).get("value")


def _parameters(operation: Any, where: str) -> list[tuple[str, Any]]:
    found = [one for one in operation["parameters"] if one["in"] == where]
    return [(one["name"], json.dumps(one["example"]).strip('"')) for one in found]


def _is_as_shown(response: Any, replied: Any) -> None:
    """The reply's schema holds for the example, and the example has the reply's fields."""
    content = response.get("content", {}).get("application/json")
    if content is None:
        return
    example = content["examples"]["example"]["value"]
    Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]}).validate(
        example
    )
    for shown, real in zip(_objects(example), _objects(replied), strict=False):
        assert set(real) - {"has_secret"} <= set(shown) | {"skipped_since_inactive"}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if one]
