"""Addresses and origins as a person writes them into the settings."""

from typing import Any

import pytest
from pydantic import ValidationError

from bedolaga_events import origins
from bedolaga_events.settings import SecuritySettings, ServerSettings


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("https://events.example.com", "https://events.example.com/"),
        ("HTTPS://Events.Example.com:443/shop/", "https://events.example.com/shop/"),
        ("http://пример.рф:81/я//", "http://xn--e1afmkfd.xn--p1ai:81/%D1%8F/"),
        ("http://[2001:DB8::1]/a%20b", "http://[2001:db8::1]/a%20b/"),
    ],
)
def test_a_public_url_has_one_form(written: str, kept: str) -> None:
    """ASCII, no default port, a slash at the end."""
    assert ServerSettings(public_url=written).public_url == kept


@pytest.mark.parametrize(
    "bad",
    [
        *("events.example.com", "ftp://a.b", "wss://a.b", "https://", "https://a b"),
        *("https://a?x=1", "https://u:p@a.b", "https://a.b/#x", "https://a.b:70000", "http://[::"),
    ],
)
def test_what_is_no_address_stops_the_start(bad: str) -> None:
    """One clear error."""
    with pytest.raises(ValidationError, match="write it like https://"):
        ServerSettings(public_url=bad)


@pytest.mark.parametrize(
    ("written", "hosts", "is_local"),
    [
        ("127.0.0.1", ["127.0.0.1"], True),
        ("localhost", ["localhost"], True),
        ("127.0.0.1, [::1]", ["127.0.0.1", "::1"], True),
        (["127.0.0.1", "::1"], ["127.0.0.1", "::1"], True),
        ('["127.0.0.1", "10.0.0.5"]', ["127.0.0.1", "10.0.0.5"], False),
        ("::", ["::"], False),
        ("::1,::1", ["::1"], True),
    ],
)
def test_one_address_to_listen_on_or_several(
    written: Any, hosts: list[str], is_local: bool
) -> None:
    """A list, or separated by commas; local only if all of them are."""
    assert ServerSettings(host=written).hosts == hosts
    assert ServerSettings(host=written).is_local is is_local
    assert not ServerSettings(host=written, public_url="https://a.b").is_local


@pytest.mark.parametrize("bad", ["", "127.0.0.1,", 7, [7], '["'])
def test_no_address_to_listen_on_stops_the_start(bad: Any) -> None:
    """Empty ones too."""
    with pytest.raises(ValidationError):
        ServerSettings(host=bad)


def test_an_origin_is_written_as_browsers_do() -> None:
    """So that CORS, which compares texts, agrees (RFC 6454 §6.2)."""
    written = ["https://Shop.example:443/", "http://пример.рф", "http://[::1]:80"]
    kept = ["https://shop.example", "http://xn--e1afmkfd.xn--p1ai", "http://[::1]"]
    assert SecuritySettings(allowed_origins=written).allowed_origins == kept
    assert [str(origins.origin(one)) for one in kept] == kept
