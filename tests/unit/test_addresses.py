"""`delivery.addresses`: every notation of an address that must not be dialled."""

import pytest

from bedolaga_events.delivery.addresses import policy

REFUSED = [
    "127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::", "10.0.0.5", "172.31.255.255",
    "192.168.1.1", "100.64.0.1", "169.254.169.254", "100.100.100.200", "169.254.1.1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a00:1::", "192.0.2.1", "198.51.100.1", "203.0.113.9", "2001:db8::1",
    "198.18.0.1", "192.88.99.1", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "100::1",
    "5f00::1", "2001::1", "192.0.0.1", "3fff::1",
]  # fmt: skip
ALLOWED = [
    "1.1.1.1",
    "8.8.8.8",
    "2606:4700::1111",
    "64:ff9b::808:808",
    "2002:808:808::",
    "172.32.0.1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_only_public_addresses_by_default(address: str) -> None:
    """The refusal names the address, the rule and the setting."""
    verdict = policy([], loopback=False).judge(address)
    assert not verdict.allowed
    assert address in verdict.sentence
    assert "allowed_networks" in verdict.sentence


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_are_allowed(address: str) -> None:
    """Also when they are written as IPv6."""
    assert policy([], loopback=False).judge(address).allowed


def test_loopback_opens_with_a_loopback_server_and_nothing_else_does() -> None:
    """Local development works; the network of the machine stays closed."""
    local = policy([], loopback=True)
    assert local.judge("127.0.0.1").allowed
    assert local.judge("::ffff:127.0.0.1").allowed
    assert not local.judge("10.0.0.5").allowed
    assert not local.judge("169.254.169.254").allowed


def test_a_private_range_opens_by_any_network_that_holds_it() -> None:
    """`0.0.0.0/0` opens what is private."""
    wide = policy(["0.0.0.0/0"], loopback=False)
    assert wide.judge("10.0.0.5").allowed
    assert wide.judge("127.0.0.1").allowed


def test_a_special_range_opens_only_by_its_own_name() -> None:
    """A wide network must not open the cloud's metadata by accident."""
    assert (
        not policy(["0.0.0.0/0", "169.254.0.0/16"], loopback=False).judge("169.254.169.254").allowed
    )
    assert policy(["169.254.169.254/32"], loopback=False).judge("169.254.169.254").allowed
    assert policy(["169.254.0.0/16"], loopback=False).judge("169.254.9.9").allowed
