"""Events in words: templates and payloads in, one plain text out.

A catalogue's template knows `{field}`, `{field:₽}`, `{field:день|дня|дней}` and `[optional parts]`
(packs/builtin.toml); a person's own one only `{field}` and `{nested.field}`. What is put in is
never looked at again, and nothing is escaped here.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

RU, EN = "ru", "en"
MOST_KOPEKS = 10**17  # more is no sum of money (catalogue.MOST_RUBLES)
OPTIONAL = re.compile(r"\[([^\]]*)\]")
FIELD = re.compile(r"\{([\w.]+)(?::([^}]*))?\}")
OWN_FIELD = re.compile(r"\{(\w[\w.-]*)\}")
# But tabs and line feeds; and what turns the direction of all that follows (UAX #9).
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing
UNSHOWN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})  # Unicode's general categories
UNKNOWN = {RU: "Событие {type}", EN: "Event {type}"}
UNKNOWN_MANY = {RU: "{type}: {count}", EN: "{type}: {count}"}

Texts = Mapping[str, str]  # by language


class Told(NamedTuple):
    """An event as a sentence needs it; a test has no id."""

    type: str
    payload: Mapping[str, Any]
    time: str
    id: int | None = None


class Words(NamedTuple):
    """What is said of one event of a type, and of many (`count`, and sums of its `_kopeks`)."""

    one: Texts
    many: Texts


def of_event(words: Mapping[str, Words], event: Told, language: str) -> str:
    """The sentence of the catalogue for an event; a type that nobody described is named."""
    known = words.get(event.type)
    text = _expanded(known.one[language], event.payload, language) if known else ""
    return text or UNKNOWN[language].format(type=event.type)


def of_own(template: str, event: Told) -> str:
    """A person's own text; `{type}`, `{time}` and `{id}` are the event's. May come out empty."""
    about = {"type": event.type, "time": event.time, "id": event.id}
    fields = {**event.payload, **about}
    return readable(OWN_FIELD.sub(lambda found: _plain(_at(fields, found[1])) or "", template))


def of_many(words: Mapping[str, Words], kind: str, events: Sequence[Told], language: str) -> str:
    """How many events of one type there are, and their money: «12 пополнений, 5 400 ₽»."""
    known = words.get(kind)
    template = (known.many if known else UNKNOWN_MANY)[language]
    fields: dict[str, Any] = {"type": kind, "count": len(events)}
    for name, form in FIELD.findall(template):
        if form == "₽":
            sums = [_kopeks(one.payload, name) for one in events]
            there = [one for one in sums if one is not None]
            fields[name] = sum(there) if there else None
    return _expanded(template, fields, language)


def of_all(words: Mapping[str, Words], events: Sequence[Told], language: str) -> str:
    """Events of several types, counted: «12 пополнений, 5 400 ₽ · 3 новых тикета»."""
    by_type: dict[str, list[Told]] = {}
    for one in events:
        by_type.setdefault(one.type, []).append(one)
    ordered = sorted(by_type.items(), key=lambda item: -len(item[1]))
    return " · ".join(of_many(words, kind, found, language) for kind, found in ordered)


def money(kopeks: int, language: str) -> str:
    """«5 400 ₽», «5 400,50 ₽»; «5,400.50 ₽» in English."""
    rubles, rest = divmod(abs(kopeks), 100)
    text = f"{rubles:,}" + (f".{rest:02}" if rest else "")
    if language == RU:
        text = text.replace(",", " ").replace(".", ",")
    return f"{'−' if kopeks < 0 else ''}{text} ₽"


def counted(number: float, forms: Sequence[str]) -> str:
    """A number with its word: one, few, many in Russian (CLDR), one and other in English."""
    whole = abs(number) if isinstance(number, int) else None
    shown = f"{number:g}" if whole is None else str(number)  # as a float it may be out of range
    if len(forms) < 3:
        return f"{shown} {forms[0 if whole == 1 else -1]}"
    if whole is None:
        return f"{shown} {forms[1]}".replace(".", ",")
    last, teens = whole % 10, whole % 100 in range(11, 15)
    few = last in (2, 3, 4) and not teens
    return f"{shown} {forms[0 if last == 1 and not teens else 1 if few else 2]}"


def readable(text: str) -> str:
    """Without what no service takes: halves of characters, control characters, blank texts."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    seen = UNSEEN.sub("", whole).strip()
    return seen if any(map(_shows, seen)) else ""


def _shows(one: str) -> bool:
    """Whether a person sees it: no space, control or format, no mark without a letter."""
    return unicodedata.category(one) not in UNSHOWN and one not in BLANK


def _expanded(template: str, fields: Mapping[str, Any], language: str) -> str:
    # `split` gives what stands outside of brackets and inside in turn.
    parts = enumerate(OPTIONAL.split(template))
    shown = [_part(one, fields, language, is_optional=index % 2 == 1) for index, one in parts]
    return readable("".join(shown))


def _part(text: str, fields: Mapping[str, Any], language: str, *, is_optional: bool) -> str:
    values = [_shown(fields, name, form, language) for name, form in FIELD.findall(text)]
    if is_optional and None in values:
        return ""
    rest = iter(values)
    return FIELD.sub(lambda _: next(rest) or "", text)


def _shown(fields: Mapping[str, Any], name: str, form: str, language: str) -> str | None:
    """A field in words; None when it is not there, or is nothing that can be said so."""
    if form == "₽":
        kopeks = _kopeks(fields, name)
        return None if kopeks is None else money(kopeks, language)
    value = _at(fields, name)
    if not form:
        text = _plain(value)
        return text if readable(text) else None
    number = _number(value)
    return None if number is None else counted(number, form.split("|"))


def _kopeks(fields: Mapping[str, Any], name: str) -> int | None:
    """A sum in kopeks, or that of its twin in rubles."""
    sums = (fields.get(name), 1), (fields.get(f"{name.removesuffix('_kopeks')}_rubles"), 100)
    for value, unit in sums:
        number = _number(value)
        if number is not None and abs(number) * unit < MOST_KOPEKS:
            return round(number * unit)
    return None


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _at(fields: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path; a name that has the dots itself comes first."""
    if path in fields:
        return fields[path]
    value: Any = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return ", ".join(map(_plain, _leaves(value)))
        case float() if value.is_integer() and abs(value) < MOST_KOPEKS:
            return str(int(value))
        case _:
            return json.dumps(value, ensure_ascii=False)


def _leaves(values: list[Any]) -> list[Any]:
    """What lists in lists hold, without recursion: JSON nests deeper than Python calls."""
    leaves, waiting = [], values[::-1]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        else:
            leaves.append(one)
    return leaves
