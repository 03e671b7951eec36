"""Chat services: one row each for path, headers, body, limits, escaping, what an answer means.

Pure, and without a client: a text and a webhook's options in, a message out; what an answer means
stands in `chat_replies`. Facts are from the services' own documents: core.telegram.org/bots/api
(sendMessage, ResponseParameters), discord.com/developers/docs/resources/webhook and
/topics/rate-limits, docs.slack.dev (Sending messages using incoming webhooks),
docs.ntfy.sh/publish, dev.max.ru/docs-api (POST /messages).
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from email.header import Header
from typing import Any, NamedTuple
from urllib.parse import quote

from bedolaga_events import chat_replies
from bedolaga_events.chat_replies import Meaning
from bedolaga_events.model import Format
from bedolaga_events.wire import MASK

Options = Mapping[str, Any]
Headers = dict[str, str]

PER_MINUTE = 20  # messages into one Telegram group
UNMASKED = 6  # characters of a secret URL's path
COMMON = frozenset({"language", "text", "fold"})  # options of every chat
# Discord's; a link is taken as it stands, also by Discord: escaped it would lead elsewhere.
MARKDOWN = re.compile(r"(https?://[^\s<>]+)|[\\*_~`|<>\[\]]|^[#-]", re.MULTILINE)
JSON_BODY = {"Content-Type": "application/json"}


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
        has_names: a chat may be given as @name.
    """

    options: frozenset[str]
    needs: str | None
    limit: int
    size: Callable[[str], int]
    escape: Callable[[str], str]
    path: Callable[[str, Options], str]
    headers: Callable[[str, Options], Headers]
    body: Callable[[str, Options], bytes]
    reads: Callable[[int, str], Meaning]
    needs_secret: bool | None = None
    base: str | None = None
    hides_url: bool = False
    has_names: bool = False


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


# MAX.


def _max_body(text: str, options: Options) -> bytes:
    return _dumped(text=text, format="html", notify=not options.get("silent", False))


# Discord.


def _discord_body(text: str, options: Options) -> bytes:
    name = {"username": options["username"]} if options.get("username") else {}
    return _dumped(content=text, allowed_mentions={"parse": []}, **name)


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
        reads=chat_replies.of_telegram,
        needs_secret=True,
        base="https://api.telegram.org",
        has_names=True,
    ),
    Format.DISCORD: Chat(
        options=frozenset({"username"}),
        needs=None,
        limit=2_000,
        size=_utf16,
        escape=lambda text: MARKDOWN.sub(lambda it: it[0] if it[1] else f"\\{it[0]}", text),
        path=lambda _token, _options: "",
        headers=lambda _token, _options: JSON_BODY,
        body=_discord_body,
        reads=chat_replies.of_discord,
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
        reads=chat_replies.of_slack,
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
        reads=chat_replies.of_ntfy,
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
        reads=chat_replies.of_max,
        needs_secret=True,
        base="https://platform-api2.max.ru",
    ),
}
