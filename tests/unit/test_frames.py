"""`live.frames`: bytes that a WebSocket reader takes (RFC 6455 §5.2)."""

from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.live import frames


def read(data: bytes) -> list[str]:
    """What a receiver makes of unmasked text frames."""
    texts = []
    while data:
        assert data[0] == 0x81
        start, length = 2, data[1]
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(data[2:start], "big")
        texts.append(data[start : start + length].decode())
        data = data[start + length :]
    return texts


@given(st.lists(st.text() | st.integers(120, 70_000).map("x".__mul__), max_size=4))
def test_frames_carry_their_texts_back_to_back(texts: list[str]) -> None:
    """All three forms of the length."""
    assert read(b"".join(map(frames.frame, texts))) == texts


def test_a_server_sent_event_has_its_id_first() -> None:
    """Some clients take an id with what follows it only; without data nothing is dispatched."""
    assert frames.server_sent("{}", 7, "connection") == b"id: 7\nevent: connection\ndata: {}\n\n"
    assert frames.server_sent("{}") == b"data: {}\n\n"
    assert frames.passed(7) == b"id: 7\n\n"
