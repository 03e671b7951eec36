"""What a webhook's format asks of its other fields (contract §4, Formats)."""

import re
from collections.abc import Mapping
from typing import Any

from bedolaga_events.chats import CHATS, COMMON, PER_MINUTE, Chat
from bedolaga_events.errors import Unprocessable
from bedolaga_events.model import Format, Webhook
from bedolaga_events.wire import MASK

A_TOKEN = re.compile(r"[0-9]{5,}(:|%3a)[\w-]{20,}", re.IGNORECASE)  # as @BotFather tells it


def settled(given: Mapping[str, Any], before: Webhook | None) -> dict[str, Any]:
    """What a person gave, with what its format brings along.

    Args:
        given: the fields of a new webhook, or those that are to change.
        before: the webhook that is to change.

    Raises:
        Unprocessable: the format does not take one of the fields, or needs one that is missing.
    """
    kind = Format(given.get("format") or (before.format if before else Format.JSON))
    chat = CHATS.get(kind)
    is_new = before is None or kind != before.format
    values = {**given, "format": kind}
    _choose_url(values, chat, before, is_new=is_new)
    _choose_secret(values, chat, is_new=is_new)
    _keep_apart(values, chat)
    _choose_options(values, chat, before, is_new=is_new)
    had_default = before is None or before.max_per_minute == _pace(before.format)
    if is_new and had_default and values.get("max_per_minute") is None:
        values["max_per_minute"] = _pace(kind)
    return values


def _pace(kind: Format) -> int:
    return PER_MINUTE if kind in CHATS else 0


def _choose_url(
    values: dict[str, Any], chat: Chat | None, before: Webhook | None, *, is_new: bool
) -> None:
    """The URL that was given, the one that stays, or the service's own."""
    url = values.pop("url", None)
    if url and MASK in url:
        if is_new or before is None or url != before.url:
            raise Unprocessable.at(["url"], "the URL is masked; send the URL itself")
        return
    if not url and before is not None and not is_new:
        if url is None:
            return  # it stays
    elif not url and before is not None and not _is_own(before) and not (chat and chat.base):
        url = before.url
    url = url or (chat.base if chat else None)
    if url is None:
        raise Unprocessable.at(["url"], "this format needs a URL")
    values["url"] = url


def _is_own(before: Webhook) -> bool:
    """Whether its URL is of no use to another format: a secret, or the service's base."""
    chat = CHATS.get(before.format)
    return chat is not None and (chat.hides_url or chat.base is not None)


def _choose_secret(values: dict[str, Any], chat: Chat | None, *, is_new: bool) -> None:
    """A token is no signing secret, so what another format had does not stay."""
    if is_new:
        values.setdefault("secret", None)
    if chat is None or "secret" not in values:
        return
    secret = values["secret"]
    if secret is None and chat.needs_secret:
        raise Unprocessable.at(["secret"], "this format needs the bot's token")
    if secret is not None and chat.needs_secret is None:
        raise Unprocessable.at(["secret"], "this format takes no secret")
    if secret is not None and not all("!" <= one <= "~" for one in secret):
        raise Unprocessable.at(["secret"], "a token has only printable ASCII characters")


def _keep_apart(values: Mapping[str, Any], chat: Chat | None) -> None:
    """A token is in no URL that is shown or stored (contract §4): the server puts it where it goes.

    People copy the address of a call, token and all, from a browser's line.
    """
    url, secret = values.get("url") or "", values.get("secret")
    if chat and chat.needs_secret and (A_TOKEN.search(url) or (secret and secret in url)):
        raise Unprocessable.at(["url"], "no token stands in the URL: give it as the secret")
    if chat and chat.base and re.search(r"[?#]", url):  # what comes behind it would be lost
        raise Unprocessable.at(["url"], "the address of a chat's API has no ? and no #")


def _choose_options(
    values: dict[str, Any], chat: Chat | None, before: Webhook | None, *, is_new: bool
) -> None:
    """Those that were given, or of another format's those that every chat has."""
    options = values.get("options")
    if options is None and not is_new:
        return
    known = COMMON | chat.options if chat else frozenset()
    if options is None:
        kept = before.options if before else {}
        options = {name: value for name, value in kept.items() if name in COMMON & known}
    check_options(values["format"], options)
    values["options"] = options


def check_options(kind: Format, options: Mapping[str, Any]) -> None:
    """Refuse what a format does not know, and what it cannot do without.

    Raises:
        Unprocessable: with the option.
    """
    chat = CHATS.get(kind)
    known = COMMON | chat.options if chat else frozenset()
    for name in options:
        if name not in known:
            raise Unprocessable.at(["options", name], "this format has no such option")
    if chat and chat.needs and chat.needs not in options:
        raise Unprocessable.at(["options", chat.needs], "this format needs it")
    if chat and not chat.has_names and str(options.get("chat_id", "")).startswith("@"):
        raise Unprocessable.at(["options", "chat_id"], "this format takes a chat's number")
