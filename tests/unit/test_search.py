"""`store.search`: what is found, and how far one search looks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.store import search as module
from bedolaga_events.store.search import Needle, Row, search
from bedolaga_events.wire import canonical


def held(payload: dict[str, Any], q: str) -> bool:
    """Whether a search for `q` finds an event with this payload."""
    return Needle(q).is_in(Row(1, None, canonical(payload)))


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("Иван", "ИВАН"),
        ("ЁЖИК", "ёжик"),
        ("Straße", "STRASSE"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),  # a final sigma is a sigma
        ("Їжак", "їЖАК"),
        ("ivan@example.com", "IVAN@"),
        ("не работает 🔥 совсем", "🔥 Совсем"),
        ("и\u0306", "й"),  # composed or not
        ("она сказала «да»", "«ДА»"),
        ('say "yes"', '"YES"'),
        ("C:\\new\\u0041", "c:\\new\\u0041"),
        ("two\nlines", "two\nlines"),
        ("日本語", "本"),
        ("\u212a", "k"),  # the sign for kelvin is a k
        ("İstanbul", "istanbul"),
        ("istanbul", "İSTANBUL"),
        ("IRMAK", "ırmak"),
    ],
)
def test_a_text_is_found_in_whatever_case_and_alphabet(text: str, q: str) -> None:
    """Though the payload stands with ASCII escapes, and however deep the text is in it."""
    assert held({"a": [{"b": text}]}, q)
    assert not held({"a": [{"b": text}]}, q + "~")


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=4))
def test_every_text_of_a_payload_is_found_by_itself(payload: dict[str, Any]) -> None:
    """Keys and values, of every character that Unicode has."""
    for key, value in payload.items():
        assert held(payload, key)
        assert value is None or held(payload, str(value))


def test_a_number_finds_ids_and_a_text_that_holds_it() -> None:
    """An id is found whole, not by a part of it; a payload by any part."""
    assert Needle("17").is_in(Row(17, None, "{}"))
    assert Needle("17").is_in(Row(3, 17, "{}"))
    assert not Needle("17").is_in(Row(170, 171, "{}"))
    assert Needle("17").is_in(Row(3, 4, '{"user_id": 1170}'))
    assert Needle("timeout").is_in(Row(3, 4, "{}", "Timeout: no answer in 10 s"))


@given(st.integers(0, 60), st.integers(1, 7), st.integers(1, 2_000))
def test_searches_that_go_on_look_at_every_row_once(rows: int, enough: int, work: int) -> None:
    """However little work one search may do, it gets on, and the last one says that it was."""
    payloads = {one: canonical({"n": "x" if one % 3 else "wanted"}) for one in range(1, rows + 1)}
    found, before, steps = list[int](), rows + 1, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WORK", work)
        while True:
            some = (Row(one, None, payloads[one]) for one in range(before - 1, 0, -1))
            result = search(some, "wanted", enough)
            found += result.ids
            steps += 1
            if result.searched_to is None:
                break
            assert result.searched_to < before
            before = result.searched_to
    assert found == [one for one in range(rows, 0, -1) if one % 3 == 0]
    assert steps <= rows + 1


def test_rows_that_are_passed_over_are_not_looked_into() -> None:
    """They are out of the time asked for, and cost a tenth."""
    many = [Row(one, None, None, "wanted") for one in range(1_000, 0, -1)]
    assert search(many, "wanted", 50) == ([], None)
