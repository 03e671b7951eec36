"""Which events a webhook's filter lets through: conditions on the payload (contract §4).

One op is one row of `RULES`. A payload's field becomes a fact at most once an event, however many
webhooks ask for it: numbers as they are, texts case-folded, lists as the set of what they hold.
"""

import enum
import json
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

LONGEST = 500  # characters of a text that is compared with
MOST = 100  # values behind `in` and `not_in`
INFINITE = float("inf")

Fact = tuple[str, Any]  # its kind, and what is compared
Test = Callable[["Facts"], bool]
Making = Callable[[str, Any], Test]  # of a field and a value
ABSENT: Fact = ("absent", None)
NOTHING: Fact = ("null", None)
SCALARS = frozenset({"null", "boolean", "number", "text"})


class Op(enum.StrEnum):
    """How a field is compared with a value."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    EXISTS = "exists"
    MISSING = "missing"


class Condition(NamedTuple):
    """What must hold: a dotted path into the payload, a comparison, a value."""

    field: str
    op: str
    value: Any = None

    def __str__(self) -> str:
        """As a person reads it: ``amount_kopeks gte 100000``."""
        words = (self.field, self.op)
        if self.op in (Op.EXISTS, Op.MISSING):
            return " ".join(words)
        return " ".join((*words, json.dumps(self.value, ensure_ascii=False)))


class Facts(dict[str, Fact]):
    """What a payload says of the fields that filters ask for."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__()
        self._payload = payload

    def __missing__(self, field: str) -> Fact:
        found: Any = self._payload
        try:
            for name in field.split("."):
                found = found[name]
            fact = _fact(found)
        except (KeyError, TypeError):  # it is not there; what holds it is no object
            fact = ABSENT
        self[field] = fact
        return fact


class Filter:
    """Conditions that must all hold."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self._tests = [(RULES[Op(one.op)].test(one.field, one.value), one) for one in conditions]
        # Asked for every event by every webhook: nothing stands between it and a sole test.
        self.lets_through = self._tests[0][0] if len(self._tests) == 1 else self._all

    def __bool__(self) -> bool:
        return bool(self._tests)

    def failing(self, facts: Facts) -> Condition | None:
        """The first condition that does not hold; None: the event passes."""
        return next((condition for holds, condition in self._tests if not holds(facts)), None)

    def _all(self, facts: Facts) -> bool:
        return self.failing(facts) is None


@lru_cache(maxsize=1_024)  # the same ones after every change to any webhook
def compiled(text: str) -> Filter:
    """The filter that a webhook's row holds, as JSON text."""
    return Filter(Condition(**one) for one in json.loads(text))


def problem(op: Op, value: Any) -> str | None:
    """Why `op` cannot compare with `value`, as half a sentence; None: it can."""
    takes = RULES[op].takes
    texts = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    if any(len(one) > LONGEST for one in texts):
        return f"a text to compare with has at most {LONGEST} characters"
    if takes is _NOTHING and value is True:  # "exists: true" says what it means
        return None
    if op not in (Op.IN, Op.NOT_IN):
        return None if takes.accepts(value) else f"{op} {takes.words}"
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        return f"{op} takes a list of 1 to {MOST} values"
    return (
        None
        if all(map(takes.accepts, value))
        else f"{op} takes a list, each value a text, a number, true, false or null"
    )


class Takes(NamedTuple):
    """Which values an op compares with."""

    kinds: frozenset[str]
    words: str

    def accepts(self, value: Any) -> bool:
        """Whether `value` is one of them."""
        kind, compared = _fact(value)
        if kind == "number" and abs(compared) == INFINITE:  # no JSON text could hold it
            return False
        return kind in self.kinds


class Rule(NamedTuple):
    """An op: what it takes, and how the test of a field against a value is made."""

    takes: Takes
    test: Making


def _fact(value: Any) -> Fact:
    match value:
        case None:
            return NOTHING
        case bool():
            return "boolean", value
        case int() | float():
            return "number", value
        case str():
            return "text", value.casefold()
        case list():
            return "list", frozenset(one for one in map(_member, value) if one is not None)
        case _:
            return "object", None


def _member(value: Any) -> Fact | None:
    """What a list holds, as far as it can be compared with."""
    return None if isinstance(value, list | dict) else _fact(value)


def _equal(field: str, value: Any) -> Test:
    wanted = _fact(value)
    return lambda facts: facts[field] == wanted


def _among(field: str, values: list[Any]) -> Test:
    wanted = frozenset(map(_fact, values))
    return lambda facts: facts[field] in wanted


def _not(make: Making) -> Making:
    def made(field: str, value: Any) -> Test:
        holds = make(field, value)
        return lambda facts: not holds(facts)

    return made


def _ordered(compare: Callable[[Any, Any], bool]) -> Making:
    def made(field: str, value: Any) -> Test:
        kind, limit = _fact(value)
        return lambda facts: (fact := facts[field])[0] == kind and compare(fact[1], limit)

    return made


def _contains(field: str, value: Any) -> Test:
    wanted = _fact(value)

    def holds(facts: Facts) -> bool:
        kind, held = facts[field]
        if kind == "list":
            return wanted in held
        return bool(kind == wanted[0] == "text" and wanted[1] in held)

    return holds


def _starts_with(field: str, value: str) -> Test:
    beginning = value.casefold()
    return lambda facts: (fact := facts[field])[0] == "text" and fact[1].startswith(beginning)


def _exists(field: str, _: Any) -> Test:
    return lambda facts: facts[field] is not ABSENT


_ANY = Takes(SCALARS, "takes a text, a number, true, false or null")
_COMPARABLE = Takes(frozenset({"number", "text"}), "takes a number or a text")
_TEXT = Takes(frozenset({"text"}), "takes a text")
_NOTHING = Takes(frozenset({"null"}), "takes no value")

RULES = {
    Op.EQ: Rule(_ANY, _equal),
    Op.NE: Rule(_ANY, _not(_equal)),
    Op.GT: Rule(_COMPARABLE, _ordered(operator.gt)),
    Op.GTE: Rule(_COMPARABLE, _ordered(operator.ge)),
    Op.LT: Rule(_COMPARABLE, _ordered(operator.lt)),
    Op.LTE: Rule(_COMPARABLE, _ordered(operator.le)),
    Op.IN: Rule(_ANY, _among),
    Op.NOT_IN: Rule(_ANY, _not(_among)),
    Op.CONTAINS: Rule(_ANY, _contains),
    Op.STARTS_WITH: Rule(_TEXT, _starts_with),
    Op.EXISTS: Rule(_NOTHING, _exists),
    Op.MISSING: Rule(_NOTHING, _not(_exists)),
}
