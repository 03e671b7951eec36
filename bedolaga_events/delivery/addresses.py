"""May this address be dialled, and by which rule (contract §4)?

`ipaddress.is_global` is not enough: it is true for 64:ff9b::7f00:1 and 2002:7f00:1::, which are
127.0.0.1, for multicast and for retired ranges. So the list is explicit, from the IANA special
purpose registries (RFC 6890), and embedded IPv4 addresses are unwrapped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK, PRIVATE, SPECIAL = "loopback", "private network", "special range"


@dataclass(frozen=True, slots=True)
class Rule:
    """A range that is not public."""

    network: Network
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an address may be dialled, and the rule that decides."""

    address: str
    allowed: bool
    rule: str

    @property
    def sentence(self) -> str:
        """The refusal for a person: the address, the rule and the setting."""
        return (
            f"address {self.address} is not allowed ({self.rule}); "
            "if this is your network, add it to delivery.allowed_networks"
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """Which networks besides public ones deliveries may go to."""

    allowed: tuple[Network, ...] = ()
    loopback: bool = False  # while the server itself listens on loopback

    def judge(self, text: str) -> Verdict:
        """The verdict on an address in text form; a zone id (``%eth0``) is ignored."""
        address = ip_address(text.partition("%")[0])
        real = embedded_ipv4(address) or address
        rule = rule_of(real)
        if rule is None:
            return Verdict(text, True, "public address")
        if rule.kind == LOOPBACK and self.loopback:
            return Verdict(text, True, "loopback, because the server listens on loopback")
        for network in self.allowed:
            if rule.kind == SPECIAL and network != rule.network:
                continue
            if real in network or address in network:
                return Verdict(text, True, f"allowed_networks {network}")
        return Verdict(text, False, f"{rule.name} {rule.network}")


def policy(allowed: Sequence[str], *, loopback: bool) -> Policy:
    """A policy from the CIDRs of the config."""
    return Policy(tuple(ip_network(one) for one in allowed), loopback)


def rule_of(address: Address) -> Rule | None:
    """The narrowest rule that holds `address`, None for a public one."""
    return next((rule for rule in RULES if address in rule.network), None)


def embedded_ipv4(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, compatible, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in COMPATIBLE and int(address) > 1:  # not :: and ::1
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
COMPATIBLE = IPv6Network("::/96")  # RFC 4291 §2.5.5.1


def _rules(kind: str, name: str, *networks: str) -> list[Rule]:
    return [Rule(ip_network(one), kind, name) for one in networks]


RULES = sorted(
    [
        *_rules(LOOPBACK, "loopback", "127.0.0.0/8", "::1/128"),
        *_rules(PRIVATE, "private network", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *_rules(PRIVATE, "shared address space", "100.64.0.0/10"),
        *_rules(PRIVATE, "unique local addresses", "fc00::/7"),
        *_rules(
            SPECIAL,
            "cloud metadata",
            "169.254.169.254/32",
            "100.100.100.200/32",
            "192.0.0.192/32",
            "fd00:ec2::254/128",
        ),
        *_rules(SPECIAL, "link-local", "169.254.0.0/16", "fe80::/10"),
        *_rules(SPECIAL, "site-local", "fec0::/10"),
        *_rules(SPECIAL, "this host", "0.0.0.0/8", "::/128"),
        *_rules(SPECIAL, "protocol assignments", "192.0.0.0/24", "2001::/23"),
        *_rules(
            SPECIAL,
            "documentation",
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001:db8::/32",
            "3fff::/20",
        ),
        *_rules(SPECIAL, "benchmarking", "198.18.0.0/15"),
        *_rules(SPECIAL, "6to4 relay", "192.88.99.0/24"),
        *_rules(SPECIAL, "multicast", "224.0.0.0/4", "ff00::/8"),
        *_rules(SPECIAL, "reserved", "240.0.0.0/4"),
        *_rules(SPECIAL, "discard only", "100::/64"),
        *_rules(SPECIAL, "local translation", "64:ff9b:1::/48"),
        *_rules(SPECIAL, "segment routing", "5f00::/16"),
    ],
    key=lambda rule: -rule.network.prefixlen,
)
