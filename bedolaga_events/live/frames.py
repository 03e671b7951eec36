"""Messages → one byte string: WebSocket text frames (RFC 6455 §5.2) or server-sent events."""

from collections.abc import Iterable

FIN_TEXT = 0x81


def encode(texts: Iterable[str]) -> bytes:
    """Unmasked, uncompressed text frames, one a text, back to back."""
    return b"".join(map(_frame, texts))


def encode_sse(messages: Iterable[tuple[int | None, str]]) -> bytes:
    """Server-sent events of (id, JSON text); an id becomes the client's Last-Event-ID."""
    return "".join(
        f"data: {text}\n\n" if number is None else f"id: {number}\ndata: {text}\n\n"
        for number, text in messages
    ).encode()


def _frame(text: str) -> bytes:
    payload = text.encode("utf-8")
    length = len(payload)
    if length < 126:
        return bytes((FIN_TEXT, length)) + payload
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload
