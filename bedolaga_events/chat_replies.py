"""What a chat service's answer means, by service: a status and a text in, a `Meaning` out.

Pure; the sources are those of `chats`.
"""

import json
import re
from typing import Any, NamedTuple

ADVICE = {  # by what Telegram says
    "Unauthorized": "The token is wrong; @BotFather tells it",
    "Not Found": "The token is wrong, or no Bot API is at this address",
    "chat not found": "Add the bot to the chat, or write to it first; then look at chat_id",
    "bot was kicked": "The bot was removed from the chat; add it again",
    "bot was blocked": "This person has blocked the bot",
    "bot can't initiate": "This person has to write to the bot first",
    "bot is not a member": "The bot is not in this chat; add it",
    "group chat was deleted": "The chat is gone; choose another one",
    "user is deactivated": "This person's account was deleted",
    "chat_id is empty": "No chat has this id; look at chat_id",
    "not enough rights": "The bot may not write here; make it an administrator",
    "no rights to send": "The bot may not write here; make it an administrator",
    "need administrator rights": "The bot may not write here; make it an administrator",
    "CHAT_WRITE_FORBIDDEN": "The bot may not write here; make it an administrator",
    "message thread not found": "There is no such topic in the chat; look at thread_id",
    "TOPIC_ID_INVALID": "There is no such topic in the chat; look at thread_id",
    "TOPIC_CLOSED": "The topic is closed; open it, or choose another one",
    "TOPIC_DELETED": "The topic was deleted; choose another one",
}
MOVED = "The chat's new id is stored, and used from the next attempt on"
NOT_THE_API = "the answer is not that of the service; something else stands at this address"
MEMBER = re.compile(r'\s*[{,]\s*"([^"\\]*)"\s*:\s*')  # of an object, up to its value
NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]+)?")
DECODER = json.JSONDecoder()


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
    moved = _number(more.get("migrate_to_chat_id"))
    words = _told(said.get("description")) or f"HTTP {status}"
    advice = next((text for known, text in ADVICE.items() if known in words), None)
    advice = MOVED if moved else advice
    return Meaning(
        f"Telegram: {words}. {advice}." if advice else f"Telegram: {words}",
        _seconds(more.get("retry_after")),
        int(moved) if moved else None,
    )


def of_max(status: int, text: str) -> Meaning:
    """MAX: the message that it made, or its message."""
    said = _object(text)
    if 200 <= status < 300 and isinstance(said.get("message"), dict):
        return Meaning(None)
    words = _told(said.get("message"))
    if not words and status < 300:
        return Meaning(NOT_THE_API)
    return Meaning(f"MAX: {words or f'HTTP {status}'}")


def of_discord(status: int, text: str) -> Meaning:
    """Discord: its message, and what it says of the first field; `retry_after` in seconds."""
    if 200 <= status < 300:
        return Meaning(None)
    said = _object(text)
    words = [_told(said.get("message")), _told(_first_message(said.get("errors")))]
    fault = ": ".join(one for one in words if one) or f"HTTP {status}"
    return Meaning(f"Discord: {fault}", _seconds(said.get("retry_after")))


def of_slack(status: int, text: str) -> Meaning:
    """Slack, Mattermost, Rocket.Chat: a word, or an object with a message or an error."""
    if 200 <= status < 300:
        return Meaning(None)
    found = _object(text)
    said = _told(found.get("message")) or _told(found.get("error"))
    said = said or ("" if found else _told(text))
    return Meaning(f"HTTP {status}" if not said or said.startswith("<") else f"Slack: {said}")


def of_ntfy(status: int, text: str) -> Meaning:
    """ntfy: its error."""
    if 200 <= status < 300:
        return Meaning(None)
    return Meaning(f"ntfy: {_told(_object(text).get('error')) or f'HTTP {status}'}")


def _object(text: str) -> dict[str, Any]:
    """The members of an object, as far as they came: of an answer only the beginning is kept.

    Telegram and MAX repeat the message, in which every Cyrillic letter takes six bytes: to take
    what was cut for no answer would send a long message again and again.
    """
    found, text = dict[str, Any](), text.removeprefix("\ufeff")  # as many a PHP script begins
    at = 0 if text.lstrip().startswith("{") else len(text)
    while member := MEMBER.match(text, at):
        try:
            value, at = DECODER.raw_decode(text, member.end())
        except (ValueError, RecursionError):
            value, at = ({} if text.startswith("{", member.end()) else None), len(text)
        found[member[1]] = value
    return found


def _first_message(errors: Any) -> Any:
    """The first `message` in what Discord nests by field and place."""
    while isinstance(errors, (dict, list)) and errors:
        if isinstance(errors, dict) and "message" in errors:
            return errors["message"]
        errors = next(iter(errors.values() if isinstance(errors, dict) else errors))
    return None


def _number(value: Any) -> float | None:
    """A number, be it written as a text; none that no field of a service could hold."""
    is_one = isinstance(value, (int, float, str)) and not isinstance(value, bool)
    return float(value) if is_one and NUMBER.fullmatch(str(value)) else None


def _seconds(value: Any) -> float | None:
    seconds = _number(value)
    return min(seconds, 1e9) if seconds is not None and seconds > 0 else None


def _told(value: Any) -> str:
    return " ".join(value.split())[:300] if isinstance(value, str) else ""
