"""`delivery.lane`: one webhook's way out, step by step; `test_turns` tries all orders."""

from typing import Any

import pytest

from bedolaga_events.committed import Committed
from bedolaga_events.delivery.lane import ASK_EVERY, BUFFER, Lane
from bedolaga_events.delivery.starts import Found
from bedolaga_events.delivery.turns import Turns
from bedolaga_events.model import Attempt, Delivery, ErrorCode, Format, LastError, Status
from bedolaga_events.times import SECOND
from tests.unit.turns_table import OUTCOMES, START, delivery_of, webhook_of


def lane_with(*waiting: Delivery, **fields: Any) -> Lane:
    """A lane that has read its table, and these rows in it."""
    lane = Lane(webhook_of(1, **fields), 8)
    lane.ask(START)
    lane.fill(Found(waiting, is_all=True), START)
    return lane


def test_a_row_that_falls_due_with_its_own_record_is_asked_for() -> None:
    """D1: a replay's step in the commit of the outcome, heard while the table is read."""
    lane = lane_with(delivery_of(7))
    lane.start(START)
    lane.doubt()
    lane.ask(START)
    lane.hear(delivery_of(7, attempt_number=1, status=Status.SUCCESS), 0, START, urgent=False)
    lane.doubt()
    lane.fill(Found([delivery_of(7, attempt_number=1)], is_all=True), START)
    assert lane.wants_more(START)


def test_what_is_cancelled_while_it_waits_is_not_sent() -> None:
    """D13: neither when it waits here, nor when a reading from before brings it back."""
    lane = lane_with(delivery_of(7))
    cancelled = delivery_of(7, status=Status.FAILED, next_retry_at=None)
    lane.hear(cancelled, 0, START, urgent=False)
    assert not lane.can_start(START)
    lane.ask(START)
    lane.hear(cancelled, 0, START, urgent=False)
    lane.fill(Found([delivery_of(7)], is_all=True), START)
    assert not lane.can_start(START)


def test_what_a_person_asks_for_while_it_is_out_goes_out_after_that() -> None:
    """D13: also while the webhook is inactive."""
    lane = lane_with(delivery_of(7))
    lane.start(START)
    lane.hear(delivery_of(7, next_retry_at=START + 1), 0, START, urgent=True)
    lane.change(webhook_of(1, is_active=False))
    assert not lane.urgent
    lane.flying = 0
    lane.hear(delivery_of(7, attempt_number=1), 0, START, urgent=False)
    assert lane.start(START).delivery.attempt_number == 1


def test_a_busy_receiver_gets_one_request_and_then_a_pause() -> None:
    """D16: also when it was fast before; what a person asks for passes."""
    lane = lane_with(*(delivery_of(number) for number in range(1, 41)))
    lane.width = 8
    start = lane.start(START)
    lane.flying = 0
    lane.land(start, OUTCOMES["busy"], 60 * SECOND, START)
    assert not lane.can_start(START + 60 * SECOND - 1)
    assert lane.alarm(START) <= START + 60 * SECOND
    assert lane.can_start(START + 60 * SECOND)
    lane.hear(delivery_of(50), 0, START, urgent=True)
    assert lane.can_start(START)


def test_a_gap_spaces_everything_that_goes_out() -> None:
    """`max_per_minute` = 20 is a start every three seconds, by hand too."""
    lane = lane_with(*(delivery_of(number) for number in range(1, 5)), max_per_minute=20)
    lane.width = 8
    now, starts = START, []
    lane.hear(delivery_of(9), 0, START, urgent=True)
    while lane.waiting or lane.urgent:
        if lane.can_start(now):
            starts.append(now - START)
            lane.start(now)
        now += SECOND
    assert starts == [number * 3 * SECOND for number in range(5)]


def test_a_new_url_is_met_without_prejudice() -> None:
    """Neither the pause nor the caution of the old receiver holds for the new one."""
    lane = lane_with(delivery_of(1), delivery_of(2))
    start = lane.start(START)
    lane.flying = 0
    lane.land(start, OUTCOMES["busy"], 60 * SECOND, START)
    lane.change(webhook_of(1, url="http://new/"))
    assert lane.can_start(START)
    assert not lane.fails
    lane.land(start, OUTCOMES["hang"], 60 * SECOND, START)  # the old one's, late
    assert lane.answers
    assert lane.can_start(START)


def test_the_table_is_asked_once_a_minute_whatever_was_heard() -> None:
    """And after a second when it could not be read."""
    lane = lane_with()
    assert not lane.wants_more(START + ASK_EVERY - 1)
    assert lane.wants_more(START + ASK_EVERY)
    lane.ask(START + ASK_EVERY)
    lane.fill(None, START + ASK_EVERY)
    assert lane.wants_more(START + ASK_EVERY + SECOND)


def test_a_backlog_stays_in_the_table() -> None:
    """A lane holds a few; what comes behind more of them keeps its place in the table's order."""
    lane = lane_with(*(delivery_of(number) for number in range(1, BUFFER + 1)))
    lane.hear(delivery_of(1000), 0, START, urgent=False)
    assert len(lane.waiting) == BUFFER
    while len(lane.waiting) >= BUFFER // 2:
        assert not lane.wants_more(START)
        lane.waiting.popitem()
    assert lane.wants_more(START)


