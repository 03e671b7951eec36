"""Who calls, under which address we are reached, whose Origin is ours: a table of the world."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bedolaga_events.api.caller import Front
from bedolaga_events.settings import SecuritySettings, ServerSettings, Settings

PROXY, STRANGER = "10.0.0.1", "203.0.113.9"


def front(**server: Any) -> Front:
    allowed = server.pop("allowed_origins", [])
    networks = {"trusted_proxies": ["10.0.0.0/8", "::1/128", "fd00::/8"], **server}
    security = SecuritySettings(allowed_origins=allowed)
    return Front.of(Settings(server=ServerSettings(**networks), security=security))


OWN = [  # Host, Origin
    ("events.example.com", "https://events.example.com"),  # TLS ends at a proxy
    ("events.example.com", "http://events.example.com"),
    ("events.example.com:443", "https://events.example.com"),
    ("events.example.com", "https://events.example.com:443"),
    ("events.example.com:80", "http://events.example.com"),
    ("events.example.com", "http://events.example.com:80"),
    ("events.example.com:8443", "https://events.example.com:8443"),
    ("Events.Example.COM", "https://events.example.com"),
    ("events.example.com", "HTTPS://EVENTS.EXAMPLE.COM"),
    ("events.example.com", "https://events.example.com/"),
    ("events.example.com.", "https://events.example.com"),
    ("events.example.com", "https://events.example.com."),
    ("events.example.com:", "https://events.example.com"),
    ("events.example.com:0443", "https://events.example.com"),
    ("events.example.com", "wss://events.example.com"),
    ("localhost:8080", "http://localhost:8080"),
    ("localhost", "http://localhost/"),
    ("my_shop:8080", "http://my_shop:8080"),
    ("127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("127.0.0.1", "http://127.0.0.1"),
    ("[::1]:8080", "http://[::1]:8080"),
    ("[::1]", "http://[::1]"),
    ("[2001:DB8::1]", "https://[2001:db8::1]"),
    ("[2001:db8:0:0::1]", "https://[2001:db8::1]:443"),
    ("[fe80::1%25eth0]:8080", "http://[fe80::1]:8080"),
    ("пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
    ("xn--e1afmkfd.xn--p1ai", "https://пример.рф"),
    ("XN--E1AFMKFD.XN--P1AI:443", "https://ПРИМЕР.рф"),
]
STRANGE = [
    ("events.example.com", "https://evil.example"),
    ("events.example.com", "https://events.example.com.evil.example"),
    ("events.example.com", "https://evil.example/events.example.com"),
    ("events.example.com", "https://events.example.com@evil.example"),
    ("events.example.com", "https://events.example.com:8443"),
    ("events.example.com:8443", "https://events.example.com"),
    ("events.example.com:80", "https://events.example.com"),
    ("events.example.com", "https://sub.events.example.com"),
    ("events.example.com", "null"),
    ("events.example.com", ""),
    ("events.example.com", "events.example.com"),
    ("events.example.com", "//events.example.com"),
    ("events.example.com", "file://"),
    ("events.example.com", "ftp://events.example.com"),
    ("events.example.com", "chrome-extension://events.example.com"),
    ("events.example.com", "http://["),
    ("events.example.com", "http://[::1"),
    ("events.example.com", "http://[zz]"),
    ("events.example.com", "https://events.example.com:99999"),
    ("events.example.com", "https://events.example.com:0"),
    ("events.example.com", "https://events.example.com:" + "9" * 5_000),
    ("events.example.com", "https://events.example.com:4x3"),
    ("events.example.com", "https://events.example.com?x"),
    ("events.example.com", "https://events.example.com#x"),
    ("events.example.com", "https://events.example.com/shop"),
    ("events.example.com", "https://events.example.com https://events.example.com"),
    ("events.example.com", "https://events.example.com\\@evil.example"),
    ("events.example.com", "https://" + "ü" * 70 + ".example"),
    ("events.example.com", "https://\udc80.example"),
    ("events..example.com", "https://events..example.com"),
    ("", "https://events.example.com"),
    ("[", "http://["),
    ("[::1]", "http://[::2]"),
    ("127.0.0.1", "http://[::ffff:127.0.0.1]"),
]


@pytest.mark.parametrize(("host", "origin"), OWN)
def test_an_origin_that_is_the_host_is_ours(host: str, origin: str) -> None:
    """Whatever spelling each of them has (RFC 6454 §4)."""
    assert front().owns(origin, STRANGER, "http", CIMultiDict(Host=host))


@pytest.mark.parametrize(("host", "origin"), STRANGE)
def test_any_other_origin_is_not(host: str, origin: str) -> None:
    """Also a malformed one: no, and never an exception."""
    assert not front().owns(origin, STRANGER, "http", CIMultiDict(Host=host))


@pytest.mark.parametrize(
    ("peer", "forwarded", "origin", "ours"),
    [
        (PROXY, {"X-Forwarded-Host": "shop.example"}, "https://shop.example", True),
        (PROXY, {"X-Forwarded-Host": "shop.example, inner"}, "https://shop.example", True),
        (PROXY, {"X-Forwarded-Host": "shop.example:8443"}, "https://shop.example:8443", True),
        (PROXY, {"X-Forwarded-Host": "shop.example"}, "https://inner:8080", True),
        (PROXY, {"X-Forwarded-Host": "shop.example"}, "https://other.example", False),
        (STRANGER, {"X-Forwarded-Host": "shop.example"}, "https://shop.example", False),
        (PROXY, {"X-Forwarded-Proto": "https"}, "https://inner:8080", True),
        (PROXY, {"X-Forwarded-Proto": "https"}, "http://inner:8080", False),
        (PROXY, {"X-Forwarded-Proto": "wss"}, "https://inner:8080", True),
        (PROXY, {"X-Forwarded-Proto": "http"}, "https://inner:8080", False),
        (PROXY, {"X-Forwarded-Proto": "HTTPS, http"}, "https://inner:8080", True),
        (PROXY, {"X-Forwarded-Proto": "nonsense"}, "https://inner:8080", True),
        (STRANGER, {"X-Forwarded-Proto": "http"}, "https://inner:8080", True),
        (PROXY, {"X-Forwarded-Host": "["}, "https://inner:8080", True),
    ],
)
def test_what_a_trusted_proxy_forwards_is_our_address_too(
    peer: str, forwarded: dict[str, str], origin: str, ours: bool
) -> None:
    """Host and scheme, as the outermost of several saw them; a stranger's count for nothing."""
    headers = CIMultiDict({"Host": "inner:8080", **forwarded})
    assert front().owns(origin, peer, "http", headers) is ours


