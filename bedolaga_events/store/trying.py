"""What a webhook would have got: a look back over the newest events, storing nothing."""

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from bedolaga_events import wire
from bedolaga_events.filters import Facts, Filter
from bedolaga_events.model import Event
from bedolaga_events.patterns import covers
from bedolaga_events.store import events
from bedolaga_events.store.search import Work

LOOKED_AT = 1_000  # events at most
SHOWN = 10


class Tried(NamedTuple):
    """How many events were looked at, how many of them match, and the newest of those."""

    looked_at: int
    matching: int
    events: list[Event]


def matching(connection: sqlite3.Connection, event_types: Collection[str], wanted: Filter) -> Tried:
    """Look back over the newest events; fewer of them where they are large."""
    rows = connection.execute("SELECT id, type FROM events ORDER BY id DESC LIMIT ?", (LOOKED_AT,))
    looked_at, found, count, work = 0, list[Event](), 0, Work()
    for event_id, kind in rows.fetchall():
        looked_at += 1
        if not covers(event_types, kind):
            continue
        if not wanted and len(found) == SHOWN:  # then the type says it all
            count += 1
            continue
        event = events.get(connection, event_id)
        if event is None:  # retention was here meanwhile
            break
        if wanted.failing(Facts(wire.parse(event.payload))) is None:
            count += 1
            found += [event][: SHOWN - len(found)]
        if not work.spend(len(event.payload)):
            break
    return Tried(looked_at, count, found)
