"""The dashboard's numbers as bodies and replies: a field for each row of `numbers.NUMBERS`."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, create_model

from bedolaga_events.numbers import NUMBERS, Kind, Number
from bedolaga_events.shapes.base import Partial, Reply

MOST = 10**12

Count = Annotated[int, Field(ge=0, le=MOST)]
Rubles = Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False, description="rubles")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, description="in `timezone`")]


def _fields(numbers: Iterable[Number], *, known: bool) -> dict[str, Any]:
    """What a reply says of numbers; null where one may not be known."""
    fields: dict[str, Any] = {}
    for number in numbers:
        is_sum = number.kind is Kind.SUM
        kind: Any = float if is_sum else int
        fields[number.name] = (
            kind if known else kind | None,
            Field(description="rubles" if is_sum else None),
        )
    return fields


_SETTABLE: dict[str, Any] = {  # the default only says that it may be left out
    number.name: (Rubles if number.kind is Kind.SUM else Count, 0) for number in NUMBERS
}
StatsInput = create_model("StatsInput", __base__=Partial, **_SETTABLE)
Yesterday = create_model("Yesterday", __base__=Reply, **_fields(NUMBERS, known=False))
Stats = create_model(
    "Stats",
    __base__=Reply,
    **_fields(NUMBERS, known=True),
    yesterday=(Yesterday, Field(description="as they stood when the day began; null: not known")),
)
GaugeDay = create_model(
    "GaugeDay",
    __base__=Reply,
    day=(Day, ...),
    **_fields((number for number in NUMBERS if number.kind is not Kind.SUM), known=False),
)
