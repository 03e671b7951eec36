"""Every statement about webhooks."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from bedolaga_events.errors import NotFound
from bedolaga_events.model import Status, Webhook

_NAMES = tuple(field.name for field in fields(Webhook))
_COLUMNS = ", ".join(_NAMES)
_BLOBS = frozenset({"secret_box", "old_secret_box", "headers_box"})
_AS_JSON = ", ".join(f"hex({name})" if name in _BLOBS else name for name in _NAMES)


@dataclass(frozen=True, slots=True)
class WebhookFilter:
    """Which webhooks a list shows; `q` is looked for in name, URL and description."""

    event_type: str | None = None
    is_active: bool | None = None
    q: str | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What the transaction of an event needs to know of a webhook."""

    id: int
    event_type: str
    is_active: bool


def subscribers(connection: sqlite3.Connection) -> list[Subscriber]:
    """Every webhook, as the transaction of an event sees it; one step, so one turn at the GIL."""
    row = connection.execute(
        "SELECT json_group_array(json_array(id, event_type, is_active)) FROM webhooks"
    ).fetchone()
    return [Subscriber(webhook_id, kind, bool(on)) for webhook_id, kind, on in json.loads(row[0])]


def get(connection: sqlite3.Connection, webhook_id: int) -> Webhook:
    """One webhook.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM webhooks WHERE id = ?", (webhook_id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no webhook {webhook_id}.")
    return _webhook(row)


def everything(connection: sqlite3.Connection) -> list[Webhook]:
    """All webhooks, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM webhooks ORDER BY id")
    return [_webhook(row) for row in rows]


def page(connection: sqlite3.Connection, wanted: WebhookFilter) -> tuple[list[Webhook], int]:
    """One page of webhooks, newest first, and how many match in all."""
    where, values = ["1"], list[object]()
    if wanted.event_type is not None:
        where.append("event_type = ?")
        values.append(wanted.event_type)
    if wanted.is_active is not None:
        where.append("is_active = ?")
        values.append(wanted.is_active)
    if wanted.q:
        where.append(
            "instr(casefold(name || char(10) || url || char(10) || coalesce(description, '')), ?)"
        )
        values.append(wanted.q.casefold())
    matching = f"FROM webhooks WHERE {' AND '.join(where)}"
    rows = connection.execute(
        f"SELECT {_COLUMNS} {matching} ORDER BY id DESC LIMIT ? OFFSET ?",
        (*values, wanted.limit, wanted.offset),
    ).fetchall()
    total = connection.execute(f"SELECT count(*) {matching}", values).fetchone()[0]
    return [_webhook(row) for row in rows], total


def insert(connection: sqlite3.Connection, values: Mapping[str, object], now: int) -> Webhook:
    """Create a webhook of the given columns."""
    row = {"is_active": True, **values, "created_at": now, "updated_at": now}
    if not row["is_active"]:
        row["inactive_since"] = now
    cursor = connection.execute(
        f"INSERT INTO webhooks ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    assert cursor.lastrowid is not None
    return get(connection, cursor.lastrowid)


def update(
    connection: sqlite3.Connection, webhook_id: int, values: Mapping[str, object], now: int
) -> Webhook:
    """Change the given columns; (de)activating starts or ends the time of skipping.

    Raises:
        NotFound: there is none with this id.
    """
    before = get(connection, webhook_id)
    row = dict(values)
    if row.get("is_active") is True and not before.is_active:
        row |= {"inactive_since": None, "disabled_reason": None, "failing_since": None}
    if row.get("is_active") is False and before.is_active:
        row |= {"inactive_since": now}
    row["updated_at"] = now
    connection.execute(
        f"UPDATE webhooks SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?",
        (*row.values(), webhook_id),
    )
    return get(connection, webhook_id)


def delete(connection: sqlite3.Connection, webhook_id: int) -> None:
    """Delete a webhook with its deliveries.

    Raises:
        NotFound: there is none with this id.
    """
    get(connection, webhook_id)
    connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook_id,))


def reseal(connection: sqlite3.Connection, change: Callable[[bytes], bytes]) -> int:
    """Replace every encrypted value by `change` of it; returns how many there were."""
    changed = 0
    for webhook in everything(connection):
        for column in sorted(_BLOBS):
            box = getattr(webhook, column)
            if box is not None:
                connection.execute(
                    f"UPDATE webhooks SET {column} = ? WHERE id = ?", (change(box), webhook.id)
                )
                changed += 1
    return changed


class Outcomes(NamedTuple):
    """What some attempts add to a webhook; times in microseconds."""

    webhook_id: int
    successes: int
    failures: int
    last_triggered_at: int
    recovered: bool  # one that is no test succeeded
    failing_since: int | None  # the first failure after that success


def record(connection: sqlite3.Connection, made: Sequence[Outcomes]) -> list[Webhook]:
    """Add attempts by outcome to their webhooks' counters; returns those webhooks."""
    connection.execute(
        "UPDATE webhooks SET success_count = success_count + (value ->> 1),"
        " failure_count = failure_count + (value ->> 2),"
        " last_triggered_at = max(coalesce(last_triggered_at, 0), value ->> 3),"
        " failing_since = CASE WHEN value ->> 4 THEN value ->> 5"
        " ELSE coalesce(failing_since, value ->> 5) END"
        " FROM json_each(?) WHERE webhooks.id = value ->> 0",
        (json.dumps(made),),
    )
    row = connection.execute(
        f"SELECT json_group_array(json_array({_AS_JSON})) FROM webhooks"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([one.webhook_id for one in made]),),
    ).fetchone()
    return [_webhook(map(_bytes_of_hex, _NAMES, one)) for one in json.loads(row[0])]


def stats(connection: sqlite3.Connection) -> dict[str, int | float]:
    """The numbers of GET /webhooks/stats (contract §4)."""
    total, active = connection.execute(
        "SELECT count(*), coalesce(sum(is_active), 0) FROM webhooks"
    ).fetchone()
    counts = dict.fromkeys(Status, 0) | dict(
        connection.execute("SELECT status, sum(value) FROM delivery_counts GROUP BY status")
    )
    finished = counts[Status.SUCCESS] + counts[Status.FAILED]
    return {
        "total_webhooks": total,
        "active_webhooks": active,
        "total_deliveries": sum(counts.values()),
        "successful_deliveries": counts[Status.SUCCESS],
        "failed_deliveries": counts[Status.FAILED],
        "pending_deliveries": counts[Status.PENDING],
        "skipped_deliveries": counts[Status.SKIPPED],
        "replaying_deliveries": _replaying(connection),
        "success_rate": round(100 * counts[Status.SUCCESS] / finished, 2) if finished else 0.0,
    }


def _replaying(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT coalesce(sum(remaining), 0) FROM replays").fetchone()
    return int(row[0])


def _bytes_of_hex(name: str, value: Any) -> Any:
    if name in _BLOBS:
        return bytes.fromhex(value) or None
    return value


def _webhook(row: Iterable[Any]) -> Webhook:
    values = dict(zip(_NAMES, row, strict=True))
    values["is_active"] = bool(values["is_active"])
    return Webhook(**values)
