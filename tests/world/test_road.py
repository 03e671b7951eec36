"""Deliveries through a world of silent names, swallowed packets and other people's TLS."""

import asyncio
import time
from functools import partial

import pytest

from tests.conftest import until
from tests.world import clocks
from tests.world.doors import RUSSIAN
from tests.world.names import Names
from tests.world.namespaces import World
from tests.world.receivers import FIRST, IPV6, NETWORKS, SECOND, SWALLOWED, Receiver, Receivers
from tests.world.shop import Shop
from tests.world.trust import Authority

ROAD = {"delivery__allowed_networks": NETWORKS, "delivery__retry_schedule": [60]}
SOON = 4.0  # seconds: below the five of a connect timeout, which a held-up delivery meets
TIMES = 10  # the shop's hour lasts six minutes
FOLLOWED = 120  # seconds until a changed record is followed at the latest


def got(event: int, *receivers: Receiver) -> bool:
    """Whether an event came to all of them."""
    return all(event in receiver.ids for receiver in receivers)


async def outcome(shop: Shop, webhook_id: int) -> dict[str, object]:
    """The webhook's newest delivery, when an attempt of it has ended."""

    async def ended() -> dict[str, object] | None:
        items = await shop.deliveries(webhook_id)
        return items[0] if items and items[0]["attempt_number"] else None

    return dict(await until(ended))


async def test_silent_names_hold_up_nobody_else(
    shop: Shop, names: Names, receivers: Receivers
) -> None:
    """Six name servers say nothing; a name, a literal address and the page wait for none (D3)."""
    by_name, by_literal = await receivers(FIRST), await receivers(SECOND)
    names.point("healthy.example", FIRST)
    silent = [f"silent-{number}.example" for number in range(6)]
    names.silent.update(silent)
    await shop.start(**ROAD)
    await asyncio.gather(*(shop.webhook(f"http://{name}/") for name in silent))
    await shop.webhook("http://healthy.example/")
    await shop.webhook(f"http://{SECOND}/")

    slowest = 0.0
    for _ in range(20):
        event = await shop.event()
        began = time.monotonic()
        async with shop.session.get(f"{shop.url}/") as page:
            assert page.status == 200
        await until(partial(got, event, by_name, by_literal))
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < SOON
    await shop.stop()  # nor does a look-up hold up the end


async def test_a_late_name_is_waited_for(shop: Shop, names: Names, receivers: Receivers) -> None:
    """A name that resolves within the connect timeout is delivered to, at the first attempt."""
    receiver = await receivers(FIRST)
    names.point("late.example", FIRST)
    names.late["late.example"] = 2.0
    await shop.start(**ROAD)
    webhook = await shop.webhook("http://late.example/")
    await shop.event()
    delivery = await outcome(shop, webhook)
    assert (delivery["status"], delivery["attempt_number"]) == ("success", 1)
    assert receiver.hosts == ["late.example"]


@pytest.mark.parametrize("first", [SWALLOWED[3:], SWALLOWED[:3], SWALLOWED], ids=["6", "4", "all"])
async def test_every_address_gets_its_chance(
    shop: Shop, names: Names, world: World, receivers: Receivers, first: tuple[str, ...]
) -> None:
    """Addresses that swallow packets stand before one that answers (D4)."""
    await receivers(FIRST)
    for address in first:
        world.swallows(address)
    names.point("half.example", *first, FIRST)
    await shop.start(**ROAD)
    webhook = await shop.webhook("http://half.example/")
    await shop.event()
    delivery = await outcome(shop, webhook)
    assert (delivery["status"], delivery["attempt_number"]) == ("success", 1)


async def test_a_changed_record_is_followed_under_traffic(
    shop: Shop, names: Names, receivers: Receivers
) -> None:
    """The old host still answers; within two minutes everything goes to the new one (D8)."""
    old, new = await receivers(FIRST), await receivers(SECOND)
    names.point("moving.example", FIRST)
    clocks.hurry(shop, TIMES)
    await shop.start(**ROAD)
    await shop.webhook("http://moving.example/")
    await shop.event()
    await until(lambda: old.ids)
    names.point("moving.example", SECOND)
    async with asyncio.timeout(FOLLOWED / TIMES):
        while not new.ids:
            await shop.event()
            await asyncio.sleep(0.05)
    before = len(old.ids)
    for _ in range(10):
        event = await shop.event()
        await until(partial(got, event, new))
    assert len(old.ids) == before


async def test_a_name_server_that_falls_silent_stops_nothing(
    shop: Shop, names: Names, receivers: Receivers
) -> None:
    """The last good answer stands in while a look-up hangs."""
    receiver = await receivers(FIRST)
    names.point("quiet.example", FIRST)
    clocks.hurry(shop, TIMES)
    await shop.start(**ROAD)
    webhook = await shop.webhook("http://quiet.example/")
    await until(partial(got, await shop.event(), receiver))
    names.silent.add("quiet.example")
    asked = names.asked.count("quiet.example")
    async with asyncio.timeout(FOLLOWED / TIMES):
        while names.asked.count("quiet.example") == asked:
            await until(partial(got, await shop.event(), receiver))
    for _ in range(5):
        await until(partial(got, await shop.event(), receiver))

    async def recorded() -> bool:
        return "pending" not in {one["status"] for one in await shop.deliveries(webhook)}

    await until(recorded)
    assert {one["attempt_number"] for one in await shop.deliveries(webhook)} == {1}


ADDRESSES = [
    ("http", f"[{IPV6}]", IPV6),
    ("http", "six.example", IPV6),
    ("http", RUSSIAN, FIRST),
    ("https", RUSSIAN, FIRST),
    ("https", RUSSIAN.encode("idna").decode(), FIRST),
    ("https", "tls.example", FIRST),
    ("https", "tls.example.", FIRST),
    ("https", FIRST, FIRST),
    ("https", f"[{IPV6}]", IPV6),
]


@pytest.mark.parametrize(("scheme", "host", "address"), ADDRESSES, ids=str)
async def test_a_receiver_at_any_kind_of_address(
    shop: Shop,
    names: Names,
    authority: Authority,
    receivers: Receivers,
    scheme: str,
    host: str,
    address: str,
) -> None:
    """IPv6, .рф in both spellings, a trailing dot: delivered, and known to TLS by its name."""
    name = host.strip("[]").rstrip(".")
    certificate = authority.certificate(name) if scheme == "https" else None
    receiver = await receivers(address, certificate)
    names.point(name, address)
    await shop.start(**ROAD, delivery__ca_file=authority.file)
    webhook = await shop.webhook(f"{scheme}://{host}/hook")
    await shop.event()
    delivery = await outcome(shop, webhook)
    assert (delivery["status"], delivery["error_message"]) == ("success", None)
    assert len(receiver.ids) == 1


@pytest.mark.parametrize("known", [True, False], ids=["wrong host", "unknown authority"])
async def test_a_certificate_that_proves_nothing_gets_nothing(
    shop: Shop, names: Names, authority: Authority, receivers: Receivers, known: bool
) -> None:
    """Another name's certificate, and one that nobody vouches for, are refused as `tls`."""
    name = "other.example" if known else "tls.example"
    receiver = await receivers(FIRST, authority.certificate(name))
    names.point("tls.example", FIRST)
    await shop.start(**ROAD, delivery__ca_file=authority.file if known else "")
    webhook = await shop.webhook("https://tls.example/")
    await shop.event()
    assert (await outcome(shop, webhook))["error_code"] == "tls"
    assert receiver.ids == []
