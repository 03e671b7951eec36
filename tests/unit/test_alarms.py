"""When `delivery.turns` looks at which lane: ten thousand of them cost no more than ten."""

from bedolaga_events.committed import Committed
from bedolaga_events.delivery.lane import Lane
from bedolaga_events.delivery.starts import Found
from bedolaga_events.delivery.turns import Turns
from bedolaga_events.times import SECOND
from tests.unit.turns_table import START, delivery_of, webhook_of


class Counted(Lane):
    """A lane that counts how often it is looked at."""

    looks = 0

    def wants_more(self, now: int) -> bool:
        Counted.looks += 1
        return super().wants_more(now)


def test_a_lane_is_looked_at_when_its_own_time_has_come() -> None:
    """With ten thousand webhooks, each that is made or has a retry must not cost a look at all."""
    turns = Turns(8, 4)
    for number in range(1, 1_001):
        turns.lanes[number] = Counted(webhook_of(number), 4)
        turns.hear(Committed(START, webhooks=[webhook_of(number)]), START)
        for lane in turns.look(START):
            turns.fill(lane, Found((), is_all=True), START)
    assert Counted.looks <= 3_000
    later = delivery_of(1, 7, next_retry_at=START + 5 * SECOND)
    turns.hear(Committed(START, deliveries=[later]), START)
    assert turns.wait(START) == 5
    Counted.looks = 0
    assert turns.look(START + 5 * SECOND) == [turns.lanes[7]]
    assert Counted.looks <= 3


def test_alarms_that_came_earlier_leave_nothing_behind() -> None:
    """A webhook that fails for days is put off again and again."""
    turns = Turns(8, 4)
    lane = turns.place(webhook_of(1))
    for second in range(2_000):
        now = START + second * SECOND
        for hungry in turns.look(now):
            turns.fill(hungry, Found((), is_all=True, following=SECOND), now)
        turns.hear(Committed(now, deliveries=[delivery_of(1, next_retry_at=now + SECOND)]), now)
        assert turns.wait(now) <= 1
    assert lane is turns.lanes[1]
    assert len(turns._alarms) < 100
