"""The webhooks as the transaction of an event sees them."""

import json
import sqlite3
from dataclasses import dataclass

from bedolaga_events.filters import Test, compiled


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What the transaction of an event needs to know of a webhook."""

    id: int
    event_types: tuple[str, ...]
    is_active: bool
    lets_through: Test | None  # None: everything


def read(connection: sqlite3.Connection) -> list[Subscriber]:
    """Every webhook, as the transaction of an event sees it; one step, so one turn at the GIL."""
    row = connection.execute(
        "SELECT json_group_array(json_array(id, json(event_types), is_active, filter))"
        " FROM webhooks"
    ).fetchone()
    return [
        Subscriber(
            webhook_id, tuple(types), bool(on), compiled(asked).lets_through if asked else None
        )
        for webhook_id, types, on, asked in json.loads(row[0])
    ]
