"""Who gets an event: the webhooks as its transaction sees them."""

import json
import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from bedolaga_events.filters import Facts, Test, compiled
from bedolaga_events.model import EventDraft
from bedolaga_events.patterns import covering


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What the transaction of an event needs to know of a webhook."""

    id: int
    is_active: bool
    lets_through: Test | None  # None: everything


class _Targets(NamedTuple):
    """Whom a type concerns."""

    all: list[Subscriber]
    are_filtered: bool  # any of them


class Subscribers:
    """All of them, by what they subscribe to; good as long as no webhook changes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._by_pattern: dict[str, list[Subscriber]] = {}
        self._by_type: dict[str, _Targets] = {}  # of the types that came
        for webhook_id, types, is_active, asked in _rows(connection):
            lets_through = compiled(asked).lets_through if asked else None
            subscriber = Subscriber(webhook_id, bool(is_active), lets_through)
            for pattern in types:
                self._by_pattern.setdefault(pattern, []).append(subscriber)

    def targets(self, draft: EventDraft) -> list[Subscriber]:
        """Who gets an event, once each: the narrowest patterns first, filters asked."""
        found = self._by_type.get(draft.type)
        if found is None:
            found = self._by_type[draft.type] = self._covering(draft.type)
        if not found.are_filtered:
            return found.all
        facts = Facts(draft.fields)
        return [one for one in found.all if one.lets_through is None or one.lets_through(facts)]

    def _covering(self, event_type: str) -> _Targets:
        patterns = covering(event_type)
        found = {one.id: one for name in patterns for one in self._by_pattern.get(name, ())}
        return _Targets([*found.values()], any(one.lets_through for one in found.values()))


def _rows(connection: sqlite3.Connection) -> list[tuple[int, list[str], int, str | None]]:
    """In one step, so one turn at the GIL."""
    row = connection.execute(
        "SELECT json_group_array(json_array(id, json(event_types), is_active, filter))"
        " FROM webhooks"
    ).fetchone()
    rows: list[tuple[int, list[str], int, str | None]] = json.loads(row[0])
    return rows
