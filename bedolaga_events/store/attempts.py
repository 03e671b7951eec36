"""Every statement about attempts, and what the store is told of one."""

import json
import sqlite3
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple

from bedolaga_events.model import Attempt, Delivery, ErrorCode, Status, Webhook
from bedolaga_events.store.database import insert_rows

COLUMNS = (
    "a.number, a.started_at, a.duration_ms, a.error_code, a.error_message, a.response_status,"
    " a.response_headers, a.response_body, a.remote_address, a.request_headers"
)
_text = json.JSONEncoder(check_circular=False).encode  # pairs of texts cannot hold themselves
_INSERTED = "delivery_id, " + COLUMNS.replace("a.", "")
_STATE = ("status", "attempt_number", "delivered_at", "next_retry_at", "reason", "schedule_from")
_SET_STATE = ", ".join(f"{name} = value ->> {place}" for place, name in enumerate(_STATE, 1))
_state = attrgetter("id", *_STATE)


class Record(NamedTuple):
    """An attempt to be stored, and what was decided after it."""

    delivery: Delivery  # as it was before the attempt
    attempt: Attempt
    status: Status
    retry_in: int | None = None  # microseconds, if it is to be made again
    deactivate: str | None = None  # why the webhook is to be deactivated
    warn: int | None = None  # percent of the time until then
    sent_to: tuple[object, ...] | None = None  # `Webhook.destination`, as it was
    unless_moved: "Record | None" = None  # else this is what is to be stored

    def about(self, webhook: Webhook) -> "Record":
        """What holds of the webhook as it is now; what an old receiver said stops no new one."""
        if self.deactivate is None or self.sent_to == webhook.destination:
            return self
        return self.unless_moved or self._replace(deactivate=None)

    def after(self, before: "State", now: int) -> Delivery:
        """The delivery as it is once the attempt is stored.

        What was cancelled while its request was out stays so, unless the receiver took it. What a
        person asked for meanwhile comes after this one, whatever its outcome.
        """
        number = self.attempt.number
        reached = before.delivered_at or (now if self.attempt.succeeded else None)
        after = self.delivery._replace(
            status=self.status,
            attempt_number=number,
            delivered_at=reached,
            next_retry_at=None if self.retry_in is None else now + self.retry_in,
            last=self.attempt,
            reason=None,
            asked=before.asked,
        )
        if before.status is not Status.PENDING and not self.attempt.succeeded:
            return after._replace(status=before.status, next_retry_at=None, reason=before.reason)
        if before.status is Status.PENDING and before.asked > self.delivery.asked:
            due = before.next_retry_at
            return after._replace(status=Status.PENDING, next_retry_at=due, schedule_from=number)
        return after


class State(NamedTuple):
    """Where a delivery stands."""

    status: Status
    reason: str | None
    delivered_at: int | None
    next_retry_at: int | None
    asked: int


def store(connection: sqlite3.Connection, made: Iterable[tuple[Delivery, Attempt]]) -> None:
    """Store attempts and where their deliveries stand after them."""
    made = list(made)
    rows = [
        (
            delivery.id,
            one.number,
            one.started_at,
            one.duration_ms,
            one.error_code and one.error_code.value,
            one.error_message,
            one.response_status,
            _text(one.response_headers),
            one.response_body,
            one.remote_address,
            _text(one.request_headers),
        )
        for delivery, one in made
    ]
    insert_rows(connection, f"INSERT INTO attempts ({_INSERTED})", rows)
    connection.execute(
        f"UPDATE deliveries SET {_SET_STATE} FROM json_each(?) WHERE deliveries.id = value ->> 0",
        (json.dumps([_state(delivery) for delivery, _ in made]),),
    )


def of_delivery(connection: sqlite3.Connection, delivery_id: int) -> list[Attempt]:
    """Every attempt of a delivery, oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM attempts a WHERE delivery_id = ? ORDER BY number", (delivery_id,)
    )
    return [from_row(row) for row in rows]


def from_row(row: tuple[Any, ...]) -> Attempt:
    """An attempt from the values of `COLUMNS`."""
    number, started_at, duration, code, message, status, headers, body, address, sent = row
    return Attempt(
        number,
        started_at,
        duration,
        ErrorCode(code) if code else None,
        message,
        status,
        _pairs(headers),
        body,
        address,
        _pairs(sent),
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))
