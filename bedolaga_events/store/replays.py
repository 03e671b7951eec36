"""Every statement about replays: deliveries that are to be sent again, taken step by step."""

import json
import sqlite3
from collections import Counter
from typing import NamedTuple

from bedolaga_events.model import Status
from bedolaga_events.store import deliveries

_MATCHING = (
    "FROM deliveries WHERE webhook_id = ? AND status = ? AND created_at >= ? AND created_at < ?"
    " AND id > ? AND id <= ?"
)


class Wanted(NamedTuple):
    """Which deliveries of a webhook; times in microseconds, `until` exclusive."""

    webhook_id: int
    status: Status
    since: int
    until: int


class Step(NamedTuple):
    """What one step did: how many deliveries of which webhook are pending now."""

    webhook_id: int
    queued: int


def count(connection: sqlite3.Connection, wanted: Wanted) -> int:
    """How many deliveries match now."""
    row = connection.execute(f"SELECT count(*) {_MATCHING}", (*wanted, 0, _last(connection)))
    return int(row.fetchone()[0])


def start(connection: sqlite3.Connection, wanted: Wanted, matching: int) -> None:
    """Note a replay; what comes after this moment is no part of it."""
    connection.execute(
        "INSERT INTO replays (webhook_id, status, since, until, position, last, remaining)"
        " VALUES (?, ?, ?, ?, 0, ?, ?)",
        (*wanted, _last(connection), matching),
    )


def step(connection: sqlite3.Connection, now: int, limit: int) -> Step | None:
    """Let the next deliveries of the oldest replay become pending; None when nothing is left."""
    job = connection.execute(
        "SELECT id, webhook_id, status, since, until, position, last FROM replays"
        " ORDER BY id LIMIT 1"
    ).fetchone()
    if job is None:
        return None
    replay_id, webhook_id, status, since, until, position, last = job
    rows = connection.execute(
        f"SELECT id {_MATCHING} ORDER BY id LIMIT ?",
        (webhook_id, status, since, until, position, last, limit),
    ).fetchall()
    taken = [row[0] for row in rows]
    if len(taken) < limit:
        connection.execute("DELETE FROM replays WHERE id = ?", (replay_id,))
    else:
        connection.execute(
            "UPDATE replays SET position = ?, remaining = max(remaining - ?, 0) WHERE id = ?",
            (taken[-1], len(taken), replay_id),
        )
    connection.execute(
        "UPDATE deliveries SET status = 'pending', next_retry_at = ?, reason = NULL"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (now, json.dumps(taken)),
    )
    moved = Counter({(webhook_id, status): -len(taken)})
    moved[webhook_id, Status.PENDING.value] += len(taken)
    deliveries.add_counts(connection, moved)
    return Step(webhook_id, len(taken))


def _last(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT coalesce(max(id), 0) FROM deliveries").fetchone()
    return int(row[0])
