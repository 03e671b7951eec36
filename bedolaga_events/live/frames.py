"""Messages → one byte string: WebSocket text frames (RFC 6455 §5.2) or server-sent events."""

from collections.abc import Iterable

from bedolaga_events.live.protocol import Encoding, Message, Wants

FIN_TEXT = 0x81


def encode(messages: Iterable[Message], wants: Wants) -> tuple[bytes, int]:
    """The bytes of what is wanted of `messages`, and how many those are."""
    pieces = [one(message, wants.encoding) for message in messages if wants.takes(message)]
    return b"".join(pieces), len(pieces)


def one(message: Message, encoding: Encoding) -> bytes:
    """One message, with its id where the encoding has a place for it."""
    if encoding is Encoding.SSE:
        return server_sent(message.text, message.id)
    return frame(message.text)


def server_sent(text: str, number: int | None = None, kind: str = "") -> bytes:
    """A server-sent event (WHATWG HTML §9.2): the id first, then its kind, then its data.

    An id becomes the client's Last-Event-ID, and some clients take it with what follows only.
    """
    head = "" if number is None else f"id: {number}\n"
    if kind:
        head += f"event: {kind}\n"
    return f"{head}data: {text}\n\n".encode()


def passed(number: int) -> bytes:
    """A server-sent event that sets Last-Event-ID and dispatches nothing."""
    return b"id: %d\n\n" % number


def frame(text: str) -> bytes:
    """An unmasked, uncompressed text frame."""
    payload = text.encode("utf-8")
    length = len(payload)
    if length < 126:
        return bytes((FIN_TEXT, length)) + payload
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload
