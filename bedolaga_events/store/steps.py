"""Work through many rows, a few in each transaction: a million of them hold up nobody.

What is begun stands in a table, so a restart goes on with it. Each kind is one function that does
the next few rows; those that have work left take turns.
"""

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from bedolaga_events.model import Status
from bedolaga_events.numbers import hour_of
from bedolaga_events.store import history, moving, retention, webhooks
from bedolaga_events.store.transaction import Transaction
from bedolaga_events.times import DAY

AT_ONCE = 500  # rows in one transaction
EVER = 2**63 - 1  # microseconds: what is there when a replay begins, whatever the clock says


class Replay(NamedTuple):
    """Which deliveries of a webhook are to be sent again; microseconds, `until` exclusive."""

    webhook_id: int
    status: str  # a Status, or history.UNDELIVERED
    since: int
    until: int


class _Work(NamedTuple):
    id: int
    kind: str
    webhook_id: int
    status: str
    since: int
    until: int
    max_bytes: int | None
    position: int
    last: int


class _Done(NamedTuple):
    """What a step did: how many rows, and up to which id (None: nothing is left)."""

    rows: int
    position: int | None


_COLUMNS = ", ".join(_Work._fields)


def count(connection: sqlite3.Connection, wanted: Replay) -> int:
    """How many deliveries a replay would send now."""
    matching, values = _matching(wanted, 0, _last(connection))
    return int(connection.execute(f"SELECT count(*) {matching}", values).fetchone()[0])


def replay(transaction: Transaction, wanted: Replay, matching: int) -> int:
    """Begin to send all matching deliveries again; returns the work's id.

    Raises:
        NotFound: there is no such webhook.
    """
    webhooks.get(transaction.connection, wanted.webhook_id)
    return _begin(transaction, "replay", **wanted._asdict(), remaining=matching)


def cancel(transaction: Transaction, webhook_id: int) -> int:
    """Begin to give up all that is pending of a webhook now; its replays end at once.

    Raises:
        NotFound: there is no such webhook.
    """
    webhooks.get(transaction.connection, webhook_id)
    _end(transaction, "kind = 'replay' AND webhook_id = ?", webhook_id)
    return _begin(transaction, "cancel", webhook_id=webhook_id)


def delete(transaction: Transaction, webhook_id: int) -> int:
    """Begin to delete a webhook with its deliveries; it is inactive from now on.

    Raises:
        NotFound: there is no such webhook.
    """
    values = {"is_active": False}
    webhook = webhooks.update(transaction.connection, webhook_id, values, transaction.now)
    transaction.committed.webhooks.append(webhook)
    return _begin(transaction, "delete", webhook_id=webhook_id)


def retain(
    transaction: Transaction, now: int, days: float | None, max_bytes: int | None
) -> list[int]:
    """Begin to let go of what is too old, then of the oldest while too much is in use.

    Args:
        now: the time that is believed, in microseconds.
        days: that are kept; None: for ever.
        max_bytes: that may be in use; None: no limit.

    Returns:
        The ids of the work.
    """
    retention.prune_hours(transaction.connection, hour_of(now))
    begun = [] if days is None else [prune(transaction, now - round(days * DAY))]
    return begun if max_bytes is None else [*begun, prune(transaction, now, max_bytes)]


def prune(transaction: Transaction, until: int, max_bytes: int | None = None) -> int:
    """Begin to let go of what is older than a moment; what is under way goes on up to there.

    Args:
        until: microseconds.
        max_bytes: of the events alone, and only while more bytes than these are in use.
    """
    row = transaction.connection.execute(
        "UPDATE steps SET until = max(until, ?), max_bytes = ? WHERE kind = 'prune'"
        " AND (max_bytes IS NULL) = ? RETURNING id",
        (until, max_bytes, max_bytes is None),
    ).fetchone()
    if row is not None:
        return int(row[0])
    return _begin(transaction, "prune", until=until, max_bytes=max_bytes)


def step(transaction: Transaction, after: int) -> int | None:
    """Do some of the work that follows `after`, in turns.

    Args:
        after: the id of the work that had the last turn.

    Returns:
        The id of the work that had this turn; None when there is none.
    """
    row = transaction.connection.execute(
        "SELECT id FROM steps ORDER BY id <= ?, id LIMIT 1", (after,)
    ).fetchone()
    if row is not None:
        advance(transaction, row[0])
    return row and int(row[0])


def advance(transaction: Transaction, work_id: int) -> bool:
    """Do some of one piece of work; returns whether there is more to do."""
    connection = transaction.connection
    row = connection.execute(f"SELECT {_COLUMNS} FROM steps WHERE id = ?", (work_id,)).fetchone()
    if row is None:
        return False
    work = _Work(*row)
    done = _KINDS[work.kind](transaction, work)
    connection.execute(
        "UPDATE steps SET moved = moved + ?, remaining = max(remaining - ?, 0),"
        " position = coalesce(?, position) WHERE id = ?",
        (done.rows, done.rows, done.position, work_id),
    )
    if done.position is None:
        _end(transaction, "id = ?", work_id)
        if work.kind == "delete":
            _forget(transaction, work.webhook_id)
    return done.position is not None


def _begin(transaction: Transaction, kind: str, **values: object) -> int:
    connection = transaction.connection
    row = {"kind": kind, "last": _last(connection), **values}
    cursor = connection.execute(
        f"INSERT INTO steps ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    assert cursor.lastrowid is not None
    transaction.committed.begun = True
    return cursor.lastrowid


def _end(transaction: Transaction, condition: str, value: int) -> None:
    """Work that is over is gone from the table; whoever waits for it learns how much it moved."""
    gone = transaction.connection.execute(
        f"DELETE FROM steps WHERE {condition} RETURNING id, moved", (value,)
    )
    transaction.committed.ended |= dict(gone.fetchall())


def _replay(transaction: Transaction, work: _Work) -> _Done:
    wanted = Replay(work.webhook_id, work.status, work.since, work.until)
    matching, values = _matching(wanted, work.position, work.last)
    query = f"SELECT id, status {matching} ORDER BY id LIMIT ?"
    rows = transaction.connection.execute(query, (*values, AT_ONCE))
    found = {delivery_id: Status(status) for delivery_id, status in rows}
    moving.ask_again(transaction.connection, work.webhook_id, found, transaction.now)
    transaction.committed.stale.add(work.webhook_id)
    return _done(list(found))


def _matching(wanted: Replay, after: int, last: int) -> tuple[str, tuple[object, ...]]:
    """What a replay sends of the ids behind `after`: the end of a query, and its values."""
    state = "is_undelivered" if wanted.status == history.UNDELIVERED else "status = ?"
    where = f"FROM deliveries WHERE webhook_id = ? AND {state} AND created_at >= ?"
    values = [one for one in wanted if one != history.UNDELIVERED]
    return f"{where} AND created_at < ? AND id > ? AND id <= ?", (*values, after, last)


def _cancel(transaction: Transaction, work: _Work) -> _Done:
    ids = _ids(
        transaction,
        "SELECT id FROM deliveries WHERE webhook_id = ? AND status = 'pending'"
        " AND id > ? AND id <= ? ORDER BY id LIMIT ?",
        (work.webhook_id, work.position, work.last),
    )
    moving.give_up(transaction.connection, work.webhook_id, ids)
    transaction.committed.stale.add(work.webhook_id)
    return _done(ids)


def _delete(transaction: Transaction, work: _Work) -> _Done:
    rows = moving.delete_some(transaction.connection, work.webhook_id, AT_ONCE)
    return _Done(rows, None if rows < AT_ONCE else work.position)


def _forget(transaction: Transaction, webhook_id: int) -> None:
    _end(transaction, "webhook_id = ?", webhook_id)
    webhooks.delete(transaction.connection, webhook_id)
    transaction.committed.deleted_webhooks.append(webhook_id)


def _prune(transaction: Transaction, work: _Work) -> _Done:
    found = work.until, work.position, work.max_bytes
    return _Done(0, retention.step(transaction.connection, *found, AT_ONCE))


_KINDS: dict[str, Callable[[Transaction, _Work], _Done]] = {
    "replay": _replay,
    "cancel": _cancel,
    "delete": _delete,
    "prune": _prune,
}


def _ids(transaction: Transaction, query: str, values: tuple[object, ...]) -> list[int]:
    return [row[0] for row in transaction.connection.execute(query, (*values, AT_ONCE))]


def _done(ids: list[int]) -> _Done:
    return _Done(len(ids), ids[-1] if len(ids) == AT_ONCE else None)


def _last(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT coalesce(max(id), 0) FROM deliveries").fetchone()
    return int(row[0])
