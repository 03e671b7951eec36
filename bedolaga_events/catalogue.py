"""Which event types exist, what their payloads hold, and how they are called in two languages.

They stand in `packs/*.toml`: the built-in six, and the catalogues that the config may add.
"""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from bedolaga_events.errors import Unprocessable
from bedolaga_events.patterns import is_known
from bedolaga_events.sentences import Words

MOST_RUBLES = 1e15  # more is no sum of money, and must not overflow when it is counted
BUNDLED = ("builtin", "cabinet")  # packs/*.toml; the first is always there
SHOWN = 100  # characters of an unknown type in a sentence

Texts = dict[str, str]  # by language: `ru`, `en`


def _integral(value: Any) -> Any:
    """50000.0 is an integer, as JSON Schema has it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Integer = Annotated[int, BeforeValidator(_integral)]
KINDS: dict[str, Any] = {
    "int": Integer,
    "str": str,
    "bool": bool,
    "number": float,
    "rubles": Annotated[float, Field(ge=-MOST_RUBLES, le=MOST_RUBLES)],
}


class Payload(BaseModel):
    """Known fields have the right JSON type; extra fields pass through (contract §2).

    Defaults only say that a field may be left out: what is stored and sent is the payload as it
    came.
    """

    model_config = ConfigDict(strict=True, extra="allow", defer_build=True)


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event; `text` is the sentence for one event, `many` for several (`sentences`)."""

    value: str
    label: Texts
    description: Texts
    text: Texts
    many: Texts
    example: dict[str, Any]
    payload: type[Payload]

    def describe(self, language: str) -> dict[str, Any]:
        """This type as GET /event-types shows it, in ``ru`` or ``en``."""
        return {
            "value": self.value,
            "label": self.label[language],
            "description": self.description[language],
            "text": self.text[language],
            "example": self.example,
            "schema": self.payload.model_json_schema(),
        }


class Catalogue:
    """The types that this server knows.

    Args:
        added: those that the config describes.
        packs: names of bundled catalogues, besides the built-in six.
        accepts_unknown: whether a well-formed type that is not known is taken all the same.
    """

    def __init__(
        self,
        added: Iterable[EventType] = (),
        packs: Iterable[str] = (),
        *,
        accepts_unknown: bool = False,
    ) -> None:
        bundled = [known for name in (BUNDLED[0], *packs) for known in pack(name)]
        self.types = {known.value: known for known in (*bundled, *added)}
        self.accepts_unknown = accepts_unknown

    def check(self, event_type: str, payload: dict[str, Any]) -> None:
        """Refuse an unknown type or a payload that breaks the type's schema.

        Raises:
            Unprocessable: with the known types, or with the fields that are wrong.
        """
        known = self.types.get(event_type)
        if known is None:
            if self.accepts_unknown and is_well_formed(event_type):
                return
            raise self.unknown(event_type)
        try:
            # Straight to the validator: `model_validate` adds half of what the check takes.
            known.payload.__pydantic_validator__.validate_python(payload)
        except ValidationError as error:
            raise _payload_error(event_type, error) from None

    def knows(self, pattern: str) -> bool:
        """Whether a pattern (a type, ``ticket.*``, ``*``) covers a type that may come."""
        if is_known(pattern, self.types):
            return True
        family = pattern.removesuffix("*") + "any" if pattern.endswith(".*") else pattern
        return self.accepts_unknown and is_well_formed(family)

    def words(self) -> dict[str, Words]:
        """What is said of events, by type."""
        return {one.value: Words(one.text, one.many) for one in self.types.values()}

    def example(self, event_type: str) -> dict[str, Any]:
        """A payload that a type's test delivery carries."""
        known = self.types.get(event_type)
        return {} if known is None else known.example

    def unknown(self, event_type: str, field: str = "type") -> Unprocessable:
        """The refusal of a type in `field` that nobody knows; it lists those that are known."""
        known = ", ".join(self.types)
        shown = event_type[:SHOWN].encode("unicode_escape").decode("ascii")
        return Unprocessable(
            f"Unknown event type '{shown}'. Known types: {known}.",
            errors=[{"loc": [field], "msg": "unknown event type"}],
        )


def is_well_formed(event_type: str) -> bool:
    """Whether a text could be a type: words of a-z, 0-9 and _, with dots between them."""
    words = event_type.split(".")
    return (
        event_type.isascii()
        and len(event_type) <= SHOWN
        and len(words) > 1
        and all(word.isidentifier() and word.islower() and word[0] != "_" for word in words)
    )


@lru_cache
def pack(name: str) -> tuple[EventType, ...]:
    """The types of a bundled catalogue: ``builtin`` or one of `events.packs`."""
    file = resources.files(__package__) / "packs" / f"{name}.toml"
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["types"]
    return tuple(_bundled(**row) for row in rows)


def added_type(value: str, label: str, description: str, example: dict[str, Any]) -> EventType:
    """A type from the config: its payload is any JSON object, its texts serve both languages."""
    payload = create_model("AnyPayload", __base__=Payload)
    text, many = _both(label), _both(f"{label}: {{count}}")
    return EventType(value, _both(label), _both(description), text, many, example, payload)


def _bundled(
    required: dict[str, str], optional: dict[str, str], example: str, **texts: Any
) -> EventType:
    fields: dict[str, Any] = {name: (_kind(kind), ...) for name, kind in required.items()}
    fields |= {name: (_kind(kind), None) for name, kind in optional.items()}
    name = "".join(word.title() for word in texts["value"].replace("_", ".").split("."))
    payload = create_model(name, __base__=Payload, **fields)
    return EventType(example=json.loads(example), payload=payload, **texts)


def _kind(name: str) -> Any:
    kind = KINDS[name.removesuffix("?")]
    return kind | None if name.endswith("?") else kind


def _both(text: str) -> Texts:
    return {"ru": text, "en": text}


def _payload_error(event_type: str, error: ValidationError) -> Unprocessable:
    found = [
        {"loc": ["payload", *one["loc"]], "msg": one["msg"]}
        for one in error.errors(include_url=False, include_input=False)
    ]
    first = found[0]
    where = ".".join(map(str, first["loc"]))
    return Unprocessable(f"{event_type}: {where}: {first['msg']}.", errors=found)
