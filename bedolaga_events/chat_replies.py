"""What a chat service's answer means, by service: a status and a text in, a `Meaning` out.

Pure; the sources are those of `chats`.
"""

import json
from typing import Any, NamedTuple

ADVICE = {  # by what Telegram says
    "Unauthorized": "The token is wrong; @BotFather tells it",
    "chat not found": "Add the bot to the chat, or write to it first; then look at chat_id",
    "bot was kicked": "The bot was removed from the chat; add it again",
    "bot was blocked": "This person has blocked the bot",
    "bot can't initiate": "This person has to write to the bot first",
    "bot is not a member": "The bot is not in this chat; add it",
    "not enough rights": "The bot may not write here; make it an administrator",
    "no rights to send": "The bot may not write here; make it an administrator",
    "message thread not found": "There is no such topic in the chat; look at thread_id",
    "TOPIC_CLOSED": "The topic is closed; open it, or choose another one",
    "TOPIC_DELETED": "The topic was deleted; choose another one",
    "upgraded to a supergroup": "The chat's new id is stored, and used from the next attempt on",
}
NOT_THE_API = "the answer is not that of the service; something else stands at this address"


class Meaning(NamedTuple):
    """What an answer means.

    Attributes:
        fault: why it is a failure, in the service's words; None for a success.
        retry_after: seconds that the service asks to be left alone.
        moved_to: the chat's new id.
    """

    fault: str | None
    retry_after: float | None = None
    moved_to: int | None = None


def of_telegram(status: int, text: str) -> Meaning:
    """Telegram: `ok`, else its description in words, with advice where there is some."""
    said = _object(text)
    if said.get("ok") is True:
        return Meaning(None)
    if "ok" not in said:
        return Meaning(NOT_THE_API if status < 300 else f"HTTP {status}")
    more = said.get("parameters")
    more = more if isinstance(more, dict) else {}
    moved = more.get("migrate_to_chat_id")
    words = _told(said.get("description", f"HTTP {status}"))
    advice = next((text for known, text in ADVICE.items() if known in words), None)
    return Meaning(
        f"Telegram: {words}. {advice}." if advice else f"Telegram: {words}",
        _seconds(more.get("retry_after")),
        moved if isinstance(moved, int) else None,
    )


def of_max(status: int, text: str) -> Meaning:
    """MAX: the message that it made, or its message."""
    said = _object(text)
    if 200 <= status < 300:
        return Meaning(None if "message" in said else NOT_THE_API)
    return Meaning(f"MAX: {_told(said.get('message', f'HTTP {status}'))}")


def of_discord(status: int, text: str) -> Meaning:
    """Discord: its message; `retry_after` in seconds."""
    if 200 <= status < 300:
        return Meaning(None)
    said = _object(text)
    fault = f"Discord: {_told(said.get('message', f'HTTP {status}'))}"
    return Meaning(fault, _seconds(said.get("retry_after")))


def of_slack(status: int, text: str) -> Meaning:
    """Slack, Mattermost, Rocket.Chat: a word, or an object with a message."""
    if 200 <= status < 300:
        return Meaning(None)
    said = _told(_object(text).get("message", text))  # Slack says a word, Mattermost an object
    return Meaning(f"HTTP {status}" if not said or said.startswith("<") else f"Slack: {said}")


def of_ntfy(status: int, text: str) -> Meaning:
    """ntfy: its error."""
    if 200 <= status < 300:
        return Meaning(None)
    return Meaning(f"ntfy: {_told(_object(text).get('error', f'HTTP {status}'))}")


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(min(value, 1e9)) if is_number and value > 0 else None


def _told(value: Any) -> str:
    return " ".join(str(value).split())[:300]
