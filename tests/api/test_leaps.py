"""A wall clock that leaps: what it would delete or let expire is not believed for an hour."""

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.api.test_housekeeping import DAY, take, total
from tests.api.test_tokens import scoped
from tests.conftest import Clock, Receiver, Server, until

YEAR = 365 * DAY


class Leaping:
    """A wall clock that leaps, and elapsed time that does not."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.leap = 0.0  # seconds

    def wall(self) -> int:
        return self.clock() + round(self.leap * 1_000_000)


@pytest.fixture
def leaping(clock: Clock) -> Leaping:
    """It did not leap yet."""
    return Leaping(clock)


@pytest.fixture
async def leaper(starting: Callable[..., Any], leaping: Leaping, clock: Clock) -> Server:
    """A server whose wall clock may leap."""
    server: Server = await starting(now=leaping.wall, passed=clock)
    return server


async def test_a_year_forward_deletes_nothing_until_it_lasted_an_hour(
    leaper: Server, leaping: Leaping, clock: Clock
) -> None:
    """Neither events nor tokens; whoever signed in for a while stays; an alert tells of it."""
    made = await scoped(leaper, "read", expires_at="2026-03-15T11:00:00Z")
    code = await leaper.code()
    await leaper.event(user_id=1)
    leaping.leap = YEAR
    for name in ("retention", "used tokens", "time"):
        await take(leaper, name)
    assert (await leaper.call("GET", "/stats", token=made["token"])).status == 200
    assert (await leaper.call("POST", "/login", {"code": code}, token=None)).status == 201
    with capture_logs() as lines:
        await leaper.parts.alerts.look(leaper.parts.database)
    told = [str(line) for line in lines if line["event"] == "alert"]
    assert any("The clock leapt by +8760.0 h" in one for one in told), told
    assert await total(leaper) == 1
    clock.advance(3_600)
    await take(leaper, "retention")

    async def is_gone() -> bool:
        return await total(leaper) == 0

    await until(is_gone)
    assert (await leaper.call("GET", "/stats", token=made["token"])).status == 401


async def test_a_year_forward_and_back_loses_nothing(
    leaper: Server, leaping: Leaping, clock: Clock
) -> None:
    """Within the hour: as if it had not been."""
    await leaper.event(user_id=1)
    leaping.leap = YEAR
    await take(leaper, "retention")
    clock.advance(1_800)
    leaping.leap = 0
    await take(leaper, "retention")
    clock.advance(7_200)
    await take(leaper, "retention")
    assert await total(leaper) == 1
    assert leaper.parts.calendar.doubt == 0


async def test_an_hour_back_revives_no_token_and_no_code(
    leaper: Server, leaping: Leaping, clock: Clock
) -> None:
    """What expired stays expired."""
    made = await scoped(leaper, "read", expires_at="2026-01-15T11:00:00Z")
    code = await leaper.code()
    clock.advance(1_860)
    leaping.leap = -3_600
    assert (await leaper.call("GET", "/stats", token=made["token"])).status == 401
    assert (await leaper.call("POST", "/login", {"code": code}, token=None)).status == 401


@pytest.mark.parametrize(("days", "left"), [(0.5, 1), (400, 1)])
async def test_a_start_believes_no_long_rest_at_once(
    starting: Any, clock: Clock, days: float, left: int
) -> None:
    """Was it off for a year, or is the clock wrong? In an hour it is known."""
    server: Server = await starting()
    await server.event(user_id=1)
    await starting.stop()
    clock.advance(days * DAY)
    again: Server = await starting()
    await take(again, "retention")
    assert await total(again) == left
    clock.advance(3_600)
    await take(again, "retention")

    async def is_right() -> bool:
        return await total(again) == (0 if days > 30 else 1)

    await until(is_right)


async def test_a_leap_is_no_time_in_which_a_webhook_failed(
    leaper: Server, leaping: Leaping, clock: Clock, receiver: Receiver
) -> None:
    """It fails for an hour, the clock leaps by thirty: it has failed for an hour."""
    receiver.status = 500
    hook = await leaper.webhook(receiver.url)
    await leaper.event(user_id=1)

    def since() -> int | None:
        return leaper.parts.worker._turns.lanes[hook["id"]].webhook.patience_since

    before = await until(since)
    clock.advance(3_600)
    leaping.leap = 30 * 3_600
    await leaper.event(user_id=2)
    await until(lambda: since() != before)
    after = since()
    assert after is not None
    assert abs(after - before - 30 * 3_600 * 1_000_000) < 1_000_000


async def test_a_secret_that_was_rotated_out_ends_by_the_time_that_passes(
    leaper: Server, leaping: Leaping, clock: Clock, receiver: Receiver
) -> None:
    """A receiver that has not changed its secret yet is not locked out by a clock that leapt."""
    hook = await leaper.webhook(receiver.url, secret="old-secret")
    path = f"/webhooks/{hook['id']}/rotate-secret"
    leaping.leap = -YEAR  # or the overlap would end in the year that never was
    reply = await leaper.call("POST", path, {"overlap_hours": 0.5})
    assert reply.json["old_secret_until"].startswith("2026-01-15T11:00:")

    async def signatures(number: int) -> int:
        await leaper.event(user_id=number)
        await until(lambda: receiver.has(number))
        return len(receiver.requests[-1].headers["webhook-signature"].split(" "))

    for number, leap in enumerate((0.0, YEAR, -YEAR), 1):
        leaping.leap = leap
        assert await signatures(number) == 2
    clock.advance(1_801)
    assert await signatures(4) == 1
