"""What must not come back: tokens and keys that a request carried, in an answer that repeats them.

Pure. An answer is cleaned whole, before anybody reads it, keeps a part of it or cuts a sentence out
of it, for half of a token would not be recognised any more.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from bedolaga_events.delivery.answers import Answer
from bedolaga_events.wire import MASK

TELLING = 4  # characters: less of a secret says nothing, and hiding it would spoil every text
KEY = 16  # characters that only a key has
SECRETIVE = re.compile(r"auth|cookie|key|pass|secret|token", re.IGNORECASE)  # names of headers


class Hidden:
    """What is hidden, in every spelling in which it may come back."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spelt = {one for secret in secrets if len(secret) >= TELLING for one in _spellings(secret)}
        self._spelt = sorted(spelt, key=len, reverse=True)

    def answer(self, answer: Answer) -> Answer:
        """What came of a request, without it."""
        if not self._spelt:
            return answer
        body = answer.body.decode("utf-8", "surrogateescape")
        return answer._replace(
            message=self.text(answer.message),
            headers=tuple((name, self.text(value)) for name, value in answer.headers),
            body=self.text(body).encode("utf-8", "surrogateescape"),
        )

    def text(self, text: str) -> str:
        """A text without it, also if that was cut or broke off in its middle."""
        for secret in self._spelt:
            text = text.replace(secret, MASK)
        for secret in self._spelt:
            for size in range(len(secret) - 1, TELLING - 1, -1):
                if text.endswith(secret[:size]):
                    return text[:-size] + MASK
        return text


def of_token(token: str) -> list[str]:
    """Of a bot's token; what stands before its colon is the bot's id, which anybody may know."""
    return [token.rpartition(":")[2] or token]


def of_url(url: str) -> list[str]:
    """Of a URL that is a secret itself: the parts of its path and query that nobody could guess."""
    return _keys(re.split(r"[/?&=]", url.partition("//")[2])[1:])


def of_headers(headers: Mapping[str, str]) -> list[str]:
    """Of extra request headers: the credentials in those whose names say that they hold some."""
    values = (value for name, value in headers.items() if SECRETIVE.search(name))
    return [key for value in values for key in _keys(re.split(r"[ ;,=]+", value))]


def _keys(parts: Iterable[str]) -> list[str]:
    """Those that are as long as keys are; without any, the longest one and the last."""
    there = [one for one in parts if one]
    long = [one for one in there if len(one) >= KEY]
    return long or [*there[-1:], max(there, key=len, default="")]


def _spellings(secret: str) -> set[str]:
    """As it is; percent-encoded or not (RFC 3986 §2.1); as JSON, PHP's and .NET's, and HTML."""
    dumped, percent = json.dumps(secret)[1:-1], quote(secret, safe="")
    return {
        secret,
        unquote(secret),
        quote(secret),
        percent,
        re.sub("%..", lambda found: found[0].lower(), percent),
        re.sub("[+&'<>`]", lambda found: f"\\u{ord(found[0]):04X}", dumped),
        dumped,
        dumped.replace("/", "\\/"),
        html.escape(secret),
    }
