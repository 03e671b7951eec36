"""`live.protocol`: what a client may say on /ws, and what it is answered."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.live import protocol


def test_ping_is_answered_pong() -> None:
    """As the reference client sends it."""
    assert json.loads(protocol.answer('{"type": "ping"}')) == {"type": "pong"}


@given(
    st.text()
    | st.binary().map(repr)
    | st.sampled_from(["[]", "null", '{"type": 1}', "{}", '{"type": "x"}'])
)
def test_anything_else_is_an_error_that_keeps_the_connection(text: str) -> None:
    """Never an exception, always one sentence."""
    answer = json.loads(protocol.answer(text))
    assert answer["type"] == "error"
    assert answer["detail"]
