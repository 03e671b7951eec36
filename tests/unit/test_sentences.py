"""`sentences`: every type in words, in both languages, whatever is missing."""

import re
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.catalogue import BUNDLED, Catalogue
from bedolaga_events.sentences import Told, counted, money, of_all, of_event, of_many, of_own
from bedolaga_events.wire import parse

EVERYTHING = Catalogue(packs=BUNDLED[1:])
WORDS = EVERYTHING.words()
TIME = "2026-01-15T10:30:00.000000Z"


def told(kind: str, /, **payload: Any) -> Told:
    return Told(kind, payload, TIME, 17)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("known", EVERYTHING.types.values(), ids=lambda one: one.value)
def test_every_type_reads_well_whatever_is_missing(known: Any, language: str) -> None:
    """Its example, and that without each set of optional fields, is a sentence without gaps."""
    fields = known.payload.model_fields
    optional = [name for name in known.example if not fields[name].is_required()]
    seen = {name for name in optional if f"{{{name}" in known.text[language]}
    for left in chain.from_iterable(combinations(seen, size) for size in range(len(seen) + 1)):
        gone = {*left, *(name.replace("_kopeks", "_rubles") for name in left)}
        payload = {name: value for name, value in known.example.items() if name not in gone}
        text = of_event(WORDS, told(known.value, **payload), language)
        assert re.fullmatch(r"[A-ZА-Я][^{}\[\]|]*", text), text
        assert not re.search(r"  | [,:.;]|[,:]$|None|null", text), text
        nulls = {**payload, **dict.fromkeys(gone)}
        assert of_event(WORDS, told(known.value, **nulls), language) == text


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("known", EVERYTHING.types.values(), ids=lambda one: one.value)
def test_many_of_every_type_are_counted(known: Any, language: str) -> None:
    """One, few and many of each, with their money where it says any."""
    for count in (1, 3, 12):
        events = [told(known.value, **known.example)] * count
        text = of_many(WORDS, known.value, events, language)
        assert text.startswith(f"{count} "), text
        assert not re.search(r"[{}\[\]|]", text)
        assert bool(re.search("[А-я]", text)) == (language == "ru")


def test_money_stands_as_people_write_it() -> None:
    """Without kopeks when whole; the twin in rubles when there are no kopeks."""
    assert money(540_000, "ru") == "5 400 ₽"
    assert money(540_050, "ru") == "5 400,50 ₽"
    assert money(540_050, "en") == "5,400.50 ₽"
    assert money(-10_000, "ru") == "−100 ₽"
    assert money(5, "ru") == "0,05 ₽"
    paid = told("payment.completed", user_id=1, amount_rubles=99.9)
    assert of_event(WORDS, paid, "ru") == "Пополнение 99,90 ₽, пользователь 1"
    whole = told("payment.completed", user_id=1, amount_kopeks=50000.0)
    assert of_event(WORDS, whole, "ru") == "Пополнение 500 ₽, пользователь 1"
    odd = told("payment.completed", user_id=1, amount_kopeks=True, amount_rubles="много")
    assert of_event(WORDS, odd, "ru") == "Пополнение, пользователь 1"


