"""What attempts change: the deliveries' states, every count, their webhooks' health."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping

from bedolaga_events import health
from bedolaga_events.committed import Failing
from bedolaga_events.model import Delivery, Status, Webhook
from bedolaga_events.store import attempts, deliveries, hours, webhooks
from bedolaga_events.store.attempts import Record, State
from bedolaga_events.store.transaction import Transaction


def record(
    transaction: Transaction, records: list[Record], hooks: dict[int, Webhook]
) -> list[Status | None]:
    """Store attempts in the order in which they ended, with all that follows from them.

    Args:
        hooks: webhooks as the last transaction left them; they are left as this one does.

    Returns:
        Where each delivery stands; None if it is not there any more.
    """
    connection, now = transaction.connection, transaction.now
    before = deliveries.states(connection, [one.delivery.id for one in records])
    # A webhook may have been deleted while the request was out, and its deliveries with it.
    kept = [one for one in records if one.delivery.id in before]
    if not kept:
        return [None] * len(records)
    _learn(connection, hooks, {one.delivery.webhook_id for one in kept})
    kept = [one.about(hooks[one.delivery.webhook_id]) for one in kept]
    after = [one.after(before[one.delivery.id], now) for one in kept]
    attempts.store(connection, zip(after, (one.attempt for one in kept), strict=True))
    deliveries.add_counts(connection, _moved(after, before))
    hours.add_attempts(connection, ((one.delivery.webhook_id, one.attempt) for one in kept))
    transaction.committed.deliveries += after
    _tell_webhooks(transaction, kept, hooks)
    ends = {one.id: one.status for one in after}
    return [ends.get(one.delivery.id) for one in records]


def _moved(after: list[Delivery], before: Mapping[int, State]) -> Counter[tuple[int, str]]:
    """How many more, or fewer, stand where."""
    deltas: Counter[tuple[int, str]] = Counter()
    for one in after:
        deltas[one.webhook_id, before[one.id].status.value] -= 1
        deltas[one.webhook_id, one.status.value] += 1
    return deltas


def _learn(connection: sqlite3.Connection, hooks: dict[int, Webhook], wanted: set[int]) -> None:
    if unknown := wanted - hooks.keys():
        hooks |= {one.id: one for one in webhooks.some(connection, unknown)}


def _tell_webhooks(
    transaction: Transaction, records: list[Record], hooks: dict[int, Webhook]
) -> None:
    by_webhook: dict[int, list[Record]] = {}
    for made in records:
        by_webhook.setdefault(made.delivery.webhook_id, []).append(made)
    fares = [
        health.after(hooks[number], [(one.attempt, one.delivery.is_test) for one in its])
        for number, its in by_webhook.items()
    ]
    for webhook in webhooks.store_health(transaction.connection, fares):
        hooks[webhook.id] = _judge(transaction, webhook, by_webhook[webhook.id])


def _judge(transaction: Transaction, webhook: Webhook, records: list[Record]) -> Webhook:
    """Deactivate a webhook, or warn that it will be, when one of its attempts led to that."""
    committed = transaction.committed
    if moved := next((one.attempt.moved_to for one in records if one.attempt.moved_to), None):
        webhook = _move(transaction, webhook, *moved)
    reason = next((one.deactivate for one in records if one.deactivate), None)
    percent = max((one.warn for one in records if one.warn), default=None)
    if reason is not None and webhook.is_active:
        values = {"is_active": False, "disabled_reason": reason}
        webhook = webhooks.update(transaction.connection, webhook.id, values, transaction.now)
        committed.disabled.append(webhook)
    elif percent is not None:
        committed.failing.append(Failing(webhook, percent))
    committed.webhooks.append(webhook)
    return webhook


def _move(transaction: Transaction, webhook: Webhook, old: int | str, new: int) -> Webhook:
    """A chat has another id from now on, unless a person chose another chat meanwhile."""
    if webhook.options.get("chat_id") != old:
        return webhook
    values = {"options": json.dumps({**webhook.options, "chat_id": new})}
    return webhooks.update(transaction.connection, webhook.id, values, transaction.now)
