"""Who is calling: the address after trusted proxies, the token, and whether an Origin is ours.

Pure: what the settings say and what a request says, put together. Nothing here raises, whatever
strangers write into their headers.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from multidict import MultiMapping

from bedolaga_events import origins
from bedolaga_events.origins import Origin
from bedolaga_events.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Front:
    """How the world reaches the server, as the settings say.

    Args:
        proxies: the networks whose X-Forwarded-* headers are believed.
        public_url: with a slash at the end, or empty.
        origins: whose pages may open the live feed besides our own: `security.allowed_origins`
            and that of `public_url`.
    """

    proxies: tuple[Network, ...] = ()
    public_url: str = ""
    origins: frozenset[Origin] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "Front":
        """What these settings say."""
        public = settings.server.public_url
        named = [*map(origins.origin, settings.security.allowed_origins)]
        named += [found[0] for found in [origins.address(public)] if found is not None]
        return cls(
            tuple(ipaddress.ip_network(one) for one in settings.server.trusted_proxies),
            public,
            frozenset(one for one in named if one is not None),
        )

    def trusts(self, address: str) -> bool:
        """Whether what this peer forwards is believed."""
        parsed = parse(address) if self.proxies else None
        return parsed is not None and any(parsed in one for one in self.proxies)

    def client(self, peer: str, headers: MultiMapping[str]) -> str:
        """Who asks: the last address in all X-Forwarded-For lines that is not a trusted proxy's.

        Args:
            peer: the address at the other end of the connection.
            headers: of the request; what an untrusted peer forwards is not read.

        Returns:
            An address without a port; `peer` where there is none, or garbage stands there.
        """
        address = canonical(peer)
        if not self.trusts(peer):
            return address
        lines = headers.getall("X-Forwarded-For", [])
        for entry in reversed([one.strip() for one in ",".join(lines).split(",")]):
            if not entry:
                continue  # empty members of a list mean nothing (RFC 9110 §5.6.1)
            parsed = parse(entry)
            if parsed is None:
                return canonical(peer)
            address = str(parsed)
            if not any(parsed in one for one in self.proxies):
                break
        return address

    def is_exempt(self, address: str) -> bool:
        """Whether a client may hold any number of connections: loopback, and trusted proxies."""
        parsed = parse(address)
        return parsed is None or parsed.is_loopback or self.trusts(address)

    def url(self, peer: str, scheme: str, headers: MultiMapping[str]) -> str:
        """The address that a link for this caller begins with, ending with a slash.

        Args:
            peer: the address at the other end of the connection.
            scheme: http or https, as the connection itself is.
            headers: of the request.
        """
        if self.public_url:
            return self.public_url
        forwarded_host, forwarded_scheme = self._forwarded(peer, headers)
        host = forwarded_host or headers.get("Host", "")
        found = origins.at(forwarded_scheme or scheme, host) or origins.at(scheme, host)
        return f"{found or ''}/"

    def owns(self, origin: str, peer: str, scheme: str, headers: MultiMapping[str]) -> bool:
        """Whether a page of this Origin may open the live feed: it is ours, or allowed.

        Our own is compared with Host, and with X-Forwarded-Host of a trusted proxy (RFC 6454 §5).
        Which scheme the browser used is known when we speak TLS ourselves, or from a trusted
        proxy's X-Forwarded-Proto; a proxy that is not listed may have taken TLS off, so then the
        Origin's own scheme counts.
        """
        found = origins.origin(origin)
        if found is None or found in self.origins:
            return found is not None
        forwarded_host, forwarded_scheme = self._forwarded(peer, headers)
        known = forwarded_scheme or ("https" if scheme == "https" else found.scheme)
        hosts = (headers.get("Host", ""), forwarded_host)
        return any(origins.at(known, one) == found for one in hosts)

    def _forwarded(self, peer: str, headers: MultiMapping[str]) -> tuple[str, str]:
        """Host and scheme that the browser used, by a trusted proxy; empty where not told."""
        if not self.trusts(peer):
            return "", ""
        names = ("X-Forwarded-Host", "X-Forwarded-Proto")
        # Where several proxies wrote, the first saw the browser.
        host, scheme = (headers.get(one, "").partition(",")[0].strip() for one in names)
        return host, origins.SCHEMES.get(scheme.lower(), "")


def parse(text: str) -> Address | None:
    """An address as proxies write it: with a port, in brackets, with a zone, IPv4 within IPv6."""
    found = WITH_PORT.fullmatch(text)
    plain = (found[1] or found[2] or "") if found is not None else text
    try:
        parsed = ipaddress.ip_address(plain.partition("%")[0] if ":" in plain else plain)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None
    return mapped or parsed


def canonical(address: str) -> str:
    """An address in one form; what is none stays as it is."""
    return str(parse(address) or address)


def presented(headers: Mapping[str, str]) -> str | None:
    """The token that a request carries; header names are in lower case, or compared so."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return headers.get("x-api-key") or None
