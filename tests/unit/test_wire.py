"""`wire`: the canonical body and the times."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events import wire

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_the_canonical_body_is_what_the_reference_receiver_dumps(value: Any) -> None:
    """Parsing the body and dumping it with sorted keys gives the same text, whatever is in it."""
    text = wire.canonical(wire.parse(json.dumps(value)))
    assert text == json.dumps(value, sort_keys=True)
    assert json.dumps(json.loads(text), sort_keys=True) == text


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "[-Infinity]", "{", "", "[1,]", "'a'"])
def test_what_is_not_json_is_refused_in_a_sentence(text: str) -> None:
    """NaN and Infinity are no JSON (RFC 8259)."""
    with pytest.raises(ValueError, match=r"\w"):
        wire.parse(text)


def test_an_integer_of_thousands_of_digits_passes_unchanged() -> None:
    """As many as Python converts (contract §2)."""
    digits = "9" * 4_300
    assert wire.canonical(wire.parse(f'{{"b": [{digits}], "a": -{digits}}}')) == (
        f'{{"a": -{digits}, "b": [{digits}]}}'
    )


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 4_301, "-" + "9" * 10_000])
def test_a_number_out_of_range_is_refused(number: str) -> None:
    """It would become Infinity, which is no JSON; what 0.1.0 stored of such can still be read."""
    with pytest.raises(ValueError, match=r"\w"):
        wire.canonical(wire.parse(f'{{"a": {number}}}'))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_a_sentence_and_not_a_crash(opening: str) -> None:
    """The interpreter's recursion limit is the bound."""
    with pytest.raises(ValueError, match="nested too deeply"):
        wire.canonical(wire.parse(opening * 100_000 + "1"))


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))
def test_a_time_survives_its_text(moment: datetime) -> None:
    """RFC 3339 with microseconds and Z, both ways."""
    micros = wire.microseconds(moment.replace(tzinfo=UTC).isoformat())
    assert wire.microseconds(wire.rfc3339(micros).lower()) == micros
    text = wire.rfc3339(micros)
    assert len(text) == len("2026-01-15T10:30:00.123456Z")
    assert wire.microseconds(text) == micros
