"""Conditions on a payload: a table of what each op holds for, and what they all have in common."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.filters import LONGEST, MOST, Condition, Facts, Op, compiled, problem
from bedolaga_events.wire import parse

PAYLOAD = {
    "amount_kopeks": 100000,
    "amount_rubles": 1000.0,
    "payment_method": "YooKassa",
    "city": "Straße",
    "name": "ЁЖИК",
    "day": "2026-11-26",
    "is_completed": True,
    "off": False,
    "comment": None,
    "empty": "",
    "zero": 0,
    "digits": "100000",
    "tags": ["VIP", 7, None, True, ["x"], {"y": 1}],
    "user": {"id": 5, "plan": {"name": "Pro"}},
    "big": 2**70,
}


def holds(payload: Any, *conditions: dict[str, Any]) -> bool:
    """Whether a filter lets a payload through."""
    return compiled(json.dumps(conditions)).failing(Facts(payload)) is None


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("amount_kopeks", "eq", 100000, True),
        ("amount_kopeks", "eq", 100000.0, True),  # numbers compare as numbers
        ("amount_rubles", "eq", 1000, True),
        ("amount_kopeks", "eq", "100000", False),  # a text is no number
        ("digits", "eq", 100000, False),
        ("payment_method", "eq", "yookassa", True),  # texts case-folded
        ("city", "eq", "STRASSE", True),
        ("name", "eq", "ёжик", True),
        ("is_completed", "eq", True, True),
        ("is_completed", "eq", 1, False),  # booleans are no numbers
        ("zero", "eq", False, False),
        ("comment", "eq", None, True),
        ("empty", "eq", None, False),
        ("nowhere", "eq", None, False),
        ("tags", "eq", "vip", False),
        ("amount_kopeks", "ne", 1, True),
        ("amount_kopeks", "ne", 100000.0, False),
        ("nowhere", "ne", 1, True),  # what is not there is not that
        ("is_completed", "ne", 1, True),
        ("amount_kopeks", "gt", 99999.5, True),
        ("amount_kopeks", "gt", 100000, False),
        ("amount_kopeks", "gte", 100000, True),
        ("amount_kopeks", "lt", 100000, False),
        ("amount_kopeks", "lte", 100000, True),
        ("amount_kopeks", "gt", "1", False),
        ("is_completed", "gt", 0, False),
        ("is_completed", "lte", 1, False),
        ("nowhere", "lt", 1, False),
        ("comment", "lt", 1, False),
        ("big", "gt", 2**70 - 1, True),
        ("day", "gte", "2026-11-01", True),
        ("day", "lt", "2026-11-01", False),
        ("payment_method", "gt", "YOO", True),
        ("payment_method", "in", ["cash", "YOOKASSA"], True),
        ("payment_method", "in", ["cash"], False),
        ("zero", "in", [False, "0"], False),
        ("zero", "in", [0.0], True),
        ("nowhere", "in", ["x", None], False),
        ("payment_method", "not_in", ["cash"], True),
        ("payment_method", "not_in", ["yooKassa"], False),
        ("nowhere", "not_in", ["x"], True),
        ("payment_method", "contains", "KASS", True),
        ("payment_method", "contains", "", True),
        ("payment_method", "contains", "cash", False),
        ("amount_kopeks", "contains", 1, False),
        ("amount_kopeks", "contains", "1", False),
        ("tags", "contains", "vip", True),  # membership
        ("tags", "contains", "vi", False),
        ("tags", "contains", 7.0, True),
        ("tags", "contains", 1, False),  # true is there, and is no 1
        ("tags", "contains", True, True),
        ("tags", "contains", None, True),
        ("tags", "contains", "x", False),
        ("nowhere", "contains", "x", False),
        ("user", "contains", "id", False),
        ("payment_method", "starts_with", "yoo", True),
        ("payment_method", "starts_with", "kassa", False),
        ("amount_kopeks", "starts_with", "1", False),
        ("nowhere", "starts_with", "", False),
        ("comment", "exists", None, True),
        ("nowhere", "exists", None, False),
        ("user", "exists", None, True),
        ("nowhere", "missing", None, True),
        ("comment", "missing", None, False),
        ("user.id", "eq", 5, True),  # dotted paths
        ("user.plan.name", "eq", "pro", True),
        ("user.plan.price", "missing", None, True),
        ("user.id.more", "exists", None, False),
        ("tags.0", "exists", None, False),
        ("user", "eq", None, False),
    ],
)
def test_what_a_condition_holds_for(field: str, op: str, value: Any, expected: bool) -> None:
    """Each op, on each kind of value, there or not."""
    assert holds(PAYLOAD, {"field": field, "op": op, "value": value}) is expected


@pytest.mark.parametrize("sign", ["", "-"])
def test_an_integer_longer_than_python_reads_is_larger_than_any_other(sign: str) -> None:
    """5,000 digits survive at the edge as text; they compare, and cost no conversion."""
    payload = parse(f'{{"n": {sign}{"9" * 5_000}}}')
    assert holds(payload, {"field": "n", "op": "gt", "value": 10**4_000}) is (not sign)
    assert holds(payload, {"field": "n", "op": "ne", "value": 9})


def test_all_conditions_must_hold_and_the_first_that_does_not_is_named() -> None:
    """No conditions hold for everything."""
    met = {"field": "amount_kopeks", "op": "gte", "value": 1}
    unmet = {"field": "payment_method", "op": "eq", "value": "касса"}
    assert holds(PAYLOAD)
    assert holds(PAYLOAD, met, met)
    failed = compiled(json.dumps([met, unmet, {**unmet, "op": "in", "value": [1]}]))
    condition = failed.failing(Facts(PAYLOAD))
    assert condition == Condition("payment_method", "eq", "касса")
    assert str(condition) == 'payment_method eq "касса"'
    assert str(Condition("user.id", "exists")) == "user.id exists"


@pytest.mark.parametrize(
    ("op", "value", "sentence"),
    [
        *((op, [], "takes") for op in Op),
        *((op, {}, "takes") for op in Op),
        ("gt", True, "gt takes a number or a text"),
        ("lte", None, "lte takes a number or a text"),
        ("starts_with", 1, "starts_with takes a text"),
        ("in", "x", "in takes a list of 1 to 100 values"),
        ("in", [1] * (MOST + 1), "in takes a list of 1 to 100 values"),
        ("not_in", [[1]], "not_in takes a list, each value a text"),
        ("eq", "x" * (LONGEST + 1), "at most 500 characters"),
        ("in", ["x" * (LONGEST + 1)], "at most 500 characters"),
        ("eq", float("inf"), "eq takes"),
        ("eq", parse("9" * 5_000), "eq takes"),
        ("exists", False, "exists takes no value"),
        ("missing", 1, "missing takes no value"),
    ],
)
def test_a_value_that_an_op_cannot_compare_with_is_refused(
    op: str, value: Any, sentence: str
) -> None:
    """In words, and before it is stored."""
    assert sentence in (problem(Op(op), value) or "")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda more: st.lists(more, max_size=4) | st.dictionaries(st.text(), more, max_size=4)
)
FIELDS = st.sampled_from(["a", "b", "a.b", "a.b.c", "nowhere"])
PAYLOADS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)
COMPARED = {Op.IN: st.lists(SCALARS, min_size=1), Op.NOT_IN: st.lists(SCALARS, min_size=1)}
CONDITIONS = st.sampled_from(Op).flatmap(
    lambda op: st.builds(
        lambda field, value: {"field": field, "op": str(op), "value": value},
        FIELDS,
        COMPARED.get(op, SCALARS),
    )
)


@given(PAYLOADS, st.lists(CONDITIONS, max_size=5))
def test_what_is_taken_decides_about_any_payload(
    payload: dict[str, Any], conditions: list[dict[str, Any]]
) -> None:
    """No payload makes a condition that was let in fail; asking together changes nothing."""
    taken = [one for one in conditions if problem(Op(one["op"]), one["value"]) is None]
    shared = Facts(payload)
    each = [compiled(json.dumps([one])).failing(shared) is None for one in taken]
    assert holds(payload, *taken) is all(each)
    assert each == [holds(payload, one) for one in taken]


@given(PAYLOADS, CONDITIONS)
def test_an_op_and_its_opposite_share_every_payload(
    payload: dict[str, Any], condition: dict[str, Any]
) -> None:
    """eq and ne, in and not_in, exists and missing: exactly one of the two holds."""
    opposite = {"eq": "ne", "in": "not_in", "exists": "missing"}
    if condition["op"] in opposite and problem(Op(condition["op"]), condition["value"]) is None:
        other = condition | {"op": opposite[condition["op"]]}
        assert holds(payload, condition) is not holds(payload, other)


@given(PAYLOADS, FIELDS, st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_field_that_is_not_there_is_nowhere_in_the_order(
    payload: dict[str, Any], field: str, limit: float
) -> None:
    """At most one of lt, eq and gt holds; exactly one where a number stands."""
    tests = [
        holds(payload, {"field": field, "op": op, "value": limit}) for op in ("lt", "eq", "gt")
    ]
    found: Any = payload
    for name in field.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    assert sum(tests) == (1 if is_number else 0)
