"""What a webhook gets: its event types and its filter, and what would have come of them."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from bedolaga_events.filters import Op, problem
from bedolaga_events.model import Event, Format
from bedolaga_events.shapes.base import Body, Reply, Time, whole
from bedolaga_events.shapes.chat import Options
from bedolaga_events.shapes.webhook_fields import EventPattern
from bedolaga_events.wire import rfc3339

MAX_TYPES = 50
MAX_CONDITIONS = 20
MAX_PATH = 200  # characters
TYPES = "types, families (ticket.*) or *; those that overlap make one delivery"
CONDITIONS = "conditions on the payload that must all hold; null: none"
PATH = "a dotted path into the payload"
VALUE = "a text, a number, true, false or null; a list with in and not_in; none with exists"


def _event_types(patterns: list[str]) -> list[str]:
    if not 1 <= len(patterns) <= MAX_TYPES:
        raise ValueError(f"a webhook takes 1 to {MAX_TYPES} event types")
    return list(dict.fromkeys(patterns))


def _conditions(conditions: list["Condition"]) -> list["Condition"]:
    if len(conditions) > MAX_CONDITIONS:
        raise ValueError(f"a filter has at most {MAX_CONDITIONS} conditions")
    return conditions


def _path(field: str) -> str:
    if len(field) > MAX_PATH or not all(field.split(".")):
        raise ValueError(
            f"a field is a path of at most {MAX_PATH} characters, such as amount_kopeks or user.id"
        )
    return field


class Condition(Body):
    field: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        AfterValidator(_path),
        BeforeValidator(whole),
        Field(description=PATH),
    ]
    op: Annotated[Op, Field(strict=False)]
    value: Annotated[Any, Field(description=VALUE)] = None

    @model_validator(mode="after")
    def _fits(self) -> "Condition":
        for one in self.value if isinstance(self.value, list) else [self.value]:
            whole(one)
        if sentence := problem(self.op, self.value):
            raise ValueError(sentence)
        return self


EventTypes = Annotated[
    list[EventPattern],
    AfterValidator(_event_types),
    Field(json_schema_extra={"minItems": 1, "maxItems": MAX_TYPES}, description=TYPES),
]
Conditions = Annotated[
    list[Condition],
    AfterValidator(_conditions),
    Field(json_schema_extra={"maxItems": MAX_CONDITIONS}, description=CONDITIONS),
]


def without_first(sent: dict[str, Any]) -> dict[str, Any]:
    """Beside `event_types`, `event_type` is ignored: it is only the first of them."""
    if sent.get("event_types") is None:
        return sent
    return {name: value for name, value in sent.items() if name != "event_type"}


class KeptCondition(Reply):
    field: str = Field(description=PATH)
    op: Op
    value: Any = Field(default=None, description=VALUE)


class TryWebhook(Body):
    event_types: EventTypes
    filter: Conditions | None = None
    format: Annotated[Format, Field(strict=False, description="json, if left out")] = Format.JSON
    options: Annotated[Options, Field(default_factory=Options)]


class TriedEvent(Reply):
    id: int
    type: str
    timestamp: Time
    body: str = Field(description="what would be sent")


def tried(event: Event, body: str) -> dict[str, object]:
    """An event that a webhook would have got, and what would have been sent."""
    time = rfc3339(event.timestamp)
    return {"id": event.id, "type": event.type, "timestamp": time, "body": body}


class Tried(Reply):
    looked_at: int = Field(description="events, newest first: 1,000, or fewer large ones")
    matching: int = Field(description="how many of them would be sent")
    items: list[TriedEvent] = Field(description="the last 10 of those")
