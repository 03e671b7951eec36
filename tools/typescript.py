"""`make types`: the shapes in static/js/api.d.ts, made from the OpenAPI document."""

import json
from pathlib import Path
from typing import Any

from bedolaga_events.api import ROUTES, openapi
from bedolaga_events.catalogue import Catalogue

FILE = Path(__file__).parents[1] / "static" / "js" / "api.d.ts"
HEAD = "// Made by `make types` from the OpenAPI document, down to the line of stars.\n"
STARS = "// ****\n"
PAGE = "Page"  # ends the names of lists' pages, which are `Page<T>` below the stars
PLAIN = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}


def page() -> str:
    """The text of the file: its shapes as the document has them, the rest as it stands."""
    schemas = openapi.describe(ROUTES, Catalogue({}))["components"]["schemas"]
    names = sorted(name for name in schemas if not name.endswith(PAGE))
    shown = [_named(name, schemas[name]) for name in names]
    return HEAD + "".join(shown) + STARS + FILE.read_text(encoding="utf-8").partition(STARS)[2]


def _named(name: str, schema: dict[str, Any]) -> str:
    if "properties" not in schema:
        return f"export type {name} = {_type(schema)};\n"
    needed = schema.get("required", ())
    lines = [_field(key, one, key in needed) for key, one in schema["properties"].items()]
    return f"export interface {name} {{\n" + "".join(lines) + "}\n"


def _field(name: str, schema: dict[str, Any], is_needed: bool) -> str:
    told = schema.get("description")
    comment = f"  /** {told} */\n" if told else ""
    return f"{comment}  {name}{'' if is_needed else '?'}: {_type(schema)};\n"


def _type(schema: dict[str, Any]) -> str:  # noqa: C901 - a table of cases
    """A JSON Schema, as far as ours go, as a type."""
    match schema:
        case {"$ref": str(reference)}:
            return reference.rpartition("/")[2]
        case {"oneOf": options}:
            return " | ".join(_type(one) for one in options)
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(map(json.dumps, values))
        case {"type": list(kinds)}:
            return " | ".join(_type({**schema, "type": kind}) for kind in kinds)
        case {"type": "array", "prefixItems": items}:
            return f"[{', '.join(map(_type, items))}]"
        case {"type": "array", "items": item}:
            return f"({_type(item)})[]" if "|" in _type(item) else f"{_type(item)}[]"
        case {"type": "object", "additionalProperties": dict(member)}:
            return f"Record<string, {_type(member)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": "null"}:
            return "null"
        case {"type": kind}:
            return PLAIN[kind]
    return "unknown"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
