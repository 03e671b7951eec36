"""What would be sent of an event, without sending it."""

from collections.abc import Mapping
from typing import Any

from bedolaga_events import chats, wire
from bedolaga_events.chats import CHATS
from bedolaga_events.delivery.formats import in_words
from bedolaga_events.model import Event, Format
from bedolaga_events.sentences import Told, Words


def body_of(
    kind: Format, options: Mapping[str, Any], event: Event, words: Mapping[str, Words]
) -> str:
    """What a webhook of a format and its options would send of an event."""
    chat = CHATS.get(kind)
    if chat is None:
        return event.payload
    payload, time = wire.parse(event.payload), wire.rfc3339(event.timestamp)
    text = in_words(options, Told(event.type, payload, time, event.id), words)
    return chat.body(chats.fitted(chat, text), options).decode()
