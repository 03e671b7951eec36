"""What a person does about one delivery: retry, send, test, cancel (contract §4)."""

from bedolaga_events.errors import Conflict, NotFound
from bedolaga_events.model import Delivery, Event, Status
from bedolaga_events.store import deliveries, events, moving, webhooks
from bedolaga_events.store.transaction import Transaction


def retry(transaction: Transaction, webhook_id: int, delivery_id: int) -> Delivery:
    """Send a delivery again now, whatever its status; its schedule begins anew.

    While an automatic retry is pending this takes its place; while an attempt is out, it comes
    after that one. Attempts go on counting.

    Raises:
        NotFound: the webhook has no such delivery.
    """
    return _again(transaction, deliveries.get(transaction.connection, webhook_id, delivery_id))


def send(transaction: Transaction, event_id: int, webhook_id: int) -> Delivery:
    """Send an event to a webhook that a person chose, subscribed to it or not.

    A delivery that is there already is sent again; there is never a second one.

    Raises:
        NotFound: there is no such event, or no such webhook.
    """
    connection = transaction.connection
    event = events.get(connection, event_id)
    if event is None:
        raise NotFound(f"There is no event {event_id}.")
    webhooks.get(connection, webhook_id)
    made = deliveries.of_event(connection, event_id)
    there = next((one for one in made if one.webhook_id == webhook_id), None)
    if there is not None:
        return _again(transaction, there)
    return _first(transaction, webhook_id, event)


def test(transaction: Transaction, webhook_id: int, event_type: str, payload: str) -> Delivery:
    """Send a payload that is marked as a test, once.

    Raises:
        NotFound: there is no such webhook.
    """
    webhooks.get(transaction.connection, webhook_id)
    now = transaction.now
    return _first(transaction, webhook_id, Event(0, event_type, payload, now, now))


def cancel(transaction: Transaction, webhook_id: int, delivery_id: int) -> Delivery:
    """Give up a pending delivery.

    Raises:
        NotFound: the webhook has no such delivery.
        Conflict: it is not pending.
    """
    delivery = deliveries.get(transaction.connection, webhook_id, delivery_id)
    if delivery.status is not Status.PENDING:
        raise Conflict(f"Delivery {delivery_id} is not pending: it is {delivery.status}.")
    moving.give_up(transaction.connection, webhook_id, [delivery_id])
    return _told(transaction, webhook_id, delivery_id)


def _again(transaction: Transaction, delivery: Delivery) -> Delivery:
    found = {delivery.id: delivery.status}
    moving.ask_again(transaction.connection, delivery.webhook_id, found, transaction.now)
    transaction.committed.urgent.add(delivery.id)
    return _told(transaction, delivery.webhook_id, delivery.id)


def _told(transaction: Transaction, webhook_id: int, delivery_id: int) -> Delivery:
    after = deliveries.get(transaction.connection, webhook_id, delivery_id)
    transaction.committed.deliveries.append(after)
    return after


def _first(transaction: Transaction, webhook_id: int, event: Event) -> Delivery:
    """A delivery to be sent at once; the event of a test is none that has an id."""
    draft = Delivery(
        id=0,
        webhook_id=webhook_id,
        event_id=event.id or None,
        event_type=event.type,
        payload=event.payload,
        event_time=event.timestamp,
        status=Status.PENDING,
        attempt_number=0,
        created_at=transaction.now,
        delivered_at=None,
        next_retry_at=transaction.now,
        is_test=not event.id,
    )
    delivery_id = moving.insert_one(transaction.connection, draft)
    transaction.committed.urgent.add(delivery_id)
    return _told(transaction, webhook_id, delivery_id)
