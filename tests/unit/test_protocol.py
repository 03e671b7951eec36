"""`live.protocol`: what a client may say on /ws, and what it is answered."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.live import protocol
from bedolaga_events.patterns import is_known

KNOWN = {"ticket.created", "user.created"}


def subscribe(text: str, wants: protocol.Wants = protocol.Wants()) -> protocol.Answer:  # noqa: B008
    return protocol.answer(text, wants, lambda pattern: is_known(pattern, KNOWN))


def answer(text: str) -> str:
    return subscribe(text).text


def test_ping_is_answered_pong() -> None:
    """As the reference client sends it."""
    assert json.loads(answer('{"type": "ping"}')) == {"type": "pong"}


@given(
    st.text()
    | st.binary().map(repr)
    | st.sampled_from(["[]", "null", '{"type": 1}', "{}", '{"type": "x"}'])
)
def test_anything_else_is_an_error_that_keeps_the_connection(text: str) -> None:
    """Never an exception, always one sentence."""
    said = json.loads(answer(text))
    assert said["type"] == "error"
    assert said["detail"]


def test_a_subscription_narrows_and_is_repeated() -> None:
    """As the contract shows it; topics are told only to who asked for them."""
    got = subscribe('{"type": "subscribe", "events": ["ticket.*", "user.created"]}')
    assert json.loads(got.text) == {"type": "subscribed", "events": ["ticket.*", "user.created"]}
    assert got.wants.takes(protocol.Message("ticket.created", ""))
    assert not got.wants.takes(protocol.Message("payment.completed", ""))
    more = subscribe('{"type": "subscribe", "topics": ["deliveries"]}', got.wants)
    assert more.wants.events == got.wants.events
    assert more.wants.takes(protocol.Message("", "", None, frozenset({"deliveries"})))
    assert not got.wants.takes(protocol.Message("", "", None, frozenset({"deliveries"})))
    nothing = subscribe('{"type": "subscribe", "events": []}')
    assert not nothing.wants.takes(protocol.Message("user.created", ""))


@pytest.mark.parametrize(
    "fields",
    [
        '"events": "*"',
        '"events": [1]',
        '"events": ["tickets.*"]',
        '"topics": ["x"]',
        '"events": null',
    ],
)
def test_bad_fields_change_nothing(fields: str) -> None:
    """An error, and the wants as they were."""
    got = subscribe(f'{{"type": "subscribe", {fields}}}')
    assert json.loads(got.text)["type"] == "error"
    assert got.wants == protocol.Wants()
