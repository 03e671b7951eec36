"""What a client may say on /ws, what it is answered, what one connection wants (contract §3)."""

import enum
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from bedolaga_events import wire
from bedolaga_events.patterns import covering

MAX_MESSAGE = 64 * 1024  # bytes; a longer one closes the connection with 1009
MAX_PATTERNS = 100  # in one subscription
TOPICS = ("deliveries", "webhooks")

UNAUTHORIZED = 1008
MISSING = "Unauthorized: No token provided"
INVALID = "Unauthorized: Invalid token"
REVOKED = "Unauthorized: The token was revoked"
TOO_FAST = "Too many messages"
TRY_AGAIN = 1013
FULL = "Connection limit reached"
GOING_AWAY = 1001

FLOOD_SECONDS = 10  # a client may say so much in so many seconds,
FLOOD_REFUSED = 100  # is then answered with errors,
FLOOD_CLOSED = 200  # and then closed


class Encoding(enum.Enum):
    """How messages are put on the wire."""

    WEBSOCKET = enum.auto()
    SSE = enum.auto()


class Message(NamedTuple):
    """Something that goes out: an event with its id, or news of a topic."""

    type: str
    text: str
    id: int | None = None
    topics: frozenset[str] = frozenset()  # any of these; empty for an event


class Wants(NamedTuple):
    """What one connection gets; equal wants share their bytes."""

    events: frozenset[str] = frozenset({"*"})
    topics: frozenset[str] = frozenset()
    encoding: Encoding = Encoding.WEBSOCKET

    def takes(self, message: Message) -> bool:
        """Whether `message` is for this connection."""
        if message.topics:
            return not self.topics.isdisjoint(message.topics)
        return "*" in self.events or not self.events.isdisjoint(covering(message.type))


class Answer(NamedTuple):
    """The answer to a client's message, and what the connection wants from now on."""

    text: str
    wants: Wants


def hello(last_event_id: int, epoch: str) -> str:
    """The first message of a connection."""
    return json.dumps(
        {
            "type": "connection",
            "status": "connected",
            "message": "WebSocket connection established",
            "last_event_id": last_event_id,
            "epoch": epoch,
        }
    )


def gap(reason: str, oldest_id: int) -> str:
    """Events that a resuming client asked for are missing: retention, epoch or ahead."""
    return json.dumps({"type": "gap", "reason": reason, "oldest_id": oldest_id})


def resumed(replayed: int, first: int, last: int) -> str:
    """The end of a replay: what follows is live."""
    return json.dumps({"type": "resumed", "replayed": replayed, "from": first, "to": last})


def answer(text: str, wants: Wants, is_known: Callable[[str], bool]) -> Answer:
    """What a client's message leads to.

    Args:
        text: the message.
        wants: what the connection wants so far.
        is_known: whether an event pattern covers any known type.
    """
    try:
        message = wire.parse(text)
    except ValueError as problem:
        return Answer(error(str(problem)), wants)
    if not isinstance(message, dict):
        return Answer(error("A message is a JSON object."), wants)
    match message.get("type"):
        case "ping":
            return Answer(json.dumps({"type": "pong"}), wants)
        case "subscribe":
            return _subscribe(message, wants, is_known)
        case str(kind):
            known = "Known: ping, subscribe."
            return Answer(error(f"Unknown message type '{kind[:100]}'. {known}"), wants)
        case _:
            return Answer(error('A message has a "type", which is a text.'), wants)


def error(detail: str) -> str:
    """A refusal that keeps the connection."""
    return json.dumps({"type": "error", "detail": detail})


def _subscribe(message: dict[str, Any], wants: Wants, is_known: Callable[[str], bool]) -> Answer:
    """A field that is left out stays as it is."""
    patterns = message.get("events", sorted(wants.events))
    topics = message.get("topics", sorted(wants.topics))
    problem = _problem("events", patterns, is_known)
    problem = problem or _problem("topics", topics, TOPICS.__contains__)
    if problem is not None:
        return Answer(error(problem), wants)
    reply = {"type": "subscribed", "events": patterns}
    if "topics" in message:
        reply["topics"] = topics
    wanted = wants._replace(events=frozenset(patterns), topics=frozenset(topics))
    return Answer(json.dumps(reply), wanted)


def _problem(name: str, values: Any, is_known: Callable[[str], bool]) -> str | None:
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        return f'"{name}" is a list of texts.'
    if len(values) > MAX_PATTERNS:
        return f'"{name}" has at most {MAX_PATTERNS} entries.'
    unknown = next((one for one in values if not is_known(one)), None)
    return None if unknown is None else f"Unknown in \"{name}\": '{unknown[:100]}'."