def test_our_own_tls_says_which_scheme_it_is() -> None:
    """An https server's page has an https Origin."""
    headers = CIMultiDict(Host="shop.example:8443")
    assert front().owns("https://shop.example:8443", STRANGER, "https", headers)
    assert not front().owns("http://shop.example:8443", STRANGER, "https", headers)


def test_the_public_url_and_the_allowed_origins_are_in() -> None:
    """In any spelling, with or without a final slash; other ports and schemes are not."""
    ours = front(
        public_url="https://Пример.рф/shop",
        allowed_origins=["https://cabinet.example/", "http://localhost:3000"],
    )
    nowhere = CIMultiDict(Host="inner")
    for origin in ("https://xn--e1afmkfd.xn--p1ai", "https://cabinet.example:443"):
        assert ours.owns(origin, STRANGER, "http", nowhere)
    assert ours.owns("http://localhost:3000/", STRANGER, "http", nowhere)
    for origin in ("http://cabinet.example", "http://localhost", "https://cabinet.example:1"):
        assert not ours.owns(origin, STRANGER, "http", nowhere)


@pytest.mark.parametrize(
    ("peer", "lines", "client"),
    [
        (STRANGER, ["198.51.100.7"], STRANGER),
        (PROXY, [], PROXY),
        (PROXY, [""], PROXY),
        (PROXY, ["198.51.100.7"], "198.51.100.7"),
        (PROXY, ["192.0.2.1", "198.51.100.7"], "198.51.100.7"),  # HAProxy adds a line
        (PROXY, ["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
        (PROXY, ["192.0.2.1", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        (PROXY, ["192.0.2.1", "198.51.100.7", "10.0.0.2", "10.0.0.3"], "198.51.100.7"),
        (PROXY, ["198.51.100.7, ,"], "198.51.100.7"),
        (PROXY, ["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        (PROXY, ["198.51.100.7:5678"], "198.51.100.7"),
        (PROXY, ["[2001:db8::7]:443"], "2001:db8::7"),
        (PROXY, ["[2001:db8::7]"], "2001:db8::7"),
        (PROXY, ["2001:DB8:0::7"], "2001:db8::7"),
        (PROXY, ["fe80::7%eth0"], "fe80::7"),
        (PROXY, ["::ffff:198.51.100.7"], "198.51.100.7"),
        (PROXY, ["unknown"], PROXY),
        (PROXY, ["198.51.100.7, garbage"], PROXY),
        (PROXY, ["198.51.100.7, garbage, 10.0.0.2"], PROXY),
        (PROXY, ["198.51.100.7:port"], PROXY),
        (PROXY, ["300.1.1.1"], PROXY),
        (PROXY, ["198.51.100.7%x"], PROXY),
        (PROXY, ["[::1"], PROXY),
        (PROXY, ["x" * 8_000], PROXY),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("::ffff:203.0.113.9", ["198.51.100.7"], STRANGER),
        ("fd00::1%eth0", ["198.51.100.7"], "198.51.100.7"),
        ("::1", ["198.51.100.7"], "198.51.100.7"),
        ("unknown", ["198.51.100.7"], "unknown"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxys(
    peer: str, lines: list[str], client: str
) -> None:
    """Over all lines joined; ports are cut off, garbage means the peer itself (contract §1)."""
    headers = CIMultiDict([("X-Forwarded-For", one) for one in lines])
    assert front().client(peer, headers) == client


@given(st.text(), st.text(), st.lists(st.text()), st.sampled_from([PROXY, STRANGER, "unix"]))
def test_nothing_that_is_sent_is_an_exception(
    host: str, origin: str, lines: list[str], peer: str
) -> None:
    """Any text in any of the headers."""
    headers = CIMultiDict([("Host", host), ("X-Forwarded-Host", origin)])
    headers.extend([("X-Forwarded-For", one) for one in lines])
    for candidate in (origin, f"https://{origin}", f"https://{origin}:{host}"):
        assert front().owns(candidate, peer, "http", headers) in (True, False)
    assert front().client(peer, headers)
    assert front().url(peer, "http", headers).endswith("/")
    assert front().is_exempt(origin) in (True, False)


@pytest.mark.parametrize(
    ("settings", "peer", "headers", "url"),
    [
        ({}, STRANGER, {"Host": "127.0.0.1:8080"}, "http://127.0.0.1:8080/"),
        ({}, STRANGER, {"Host": "shop.example"}, "http://shop.example/"),
        ({}, STRANGER, {"Host": "[::1]:8080"}, "http://[::1]:8080/"),
        (
            {},
            PROXY,
            {"Host": "inner", "X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "https"},
            "https://shop.example/",
        ),
        (
            {},
            PROXY,
            {"Host": "shop.example", "X-Forwarded-Proto": "https"},
            "https://shop.example/",
        ),
        ({}, STRANGER, {"Host": "a", "X-Forwarded-Host": "evil.example"}, "http://a/"),
        ({"public_url": "https://s.example/shop"}, PROXY, {"Host": "a"}, "https://s.example/shop/"),
    ],
)
def test_links_lead_where_the_caller_is(
    settings: dict[str, Any], peer: str, headers: dict[str, str], url: str
) -> None:
    """Under public_url; without one under the address that the request came to."""
    assert front(**settings).url(peer, "http", CIMultiDict(headers)) == url