def test_numbers_have_their_words() -> None:
    """Russian: 1, 21 день; 2 дня; 5, 11, 12 дней; 1,5 дня (CLDR)."""
    forms = ["день", "дня", "дней"]
    said = [counted(number, forms) for number in (0, 1, 2, 5, 11, 12, 21, 22, 111, 1.5, -1)]
    assert said == [
        "0 дней", "1 день", "2 дня", "5 дней", "11 дней", "12 дней", "21 день", "22 дня",
        "111 дней", "1,5 дня", "-1 день",
    ]  # fmt: skip
    assert [counted(number, ["day", "days"]) for number in (1, 2, 0, 1.5)] == [
        "1 day", "2 days", "0 days", "1.5 days",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_integer_beyond_a_double_is_said_in_full(language: str) -> None:
    """A payload's integer has up to 4,300 digits (contract §2)."""
    ends = told("subscription.expiring", user_id=1, days_left=10**400)
    assert str(10**400) in of_event(WORDS, ends, language)
    assert counted(1_234_567, ["day", "days"]) == "1234567 days"


def test_lists_in_lists_are_said_however_deep_they_are() -> None:
    """JSON nests deeper than Python calls; what they hold stands in its order."""
    deep: list[Any] = [3]
    for _ in range(2_000):
        deep = [deep]
    event = told("a.b", deep=[1, [2, deep], {"x": [4]}], wide=[["a", None], ["b"]])
    assert of_own("{deep}", event) == '1, 2, 3, {"x": [4]}'
    assert of_own("{wide}", event) == "a, , b"


def test_a_group_sums_its_money() -> None:
    """«12 пополнений, 5 400 ₽»; money that nobody told is not summed."""
    paid = [told("payment.completed", user_id=1, amount_kopeks=45_000)] * 12
    assert of_many(WORDS, "payment.completed", paid, "ru") == "12 пополнений, 5 400 ₽"
    bare = [told("payment.completed", user_id=1)] * 2
    assert of_many(WORDS, "payment.completed", bare, "ru") == "2 пополнения"
    tickets = [told("ticket.created", ticket_id=1, user_id=1)] * 3
    assert of_all(WORDS, tickets + paid, "ru") == "12 пополнений, 5 400 ₽ · 3 новых тикета"
    unknown = [told("server.restarted")] * 2
    assert of_many(WORDS, "server.restarted", unknown, "ru") == "server.restarted: 2"


def test_a_type_that_nobody_described_is_named() -> None:
    """In both languages."""
    assert of_event(WORDS, told("server.restarted"), "ru") == "Событие server.restarted"
    assert of_event(WORDS, told("server.restarted"), "en") == "Event server.restarted"


def test_an_own_text_has_fields_and_nothing_else() -> None:
    """Nested ones too; `{type}` is the event's; what is put in is not expanded again."""
    event = told("a.b", user={"name": "{secret}"}, secret="s", n=50.0, list=[1, "x"], yes=True)
    own = "{type} {id}: {user.name} {n} {list} {yes} {none}{user.none}[{n}] {n:₽} {}"
    assert of_own(own, event) == "a.b 17: {secret} 50 1, x true [50] {n:₽} {}"
    assert of_own("{time}", event) == TIME
    assert of_own(" {none} ", event) == ""
    assert of_own("{type}", Told("a.b", {"type": "deposit"}, TIME)) == "a.b"
    assert of_own("{user-id}{-}", Told("a.b", {"user-id": 7}, TIME)) == "7{-}"


@pytest.mark.parametrize("blank", ["\u200b", " \n ", "\u2060\u200d", "\u3164", "\u2800", "\u202e"])
def test_what_shows_nothing_is_empty(blank: str) -> None:
    """No service takes such a text, and an optional part around it would say nothing."""
    said = told("ticket.message_added", ticket_id=1, message_id=1, message_text=blank)
    assert of_own("{message_text}", said) == ""
    assert of_event(WORDS, said, "ru") == "Тикет 1: новое сообщение"


def test_a_name_turns_no_sentence_around() -> None:
    """What overrides the direction (UAX #9) goes; what a right-to-left name needs stays."""
    said = told("user.created", user_id=1, first_name="\u202eяcаВ\u2066", last_name="\u200fעומר")
    assert of_event(WORDS, said, "ru") == "Новый пользователь яcаВ \u200fעומר"


def test_what_no_service_takes_is_left_out() -> None:
    """Halves of characters, control characters, what 0.1.0 took of integers without an end."""
    long = parse('{"n": ' + "9" * 5_000 + "}")["n"]
    event = told("a.b", half="\ud800x", bell="a\x07\x00b\nc", long=long)
    assert of_own("{half}", event) == "\ufffdx"
    assert of_own("{bell}", event) == "ab\nc"
    assert of_own("{long}", event) == "Infinity"


@given(st.sampled_from([*EVERYTHING.types, "x.y"]), st.data())
def test_no_payload_breaks_a_sentence(kind: str, data: st.DataObject) -> None:
    """Any JSON value at any field: a text that is not empty, and can be sent."""
    json = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda one: st.lists(one, max_size=2) | st.dictionaries(st.text(), one, max_size=2),
        max_leaves=4,
    )
    known = EVERYTHING.types.get(kind)
    names = sorted(known.payload.model_fields) if known else ["user_id"]
    payload = data.draw(st.dictionaries(st.sampled_from(names), json))
    for language in ("ru", "en"):
        text = of_event(WORDS, Told(kind, payload, TIME), language)
        assert text.strip()
        text.encode()
        of_many(WORDS, kind, [Told(kind, payload, TIME)] * 2, language)
    of_own(data.draw(st.text()) + "{user_id}", Told(kind, payload, TIME)).encode()
