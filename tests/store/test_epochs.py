"""`store.epochs`: an event's `webhook-id` stays what it is, through a restore too."""

from bedolaga_events.store import epochs
from tests.store.conftest import Store


async def test_an_event_keeps_the_epoch_under_which_it_was_committed(store: Store) -> None:
    """A new epoch begins with the next event; the older ones are as they were."""
    first = store.database.uid
    await store.append("user.created", user_id=1)
    await store.append("user.created", user_id=2)
    second = await store.change(lambda it: epochs.begin(it.connection))
    found = await store.database.read(epochs.read)
    assert [found.of(number) for number in (1, 2, 3, 4)] == [first, first, second, second]
    assert (found.present, found.of(None)) == (second, second)


async def test_of_epochs_without_an_event_the_last_one_counts(store: Store) -> None:
    """Restored twice in a row: no id was given under the one in between."""
    first = store.database.uid
    await store.append("user.created", user_id=1)
    for _ in range(2):
        last = await store.change(lambda it: epochs.begin(it.connection))
    found = await store.database.read(epochs.read)
    assert (found.of(1), found.of(2)) == (first, last)
