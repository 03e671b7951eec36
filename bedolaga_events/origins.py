"""Web addresses in one form, so that two spellings of one origin compare equal (RFC 6454)."""

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import idna

SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
DEFAULT_PORTS = {"http": 80, "https": 443}
URL = re.compile(r"([a-z]+)://([^/?#@\\\s]+)(/[^?#\\\s]*)?", re.IGNORECASE)
AUTHORITY = re.compile(r"(\[[0-9a-f:.]+(?:%[^\]\s]*)?\]|[^\[\]:%/?#@\\\s]+)(?::([0-9]*))?", re.I)
NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
PATH_KEPT = "/%:@!$&'()*+,;=~"


class Origin(NamedTuple):
    """Scheme (http or https), host (a name in A-labels, or an address without brackets), port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As browsers write it (RFC 6454 §6.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_default = DEFAULT_PORTS[self.scheme] == self.port
        return f"{self.scheme}://{host}" + ("" if is_default else f":{self.port}")


def origin(text: str) -> Origin | None:
    """The origin that `text` writes, with or without a final slash; None when it writes none."""
    found = URL.fullmatch(text)
    return _origin(found) if found is not None and found[3] in (None, "/") else None


def address(text: str) -> tuple[Origin, str] | None:
    """An http(s) URL without query: its origin, and its path, which ends with a slash."""
    found = URL.fullmatch(text)
    at = None if found is None or found[1].lower() not in DEFAULT_PORTS else _origin(found)
    if found is None or at is None:
        return None
    return at, quote((found[3] or "/").rstrip("/") + "/", safe=PATH_KEPT)


def at(scheme: str, authority: str) -> Origin | None:
    """The origin of a `Host` header under a scheme; None when it is malformed.

    Args:
        scheme: http or https, ws or wss.
        authority: `host[:port]` (RFC 9110 §7.2).
    """
    plain = SCHEMES.get(scheme.lower())
    found = AUTHORITY.fullmatch(authority)
    if plain is None or found is None:
        return None
    host = _host(found[1])
    port = int(found[2][-6:]) if found[2] else DEFAULT_PORTS[plain]
    return None if host is None or not 0 < port < 65_536 else Origin(plain, host, port)


def _origin(found: re.Match[str]) -> Origin | None:
    return at(found[1], found[2])


@lru_cache(maxsize=256)
def _host(text: str) -> str | None:
    """A host in one form: lower case, A-labels, no final dot; an IPv6 address shortened."""
    if text.startswith("["):
        try:
            return str(ipaddress.IPv6Address(text[1:-1].partition("%")[0]))
        except ValueError:
            return None
    name = text.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except UnicodeError:
            return None
    return name if NAME.fullmatch(name) else None
