"""Who is next: the lanes take turns, and share what there is of places.

Pure, as `lane` is: the worker tells what happens and when, and asks `next` and `wait`.
"""

import math
from collections import deque
from heapq import heapify, heappop, heappush
from itertools import count

from bedolaga_events.committed import Committed
from bedolaga_events.delivery.lane import FAR, Lane
from bedolaga_events.delivery.starts import Found, Start
from bedolaga_events.model import Attempt, Webhook
from bedolaga_events.times import SECOND

LONGEST_WAIT = 60.0  # seconds
PROBES_A_SECOND = 200  # requests to receivers whose last one failed, all of them together
PROBES_AT_ONCE = 100
PROBES_TOGETHER = 10  # once they are short: recording one costs more than sending it
A_PROBE = SECOND // PROBES_A_SECOND  # microseconds until the next one


class Turns:
    """Every lane, and whose turn it is.

    Args:
        concurrency: requests that may be out in all.
        widest: of these, to one webhook; never more than half, be it the only one.
    """

    def __init__(self, concurrency: int, widest: int) -> None:
        self.lanes: dict[int, Lane] = {}
        self.flying = 0
        self.is_restless = True  # `wait` would say less than it did
        self._concurrency = concurrency
        self._half = max(1, concurrency // 2)
        self._widest = min(widest, self._half)
        self._ring: deque[Lane] = deque()
        self._doubtful = 0  # of those that fly
        self._probes = float(PROBES_AT_ONCE)  # requests that failing receivers may have now
        self._probed_at = 0  # when that was reckoned
        self._fewest = 1  # there must be for the next one
        self._until = 0  # when `wait` ends
        self._at_once: dict[Lane, None] = {}  # to be looked at
        self._alarms: list[tuple[int, int, Lane]] = []  # a heap: when to look at which lane
        self._numbers = count()  # lanes are not compared

    def place(self, webhook: Webhook) -> Lane:
        """A webhook is there, or was changed; `look` is owed to a new one."""
        lane = self.lanes.get(webhook.id)
        if lane is None:
            lane = self.lanes[webhook.id] = Lane(webhook, self._widest)
            self._at_once[lane] = None
        else:
            lane.change(webhook)
        return lane

    def hear(self, committed: Committed, now: int) -> None:
        """Take note of a commit: changed and deleted webhooks, new and changed deliveries."""
        touched = {self.place(webhook) for webhook in committed.webhooks}
        for webhook_id in committed.deleted_webhooks:
            if gone := self.lanes.pop(webhook_id, None):
                gone.close()
        touched |= self._told(committed, now)
        for webhook_id in committed.stale:
            if lane := self.lanes.get(webhook_id):
                lane.doubt()
                touched.add(lane)
        if committed.leap:
            for lane in self.lanes.values():
                lane.doubt()
            touched.update(self.lanes.values())
        for lane in touched:
            self._consider(lane, now)

    def look(self, now: int) -> list[Lane]:
        """Let lanes whose time has come take their turns.

        Returns:
            Those for which the table is to be read now; `fill` is owed to each.
        """
        hungry = []
        coming, self._at_once = self._at_once, {}
        while self._alarms and self._alarms[0][0] <= now:
            at, _, lane = heappop(self._alarms)
            if at == lane.alarm_at:
                lane.alarm_at = FAR
                coming[lane] = None
        for lane in coming:
            if lane.wants_more(now):
                lane.ask(now)
                hungry.append(lane)
            self._consider(lane, now)
        return hungry

    def fill(self, lane: Lane, found: Found | None, now: int) -> None:
        """What the table held for a lane; None if it could not be read."""
        lane.fill(found, now)
        self._consider(lane, now)

    def next(self, now: int) -> Lane | None:
        """The lane whose next delivery goes out now: one a turn, so that no queue holds up another.

        `start` is owed to it.
        """
        if self.flying >= self._concurrency:
            return None
        for _ in range(len(self._ring)):
            lane = self._ring.popleft()
            if not lane.can_start(now):
                lane.in_turn = False
                continue
            self._ring.append(lane)
            if self._trusts(lane, now):
                return lane
        return None

    def start(self, lane: Lane, now: int) -> Start:
        """The next delivery of a lane goes out; `land` is owed to it."""
        start = lane.start(now)
        self.flying += 1
        self._doubtful += start.doubtful
        self._consider(lane, now)
        return start

    def land(
        self, lane: Lane, start: Start, attempt: Attempt | None, now: int, pause: int = 0
    ) -> None:
        """A request ended, without an `attempt` when it was broken off by us.

        Its outcome is heard of when it is committed; or `let_go` is owed to it.
        """
        lane.flying -= 1
        self.flying -= 1
        self._doubtful -= start.doubtful
        if attempt is not None:
            lane.land(start, attempt, pause, now)
        self._consider(lane, now)

    def let_go(self, lane: Lane, delivery_id: int, now: int) -> bool:
        """Nothing more will be heard of what was out; whether it was, for its outcome was not."""
        is_gone = lane.let_go(delivery_id, now)
        if is_gone:
            self._consider(lane, now)
        return is_gone

    def wait(self, now: int) -> float:
        """Seconds until `look` or `next` may say something else though nothing is told."""
        soonest = self._alarms[0][0] if self._alarms else FAR
        if self._at_once:
            soonest = now
        if self._is_short_of_probes():
            soonest = min(soonest, self._more_probes_at())
        seconds = min(max(soonest - now, 0) / SECOND, LONGEST_WAIT)
        self._until, self.is_restless = now + round(seconds * SECOND), False
        return seconds

    def _told(self, committed: Committed, now: int) -> set[Lane]:
        touched = set()
        for delivery in committed.deliveries:
            lane = self.lanes.get(delivery.webhook_id)
            if lane is not None:
                due = delivery.next_retry_at
                wait = 0 if due is None else due - committed.now
                lane.hear(delivery, wait, now, urgent=delivery.id in committed.urgent)
                touched.add(lane)
        return touched

    def _consider(self, lane: Lane, now: int) -> None:
        """A lane that can start something takes its turn with the others."""
        if not lane.in_turn and lane.can_start(now):
            lane.in_turn = True
            self._ring.append(lane)
        at = lane.alarm(now)
        if at <= now:
            self._at_once[lane] = None
        elif at < lane.alarm_at:
            lane.alarm_at = at
            heappush(self._alarms, (at, next(self._numbers), lane))
            self._forget_alarms()
        if at < max(self._until, now + 1):  # timers stand still while a machine sleeps
            self.is_restless = True

    def _forget_alarms(self) -> None:
        """Those in whose place came earlier ones, once they are many."""
        if len(self._alarms) > 4 * len(self.lanes) + 64:
            kept = (one for one in self._alarms if one[0] == one[2].alarm_at)
            self._alarms = [*kept]
            heapify(self._alarms)

    def _trusts(self, lane: Lane, now: int) -> bool:
        """Whether a receiver may have the next place, for all that is known of it.

        Those that hang share half of the places, and those that fail a number of requests a
        second: dead receivers with long backlogs must not take the time of the others.
        """
        if not lane.answers and self._doubtful >= self._half:
            return False
        return not lane.fails or self._may_probe(now)

    def _may_probe(self, now: int) -> bool:
        earned = (now - self._probed_at) * PROBES_A_SECOND / SECOND
        self._probes, self._probed_at = min(PROBES_AT_ONCE, self._probes + earned), now
        if self._probes >= self._fewest:
            self._probes, self._fewest = self._probes - 1, 1
            return True
        self._fewest = PROBES_TOGETHER
        self.is_restless = self.is_restless or self._more_probes_at() < self._until
        return False

    def _is_short_of_probes(self) -> bool:
        return self._probes < self._fewest and any(lane.fails for lane in self._ring)

    def _more_probes_at(self) -> int:
        return self._probed_at + math.ceil((self._fewest - self._probes) * A_PROBE)
