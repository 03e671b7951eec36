"""What a client may say on /ws, and what it is answered (contract §3)."""

import json
from typing import Any

from bedolaga_events import wire

MAX_MESSAGE = 64 * 1024  # bytes; a longer one closes the connection with 1009

UNAUTHORIZED = 1008
MISSING = "Unauthorized: No token provided"
INVALID = "Unauthorized: Invalid token"
REVOKED = "Unauthorized: The token was revoked"
TRY_AGAIN = 1013
GOING_AWAY = 1001


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


def answer(text: str) -> str:
    """What a client's message is answered."""
    try:
        message = wire.parse(text)
    except ValueError as problem:
        return error(str(problem))
    if not isinstance(message, dict):
        return error("A message is a JSON object.")
    match message.get("type"):
        case "ping":
            return json.dumps({"type": "pong"})
        case str(kind):
            return error(f"Unknown message type '{kind[:100]}'. Known: ping.")
        case _:
            return error('A message has a "type", which is a text.')


def error(detail: str) -> str:
    """A refusal that keeps the connection."""
    message: dict[str, Any] = {"type": "error", "detail": detail}
    return json.dumps(message)
