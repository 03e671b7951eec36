"""The schemas of the OpenAPI document: our models, as generators of clients read them.

No default is told. A client would send what nobody named and show what was never sent, and some
take a field with a default for one that is always there (contract §6): what leaving a field out
means stands in its description.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bedolaga_events.shapes.base import MAX_ID

REF = "#/components/schemas/{model}"
FORMATS = {"integer": "int64", "number": "double"}
UNSAID = ("title", "default")
OURS = re.compile(r" \(contract §[^)]*\)")  # who reads the document has no contract
TEXT = {"type": "string"}
JSON = "application/json"
Schema = dict[str, Any]


class Schemas:
    """Each model once, under its name, and what they consist of.

    Args:
        models: bodies and replies.
        queries: their fields are parameters, so that they themselves are not named.
    """

    def __init__(
        self, models: Iterable[type[BaseModel]], queries: Iterable[type[BaseModel]] = ()
    ) -> None:
        apart = set(queries)
        ordered = sorted({*models, *apart}, key=lambda one: one.__name__)
        references, found = models_json_schema(
            [(one, "validation") for one in ordered], ref_template=REF
        )
        self._references: dict[Any, str] = {
            model: one["$ref"] for (model, _), one in references.items()
        }
        named = {name: tidied(schema) for name, schema in found.get("$defs", {}).items()}
        self._fields = {one: named.pop(self._name(one))["properties"] for one in apart}
        self.named: dict[str, Schema] = dict(_told_apart(named))

    def of(self, kind: Any) -> Schema:
        """The schema of a model, or of a list of one."""
        if isinstance(kind, list):
            return {"type": "array", "items": self.of(kind[0])}
        return {"$ref": self._references[kind]}

    def fields(self, query: type[BaseModel]) -> dict[str, Schema]:
        """The schemas of a query's parameters, by name."""
        return dict(self._fields[query])

    def _name(self, model: type[BaseModel]) -> str:
        return self._references[model].rpartition("/")[2]


def _told_apart(named: dict[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Enums, whose values are constants of the whole package in Go: two of them cannot be one."""
    taken = set[str]()
    for name, schema in named.items():
        values = schema.get("enum", ())
        if taken & {*values}:
            words = re.sub(r"(?<!^)(?=[A-Z])", "_", name)
            schema["x-enum-varnames"] = [f"{words}_{one}".upper() for one in values]
        taken |= {*values}
        yield name, schema


def model_of(kind: Any) -> type[BaseModel] | None:
    """The model of a reply, which may be a list of it, or none."""
    if isinstance(kind, list):
        return model_of(kind[0])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def tidied(schema: Any) -> Any:
    """A schema of pydantic's as generators understand it."""
    if isinstance(schema, list):
        return [tidied(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _part(key, value) for key, value in schema.items() if key not in UNSAID}
    if plain.get("maximum") == MAX_ID:  # int64 says so; a double, as JavaScript has it, is beyond
        del plain["maximum"]
    if "description" in plain:
        plain["description"] = OURS.sub("", plain["description"])
    if "prefixItems" in plain:  # some read only `items`
        plain["items"] = plain["prefixItems"][0]
    return _formatted(_united(plain))


def _part(key: str, value: Any) -> Any:
    if key == "properties":  # a field may be called `title`
        return {name: tidied(one) for name, one in value.items()}
    return value if key in ("examples", "enum", "const") else tidied(value)


def _united(schema: Schema) -> Schema:
    """``anyOf [X, null]`` as a type that may be null; kinds that differ exclude each other."""
    match schema.get("anyOf"):
        case None:
            return schema
        case [{"type": str(kind)} as one, {"type": "null"}]:
            others = {key: value for key, value in schema.items() if key != "anyOf"}
            return {**one, **others, "type": [kind, "null"]}
        case kinds:
            others = {key: value for key, value in schema.items() if key != "anyOf"}
            return {**others, "oneOf": kinds}


def _formatted(schema: Schema) -> Schema:
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind in FORMATS:
            return {**schema, "format": FORMATS[kind]}
    return schema


def content(schema: Schema, example: Any, kind: str = JSON) -> dict[str, Any]:
    """What a request or a reply holds; no example where that is None."""
    told: dict[str, Any] = {"schema": schema}
    if example is not None:
        # Named, since RapiDoc stumbles over a null in an example that is not.
        told["examples"] = {"example": {"value": example}}
    return {kind: told}
