"""One committed batch → one byte string of WebSocket text frames (RFC 6455 §5.2)."""

from collections.abc import Iterable

FIN_TEXT = 0x81


def encode(texts: Iterable[str]) -> bytes:
    """Unmasked, uncompressed text frames, one a text, back to back."""
    return b"".join(map(_frame, texts))


def _frame(text: str) -> bytes:
    payload = text.encode("utf-8")
    length = len(payload)
    if length < 126:
        return bytes((FIN_TEXT, length)) + payload
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload
