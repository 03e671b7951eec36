"""Chat services: one row each for path, headers, body, limits, escaping, what an answer means.

Pure, and without a client: a text and a webhook's options in, a message out; an answer in, and
what it says. Facts are from the services' own documents: core.telegram.org/bots/api (sendMessage,
ResponseParameters), discord.com/developers/docs/resources/webhook and /topics/rate-limits,
docs.slack.dev (Sending messages using incoming webhooks), docs.ntfy.sh/publish,
dev.max.ru/docs-api (POST /messages).
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from email.header import Header
from typing import Any, NamedTuple
from urllib.parse import quote

from bedolaga_events.model import Format
from bedolaga_events.wire import MASK

Options = Mapping[str, Any]
Headers = dict[str, str]

PER_MINUTE = 20  # messages into one Telegram group
UNMASKED = 6  # characters of a secret URL's path
COMMON = frozenset({"language", "text", "fold"})  # options of every chat
MARKDOWN = re.compile(r"[\\*_~`|<>\[\]]|^[#-]", re.MULTILINE)  # Discord's
JSON_BODY = {"Content-Type": "application/json"}
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


class Reading(NamedTuple):
    """What an answer says.

    Attributes:
        fault: why it is a failure, in the service's words; None for a success.
        retry_after: seconds that the service asks to be left alone.
        moved_to: the chat's new id.
    """

    fault: str | None
    retry_after: float | None = None
    moved_to: int | None = None


class Chat(NamedTuple):
    """A chat service.

    Attributes:
        options: that a webhook of this kind takes besides those of every chat.
        needs: which of them must be there.
        limit: of a text, as `size` counts it once it is escaped.
        path: what comes behind the URL's own path; the secret may stand in it.
        headers: what a request carries besides the webhook's own; the secret may stand in it.
        body: the request's, of an escaped text.
        reads: what an answer of this status and text says.
        needs_secret: None: it takes none.
        base: the URL of a webhook that was given none.
        hides_url: whoever knows the URL may write into the chat.
    """

    options: frozenset[str]
    needs: str | None
    limit: int
    size: Callable[[str], int]
    escape: Callable[[str], str]
    path: Callable[[str, Options], str]
    headers: Callable[[str, Options], Headers]
    body: Callable[[str, Options], bytes]
    reads: Callable[[int, str], Reading]
    needs_secret: bool | None = None
    base: str | None = None
    hides_url: bool = False


def masked(url: str) -> str:
    """What is shown of a URL that is a secret itself: the host and the path's first characters."""
    scheme, _, rest = url.partition("//")
    host, _, path = rest.partition("/")
    return f"{scheme}//{host}/{path[: UNMASKED - 1]}{MASK}"


def fitted(chat: Chat, text: str) -> str:
    """A text escaped, and cut with «…» where it is too long for the service."""
    whole = chat.escape(text)
    if chat.size(whole) <= chat.limit:
        return whole
    # The longest beginning that fits, so that no escape is cut in two.
    low, high = 0, min(len(text), chat.limit)
    while low < high:
        middle = (low + high + 1) // 2
        fits = chat.size(chat.escape(text[:middle]) + "…") <= chat.limit
        low, high = (middle, high) if fits else (low, middle - 1)
    return chat.escape(text[:low].rstrip()) + "…"


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def _utf16(text: str) -> int:
    """Characters as Telegram and Discord count them: what lies beyond the BMP is two."""
    return len(text) + sum(one > "\uffff" for one in text)


def _parsed(text: str) -> int:
    """Telegram's limit holds "after entities parsing"."""
    return _utf16(html.unescape(text))


def _dumped(**fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < 1e9 else None


def _told(value: Any) -> str:
    return " ".join(str(value).split())[:300]


# Telegram.


def _telegram_body(text: str, options: Options) -> bytes:
    more = {"message_thread_id": options["thread_id"]} if options.get("thread_id") else {}
    return _dumped(
        chat_id=options["chat_id"],
        text=text,
        parse_mode="HTML",
        link_preview_options={"is_disabled": True},
        disable_notification=options.get("silent", False),
        **more,
    )


def _telegram_reads(status: int, text: str) -> Reading:
    said = _object(text)
    if said.get("ok") is True:
        return Reading(None)
    if "ok" not in said:
        return Reading(NOT_THE_API if status < 300 else f"HTTP {status}")
    more = said.get("parameters")
    more = more if isinstance(more, dict) else {}
    moved = more.get("migrate_to_chat_id")
    words = _told(said.get("description", f"HTTP {status}"))
    advice = next((text for known, text in ADVICE.items() if known in words), None)
    return Reading(
        f"Telegram: {words}. {advice}." if advice else f"Telegram: {words}",
        _seconds(more.get("retry_after")),
        moved if isinstance(moved, int) else None,
    )


# MAX.


def _max_body(text: str, options: Options) -> bytes:
    return _dumped(text=text, format="html", notify=not options.get("silent", False))


def _max_reads(status: int, text: str) -> Reading:
    said = _object(text)
    if 200 <= status < 300:
        return Reading(None if "message" in said else NOT_THE_API)
    return Reading(f"MAX: {_told(said.get('message', f'HTTP {status}'))}")


# Discord.


def _discord_body(text: str, options: Options) -> bytes:
    name = {"username": options["username"]} if options.get("username") else {}
    return _dumped(content=text, allowed_mentions={"parse": []}, **name)


def _discord_reads(status: int, text: str) -> Reading:
    if 200 <= status < 300:
        return Reading(None)
    said = _object(text)
    fault = f"Discord: {_told(said.get('message', f'HTTP {status}'))}"
    return Reading(fault, _seconds(said.get("retry_after")))


# Slack, Mattermost, Rocket.Chat.


def _slack_reads(status: int, text: str) -> Reading:
    if 200 <= status < 300:
        return Reading(None)
    said = _told(_object(text).get("message", text))  # Slack says a word, Mattermost an object
    return Reading(f"HTTP {status}" if not said or said.startswith("<") else f"Slack: {said}")


# ntfy.


def _ntfy_headers(token: str, options: Options) -> Headers:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if options.get("priority"):
        headers["Priority"] = str(options["priority"])
    if options.get("tags"):
        tags = ",".join(options["tags"])
        # Headers are ASCII; ntfy reads RFC 2047.
        headers["Tags"] = tags if tags.isascii() else Header(tags, "utf-8", maxlinelen=0).encode()
    return headers


def _ntfy_reads(status: int, text: str) -> Reading:
    if 200 <= status < 300:
        return Reading(None)
    return Reading(f"ntfy: {_told(_object(text).get('error', f'HTTP {status}'))}")


CHATS: Mapping[str, Chat] = {
    Format.TELEGRAM: Chat(
        options=frozenset({"chat_id", "thread_id", "silent"}),
        needs="chat_id",
        limit=4_096,
        size=_parsed,
        escape=_html,
        path=lambda token, _: f"/bot{quote(token, safe=':')}/sendMessage",
        headers=lambda _token, _options: JSON_BODY,
        body=_telegram_body,
        reads=_telegram_reads,
        needs_secret=True,
        base="https://api.telegram.org",
    ),
    Format.DISCORD: Chat(
        options=frozenset({"username"}),
        needs=None,
        limit=2_000,
        size=_utf16,
        escape=lambda text: MARKDOWN.sub(r"\\\g<0>", text),
        path=lambda _token, _options: "",
        headers=lambda _token, _options: JSON_BODY,
        body=_discord_body,
        reads=_discord_reads,
        hides_url=True,
    ),
    Format.SLACK: Chat(
        options=frozenset(),
        needs=None,
        limit=40_000,
        size=len,
        escape=_html,
        path=lambda _token, _options: "",
        headers=lambda _token, _options: JSON_BODY,
        body=lambda text, _: _dumped(text=text),
        reads=_slack_reads,
        hides_url=True,
    ),
    Format.NTFY: Chat(
        options=frozenset({"priority", "tags"}),
        needs=None,
        limit=4_096,
        size=lambda text: len(text.encode()),
        escape=str,
        path=lambda _token, _options: "",
        headers=_ntfy_headers,
        body=lambda text, _: text.encode(),
        reads=_ntfy_reads,
        needs_secret=False,
    ),
    Format.MAX: Chat(
        options=frozenset({"chat_id", "silent"}),
        needs="chat_id",
        limit=4_000,
        size=_utf16,
        escape=_html,
        path=lambda _, options: f"/messages?chat_id={quote(str(options['chat_id']))}",
        headers=lambda token, _: {"Authorization": token, **JSON_BODY},
        body=_max_body,
        reads=_max_reads,
        needs_secret=True,
        base="https://platform-api2.max.ru",
    ),
}