def test_dead_receivers_share_half_of_the_places() -> None:
    """Ten that hang, and one that answers."""
    turns = Turns(8, 4)
    for number in range(1, 12):
        turns.place(webhook_of(number, url=f"http://{number}/"))
        lane = turns.lanes[number]
        lane.ask(START)
        lane.answers = number == 11
        waiting = [delivery_of(100 * number + n, number) for n in range(9)]
        turns.fill(lane, Found(waiting, is_all=True), START)
    while coming := turns.next(START):
        turns.start(coming, START)
    assert sum(turns.lanes[number].flying for number in range(1, 11)) == 4
    assert turns.lanes[11].flying == 1


def test_receivers_that_fail_get_a_number_of_requests_a_second() -> None:
    """A hundred at once, then ten every fifty milliseconds, however much they wait for."""
    turns = Turns(1_000, 1_000)
    turns.place(webhook_of(1))
    lane = turns.lanes[1]
    lane.fails, lane.width = True, 1_000
    for number in range(1, 200):
        row = delivery_of(number, attempt_number=0)
        committed = Committed(START, deliveries=[row])
        turns.look(START)
        turns.fill(lane, Found((), is_all=True), START)
        turns.hear(committed, START)

    def sent(now: int) -> int:
        count = 0
        while turns.next(now):
            number = turns.start(lane, now).delivery.id
            lane.out.clear()
            lane.waiting[number + 1_000] = delivery_of(number + 1_000)
            count += 1
        return count

    assert sent(START) == 100
    assert turns.wait(START) == pytest.approx(0.05)
    assert sent(START + SECOND // 100) == 0
    assert sent(START + SECOND // 20) == 10
    assert sent(START + 5 * SECOND) == 100


@pytest.mark.parametrize(("took", "is_soon"), [(999, True), (1_000, False), (9_000, False)])
def test_who_answers_late_shares_with_those_that_hang(took: int, is_soon: bool) -> None:
    """Forty that take eight seconds each for a success held every place there is."""
    lane = lane_with(delivery_of(7))
    lane.land(lane.start(START), Attempt(1, START, took, response_status=200), 0, START)
    assert (lane.answers, lane.fails, lane.width) == (is_soon, False, 2)


@pytest.mark.parametrize("code", [ErrorCode.TIMEOUT, ErrorCode.CONNECT_TIMEOUT, ErrorCode.DNS])
def test_who_does_not_answer_is_doubted(code: ErrorCode) -> None:
    """A silent name server holds a place as long as a silent receiver does."""
    lane = lane_with(delivery_of(7))
    lane.land(lane.start(START), Attempt(1, START, 5_000, code, ""), 0, START)
    assert not lane.answers


def test_another_limit_holds_at_once() -> None:
    """One a minute, and a request has gone out; then a person lifts the limit."""
    lane = lane_with(delivery_of(1), delivery_of(2), max_per_minute=1)
    lane.start(START)
    lane.flying = 0
    assert not lane.can_start(START + SECOND)
    lane.change(webhook_of(1, description="x", max_per_minute=1))
    assert not lane.can_start(START + SECOND)
    lane.change(webhook_of(1))
    assert lane.can_start(START + SECOND)


def chat_with(*waiting: Delivery, **fields: Any) -> Lane:
    """The lane of a chat."""
    return lane_with(*waiting, **{"format": Format.TELEGRAM, "max_per_minute": 20, **fields})


def test_many_of_a_chat_go_out_as_one_message_that_counts_once() -> None:
    """More than five, at most five hundred; the next one in three seconds."""
    lane = chat_with(*(delivery_of(number) for number in range(1, 601)))
    start = lane.start(START)
    assert [one.id for one in start.deliveries] == list(range(1, 501))
    assert lane.flying == 1
    for one in start.deliveries:
        lane.hear(one._replace(status=Status.SUCCESS, attempt_number=1), 0, START, urgent=False)
    lane.land(start, OUTCOMES["success"], 0, START)
    lane.flying = 0
    assert not lane.can_start(START + 3 * SECOND - 1)
    assert lane.can_start(START + 3 * SECOND)
    assert len(lane.start(START + 3 * SECOND).deliveries) == 100


def test_few_of_a_chat_a_test_and_what_is_not_to_be_folded_go_out_alone() -> None:
    """Five are few; `fold: false`; a program's events are never folded."""
    some = [delivery_of(number) for number in range(1, 8)]
    assert not chat_with(*some[:5]).start(START).others
    assert not chat_with(*some, options={"fold": False}).start(START).others
    assert not lane_with(*some).start(START).others
    tested = chat_with(some[0]._replace(is_test=True), *some[1:])
    assert tested.start(START).deliveries == (some[0]._replace(is_test=True),)
    tested = chat_with(*some[:3], some[3]._replace(is_test=True), *some[4:])
    assert [one.id for one in tested.start(START).deliveries] == [1, 2, 3, 5, 6, 7]


def test_a_start_knows_who_hung_before_it() -> None:
    """A restart beside a hundred dead receivers holds up no other; a change forgets what was."""
    hung = LastError(ErrorCode.TIMEOUT, None, "", START)
    assert not lane_with(last_error=hung).answers
    refused = lane_with(last_error=hung._replace(code=ErrorCode.HTTP_STATUS))
    assert (refused.answers, refused.fails) == (True, True)
    changed = lane_with(last_error=hung, updated_at=START + 1)
    assert (changed.answers, changed.fails) == (True, False)
