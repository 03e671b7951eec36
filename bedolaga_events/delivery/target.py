"""A URL → where its requests go and how they begin; what is typed is sent as it was (RFC 3986).

Saving, checking and sending read a URL here and nowhere else, so that they cannot disagree.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

import idna

MAX_URL = 2_048  # characters
PORTS = {"http": 80, "https": 443}
PARTS = re.compile(r"(?:([^:/?#]*):)?(?://([^/?#]*))?([^?#]*(?:\?[^#]*)?)")  # RFC 3986 appendix B
AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?")
HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
ZONE = re.compile(r"%(?:25)?([A-Za-z0-9._~-]+)$")  # RFC 6874, and the bare % that people type
MAX_HOST = 253  # characters, the last dot apart (RFC 1035 §2.3.4)

Origin = tuple[str, str, int]
Headers = Iterable[tuple[str, str]]


class Request(NamedTuple):
    """What is sent to a target besides what all its requests carry."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "POST"


class Target:
    """Where requests go, worked out once.

    A URL that cannot be used is no exception here: it may have been stored by an older version.
    `fault` then says in words what is wrong, and whoever posts answers with it.

    Args:
        url: http or https.
        headers: what every request carries besides its own.
    """

    __slots__ = ("_head", "fault", "origin", "tls_name")

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.fault: str | None = None
        self.origin: Origin = "http", "", 0
        self._head = ""
        try:
            scheme, host, port, path = _parts(url)
        except BadUrl as error:
            self.fault = str(error)
            return
        self.origin = scheme, host.lower(), port
        # A zone and the dot of an absolute name are for the resolver, in no certificate.
        self.tls_name = None if scheme == "http" else host.partition("%")[0].removesuffix(".")
        named = f"[{host.partition('%')[0]}]" if ":" in host else host
        if port != PORTS[scheme]:
            named = f"{named}:{port}"
        self._head = (
            f"{path} HTTP/1.1\r\nHost: {named}\r\nAccept: */*\r\n"
            f"Accept-Encoding: identity\r\n{_lines(headers.items())}"
        )

    def encode(self, request: Request) -> bytes:
        """The bytes of a request."""
        head = f"{request.method} {self._head}{_lines(request.headers)}"
        return f"{head}Content-Length: {len(request.body)}\r\n\r\n".encode("latin-1") + request.body


class BadUrl(ValueError):
    """What is wrong with a URL, in words."""


def _lines(headers: Headers) -> str:
    return "".join([f"{name}: {value}\r\n" for name, value in headers])


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host without brackets, port, and path with query.

    Raises:
        BadUrl: it cannot be used.
    """
    if len(url) > MAX_URL:
        raise BadUrl(f"a URL has at most {MAX_URL} characters")
    if any(ord(one) <= 0x20 or ord(one) == 0x7F for one in url):
        raise BadUrl("a URL has no spaces or control characters")
    found = PARTS.match(url)
    assert found is not None
    scheme, authority, path = (found[1] or "").lower(), found[2] or "", found[3]
    if scheme not in PORTS or not authority:
        raise BadUrl("a URL starts with http:// or https:// and names a host")
    if "@" in authority:
        raise BadUrl("a URL carries no user name or password; use an extra request header")
    split = AUTHORITY.fullmatch(authority)
    if split is None:
        raise BadUrl("a URL has a host and, behind a colon, a port in digits")
    port = int(split[2]) if split[2] else PORTS[scheme]
    if not 0 < port < 65_536:
        raise BadUrl("a port is a number from 1 to 65535")
    return scheme, _host(split[1]), port, _path(path)


def _path(typed: str) -> str:
    """Path and query: ASCII as it is, anything else as percent-encoded UTF-8."""
    if not typed.startswith("/"):
        typed = f"/{typed}"
    try:
        return "".join(
            one if one < "\x80" else "".join(f"%{byte:02X}" for byte in one.encode())
            for one in typed
        )
    except UnicodeEncodeError:
        raise BadUrl("a URL has no lone surrogates") from None


def _host(typed: str) -> str:
    if typed.startswith("["):
        return _ipv6(typed[1:-1])
    host = typed if typed.isascii() else _idna(typed)
    if not HOST.fullmatch(host) or len(host.removesuffix(".")) > MAX_HOST:
        raise BadUrl("this is no name of a host")
    for label in host.lower().split("."):
        if label.startswith("xn--") and not _decodes(label):
            raise BadUrl(f"the name of the host is not valid: {label}")
    return host


def _ipv6(typed: str) -> str:
    zone = ZONE.search(typed)
    address = typed[: zone.start()] if zone else typed
    try:
        IPv6Address(address)
    except AddressValueError:
        raise BadUrl("what stands in brackets is no IPv6 address") from None
    return f"{address}%{zone[1]}" if zone else address


def _idna(typed: str) -> str:
    """A name in ASCII: by IDNA 2008, else by IDNA 2003 (emoji), as browsers and curl have it."""
    try:
        return idna.encode(typed, uts46=True).decode()
    except idna.IDNAError:
        pass
    try:
        return typed.encode("idna").decode()
    except UnicodeError:
        raise BadUrl("this is no name of a host") from None


def _decodes(label: str) -> bool:
    for decode in (idna.decode, lambda text: text.encode().decode("idna")):
        try:
            decode(label)
        except UnicodeError:
            continue
        return True
    return False
