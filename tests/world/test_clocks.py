"""Wall clocks that leap, forwards and backwards, while deliveries wait (D11, C14)."""

from datetime import datetime, timedelta

import pytest

from tests.conftest import until
from tests.world.clocks import WallClock
from tests.world.receivers import FIRST, NETWORKS, Receivers
from tests.world.shop import Shop

DAY = 86_400.0  # seconds


@pytest.fixture
def wall(shop: Shop) -> WallClock:
    """The shop's wall clock, right at first."""
    return WallClock(shop)


async def test_a_clock_set_back_delays_no_retry(
    shop: Shop, wall: WallClock, receivers: Receivers
) -> None:
    """A retry due in two seconds comes in two seconds, though the clock says an hour ago (C14)."""
    receiver = await receivers(FIRST)
    receiver.status = 503
    await shop.start(delivery__allowed_networks=NETWORKS, delivery__retry_schedule=[2])
    await shop.webhook(f"http://{FIRST}/")
    await shop.event()
    await until(lambda: receiver.ids)
    await wall.leap(-3_600)
    receiver.status = 200
    await until(lambda: len(receiver.ids) == 2)


async def test_six_days_asleep_disable_no_webhook(
    shop: Shop, wall: WallClock, receivers: Receivers
) -> None:
    """One failure, cancelled; the clock leaps by six days; the next 503 is retried (D11)."""
    receiver = await receivers(FIRST)
    receiver.status = 503
    await shop.start(delivery__allowed_networks=NETWORKS, delivery__retry_schedule=[60])
    webhook = await shop.webhook(f"http://{FIRST}/")
    await shop.event()
    await until(lambda: receiver.ids)
    await shop.call("POST", f"/webhooks/{webhook}/cancel")
    await wall.leap(6 * DAY)
    await shop.event()
    await until(lambda: len(receiver.ids) == 2)

    async def recorded() -> bool:
        return bool((await shop.deliveries(webhook))[0]["attempt_number"])

    await until(recorded)
    delivery = (await shop.deliveries(webhook))[0]
    assert delivery["status"] == "pending"
    assert (await shop.call("GET", f"/webhooks/{webhook}"))["is_active"] is True


async def test_a_leap_deletes_no_event_and_signs_nobody_out(shop: Shop, wall: WallClock) -> None:
    """A year forward and a year back, for a while: no token ends, none is forgotten."""
    await shop.start(retention__retention_days=30)
    await shop.event()
    made = await shop.call(
        "POST", "/tokens", {"name": "x", "scopes": ["read"], "expires_at": await in_days(shop, 60)}
    )
    for leap in (365 * DAY, -365 * DAY, 0.0):
        await wall.leap(leap)
        assert (await shop.call("GET", "/events"))["total"] == 1
        names = [one["name"] for one in (await shop.call("GET", "/tokens"))["items"]]
        assert made["name"] in names
        await shop.call("GET", "/stats", headers={"X-API-Key": made["token"]})


async def in_days(shop: Shop, days: int) -> str:
    """A moment by the shop's clock."""
    now = datetime.fromisoformat((await shop.call("GET", "/doctor"))["now"])
    return (now + timedelta(days=days)).isoformat()
