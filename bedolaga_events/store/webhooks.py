"""Every statement about webhooks."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from bedolaga_events.errors import NotFound
from bedolaga_events.model import ErrorCode, Format, LastError, SigningSecret, Status, Webhook

_NAMES = Webhook._fields
_SECRETS = (
    "(SELECT json_group_array(json_array(hex(box), until)) FROM"
    " (SELECT box, until FROM webhook_secrets WHERE webhook_id = webhooks.id ORDER BY id DESC))"
)
SEALED = (  # every encrypted column
    ("webhooks", "headers_box"),
    ("webhooks", "url_box"),
    ("webhook_secrets", "box"),
)
_HEALTH = (
    "success_count",
    "failure_count",
    "last_triggered_at",
    "failing_since",
    "patience_since",
    "last_success_at",
    "last_error",
)
_SET_HEALTH = ", ".join(f"{name} = value ->> {place}" for place, name in enumerate(_HEALTH, 1))
_health = attrgetter("id", *_HEALTH)
_JSON = ("event_types", "filter")  # columns
_COLUMNS = ", ".join(_SECRETS if name == "secrets" else name for name in _NAMES)


@dataclass(frozen=True, slots=True)
class WebhookFilter:
    """Which webhooks a list shows; `q` is looked for in name, URL and description."""

    event_type: str | None = None
    is_active: bool | None = None
    q: str | None = None
    limit: int = 50
    offset: int = 0


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


def all_webhooks(connection: sqlite3.Connection) -> list[Webhook]:
    """All webhooks, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM webhooks ORDER BY id")
    return [_webhook(row) for row in rows]


def page(connection: sqlite3.Connection, wanted: WebhookFilter) -> tuple[list[Webhook], int]:
    """One page of webhooks, newest first, and how many match in all."""
    where, values = ["1"], list[object]()
    if wanted.event_type is not None:
        where.append("? IN (SELECT value FROM json_each(event_types))")
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
    times = dict.fromkeys(("created_at", "updated_at", "wants_since"), now)
    row = {"is_active": True, **_columns(values), **times}
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
    row = _columns(values)
    if row.get("is_active") is True and not before.is_active:
        row |= {"inactive_since": None, "disabled_reason": None, "patience_since": None}
    if row.get("is_active") is False and before.is_active:
        row |= {"inactive_since": now}
    row["updated_at"] = now
    connection.execute(
        f"UPDATE webhooks SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?",
        (*row.values(), webhook_id),
    )
    return get(connection, webhook_id)


def delete(connection: sqlite3.Connection, webhook_id: int) -> None:
    """Delete a webhook; what is left of its deliveries goes with it."""
    connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook_id,))


def some(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Webhook]:
    """The webhooks of these ids that are there."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM webhooks WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return [_webhook(row) for row in rows]


def store_health(connection: sqlite3.Connection, changed: Sequence[Webhook]) -> list[Webhook]:
    """Write what attempts changed of webhooks (`health.after`).

    Returns:
        They as they are now: what is undelivered of them is counted by triggers.
    """
    undelivered = connection.execute(
        f"UPDATE webhooks SET {_SET_HEALTH} FROM json_each(?) WHERE webhooks.id = value ->> 0"
        " RETURNING id, undelivered",
        (json.dumps(list(map(_health, changed))),),
    )
    counts = dict(undelivered.fetchall())
    return [
        one if one.undelivered == counts[one.id] else one._replace(undelivered=counts[one.id])
        for one in changed
    ]


def move_patience(connection: sqlite3.Connection, leap: int) -> list[Webhook]:
    """The clock was set: nobody failed for longer by that; returns those that fail."""
    connection.execute("UPDATE webhooks SET patience_since = patience_since + ?", (leap,))
    rows = connection.execute(f"SELECT {_COLUMNS} FROM webhooks WHERE patience_since NOT NULL")
    return [_webhook(row) for row in rows]


def sealed(connection: sqlite3.Connection) -> list[bytes]:
    """Every encrypted value."""
    return [
        row[0]
        for table, column in SEALED
        for row in connection.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
    ]


def reseal(connection: sqlite3.Connection, change: Callable[[bytes], bytes]) -> int:
    """Replace every encrypted value by `change` of it; returns how many there were."""
    changed = 0
    for table, column in SEALED:
        found = connection.execute(
            f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL"
        ).fetchall()
        connection.executemany(
            f"UPDATE {table} SET {column} = ? WHERE id = ?",
            [(change(box), number) for number, box in found],
        )
        changed += len(found)
    return changed


def stats(connection: sqlite3.Connection) -> dict[str, int | float]:
    """The numbers of GET /webhooks/stats (contract §4)."""
    total, active, undelivered = connection.execute(
        "SELECT count(*), coalesce(sum(is_active), 0), coalesce(sum(undelivered), 0) FROM webhooks"
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
        "undelivered_deliveries": undelivered,
        "replaying_deliveries": _replaying(connection),
        "success_rate": round(100 * counts[Status.SUCCESS] / finished, 2) if finished else 0.0,
    }


def _columns(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: json.dumps(value) if name in _JSON and value is not None else value
        for name, value in values.items()
    }


def _replaying(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT coalesce(sum(remaining), 0) FROM steps").fetchone()
    return int(row[0])


def _webhook(row: Iterable[Any]) -> Webhook:
    values = dict(zip(_NAMES, row, strict=True))
    values["event_types"] = tuple(json.loads(values["event_types"]))
    values["is_active"] = bool(values["is_active"])
    values["accept_redirects"] = bool(values["accept_redirects"])
    values["format"] = Format(values["format"])
    values["options"] = json.loads(values["options"])
    if values["last_error"] is not None:
        code, *more = json.loads(values["last_error"])
        values["last_error"] = LastError(ErrorCode(code), *more)
    boxes = json.loads(values["secrets"])
    values["secrets"] = tuple(SigningSecret(bytes.fromhex(box), until) for box, until in boxes)
    return Webhook(**values)
