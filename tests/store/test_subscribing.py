"""`store.subscribing`: webhooks, their secrets and headers as verbs, without HTTP."""

import sqlite3
from typing import Any

import pytest

from bedolaga_events.errors import Conflict, Unprocessable
from bedolaga_events.model import Webhook
from bedolaga_events.store import mending, subscribing, webhooks
from bedolaga_events.store.vault import Vault
from bedolaga_events.wire import MASK
from tests.conftest import Clock
from tests.store.conftest import Store

HOUR = 3_600_000_000  # microseconds
VAULT = Vault(b"k" * 32)
GIVEN = {"name": "CRM", "url": "http://example.com/", "event_types": ["*"]}


async def create(store: Store, **given: Any) -> Webhook:
    made: Webhook = await store.change(subscribing.create, VAULT, {**GIVEN, **given})
    return made


async def update(store: Store, **given: Any) -> Webhook:
    changed = await store.change(subscribing.update, VAULT, 1, given)
    assert changed.webhook == await store.hook()
    return Webhook(*(getattr(changed.webhook, name) for name in Webhook._fields))


async def rotate(store: Store, secret: str, hours: float) -> int | None:
    overlap = round(hours * HOUR)
    until: int | None = await store.change(
        lambda it: subscribing.rotate(it, VAULT, 1, secret, overlap, it.now)
    )
    return until


async def signing(store: Store, now: int) -> list[str]:
    """The secrets that sign at a moment, newest first."""
    found = (await store.hook()).secrets
    return [VAULT.open(box) for box, until in found if until is None or until > now]


async def test_every_old_secret_signs_until_its_own_end(store: Store, clock: Clock) -> None:
    """However often it is rotated meanwhile (D12)."""
    await create(store, secret="first")
    first_end = await rotate(store, "second", 24)
    second_end = await rotate(store, "third", 1)
    assert first_end is not None
    assert second_end is not None
    assert await signing(store, clock()) == ["third", "second", "first"]
    assert await signing(store, second_end) == ["third", "first"]
    assert await signing(store, first_end) == ["third"]


async def test_a_rotation_without_overlap_ends_only_the_one_before(
    store: Store, clock: Clock
) -> None:
    """What was promised to the others stands."""
    await create(store, secret="first")
    await rotate(store, "second", 24)
    assert await rotate(store, "third", 0) is None
    assert await signing(store, clock()) == ["third", "first"]


async def test_at_most_five_sign_at_once(store: Store, clock: Clock) -> None:
    """One more is refused and changes nothing; when one has ended there is room again."""
    await create(store, secret="0")
    for number in range(1, 5):
        await rotate(store, str(number), number)
    with pytest.raises(Conflict, match="5 secrets"):
        await rotate(store, "5", 1)
    assert await signing(store, clock()) == ["4", "3", "2", "1", "0"]
    clock.advance(3601)
    await rotate(store, "5", 1)
    assert await signing(store, clock()) == ["5", "4", "3", "2", "1"]


async def test_a_secret_set_by_hand_stands_alone(store: Store, clock: Clock) -> None:
    """The old ones sign no more; None removes it, and one that had none begins with a rotation."""
    await create(store, secret="first")
    await rotate(store, "second", 24)
    assert (await update(store, secret="third")).has_secret
    assert await signing(store, clock()) == ["third"]
    assert not (await update(store, secret=None)).has_secret
    assert await rotate(store, "fourth", 24) is None
    assert await signing(store, clock()) == ["fourth"]


async def test_masked_headers_keep_their_values(store: Store) -> None:
    """By name in any case; what was never there has no value to keep."""
    await create(store, headers={"Authorization": "Bearer x", "X-Old": "1"})
    before = (await store.hook()).headers_box
    same = await update(store, headers={"authorization": MASK, "X-Old": MASK, "X-New": "2"})
    kept = {"authorization": "Bearer x", "X-Old": "1", "X-New": "2"}
    assert subscribing.headers_of(VAULT, same) == kept
    assert same.headers_box != before
    with pytest.raises(Unprocessable, match="masked"):
        await update(store, headers={"X-Other": MASK})
    assert (await update(store, headers={})).headers_box is None


@pytest.mark.parametrize(
    ("given", "is_new"),
    [
        ({"url": "http://example.com/other"}, True),
        ({"secret": "another"}, True),
        ({"headers": {"X-A": "2"}}, True),
        ({"url": "http://example.com/", "headers": {"X-A": MASK}, "name": "x"}, False),
        ({"description": "x", "max_per_minute": 5}, False),
    ],
)
async def test_the_clock_that_disables_starts_anew_with_a_new_receiver(
    store: Store, clock: Clock, given: dict[str, Any], is_new: bool
) -> None:
    """Not with what was sent back unchanged; what a person is shown does not move."""
    await create(store, secret="s", headers={"X-A": "1"})
    await store.append("user.created", user_id=1)
    await store.attempt(await store.delivery(), clock(), 503)
    failing = await store.hook()
    changed = await update(store, **given)
    assert changed.patience_since == (None if is_new else failing.patience_since)
    assert changed.failing_since == failing.failing_since is not None


async def test_activating_tells_how_many_were_skipped(store: Store) -> None:
    """Since it was switched off; nothing when it was active already."""
    await create(store)
    assert (await store.change(subscribing.update, VAULT, 1, {"is_active": True})).skipped is None
    await store.change(subscribing.update, VAULT, 1, {"is_active": False})
    await store.append("user.created", user_id=1)
    await store.append("user.created", user_id=2)
    on = await store.change(subscribing.update, VAULT, 1, {"is_active": True})
    assert (on.skipped, on.webhook.is_active) == (2, True)


async def test_another_key_opens_every_box(store: Store, clock: Clock) -> None:
    """`rotate-key` takes each secret and the headers along."""
    await create(store, secret="first", headers={"X-A": "1"})
    await rotate(store, "second", 24)
    other = Vault(b"n" * 32)
    count = await store.change(
        lambda it: webhooks.reseal(it.connection, lambda box: other.seal(VAULT.open(box)))
    )
    assert count == 3
    hook = await store.hook()
    assert [other.open(one.box) for one in hook.secrets] == ["second", "first"]
    assert subscribing.headers_of(other, hook) == {"X-A": "1"}


async def test_another_key_opens_a_secret_url(store: Store) -> None:
    """Of a chat whose URL is its key; its masked form stays."""
    url = "https://discord.com/api/webhooks/1/KEY-of-the-channel"
    await create(store, format="discord", url=url)
    other = Vault(b"n" * 32)
    count = await store.change(
        lambda it: webhooks.reseal(it.connection, lambda box: other.seal(VAULT.open(box)))
    )
    hook = await store.hook()
    assert hook.url_box is not None
    assert (count, hook.url) == (1, "https://discord.com/api/w••••••")
    assert other.open(hook.url_box) == url


async def test_a_deleted_webhook_leaves_no_secret(store: Store) -> None:
    """Nor anything else that hangs on it."""
    await create(store, secret="first")
    await store.change(mending.test, 1, "user.created", "{}")
    await store.change(lambda it: webhooks.delete(it.connection, 1))
    for table in ("webhook_secrets", "deliveries", "delivery_counts"):
        found = await store.database.read(_count, table)
        assert found == (0,), table


def _count(connection: sqlite3.Connection, table: str) -> tuple[int]:
    found: tuple[int] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return found
