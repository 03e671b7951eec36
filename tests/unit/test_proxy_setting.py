"""The proxy for deliveries as a person writes it into the settings."""

import sys

import pytest

from bedolaga_events.delivery.proxy import proxy
from bedolaga_events.errors import ConfigError


@pytest.mark.parametrize(
    "written",
    [
        "proxy:3128",
        "https://proxy:3128",
        "socks4://proxy:1080",
        "http://proxy",
        "http://proxy:99999",
        "http://us er:hidden@pro xy:3128",
        "socks5://hidden@proxy:1080",
        "socks5://пользователь:hidden@proxy:1080",
        "http://user%3A:hidden@proxy:3128",
    ],
)
def test_what_is_no_proxy_stops_the_start(written: str) -> None:
    """The sentence names the setting and repeats no password."""
    with pytest.raises(ConfigError, match=r"^delivery\.proxy: ") as raised:
        proxy(written)
    assert "hidden" not in raised.value.detail


def test_a_password_may_hold_anything() -> None:
    """As %XX, or as typed where that can be told apart."""
    made = proxy("socks5://shop:p@ss/w%3Ard@[::1]:1080")
    assert made is not None
    assert (made.origin[1:], made.user, made.password) == (("::1", 1080), "shop", "p@ss/w:rd")
    assert str(made) == "socks5://[::1]:1080"


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the first delivery."""
    monkeypatch.setitem(sys.modules, "python_socks", None)
    with pytest.raises(ConfigError, match=r"pip install 'bedolaga-events\[proxy\]'"):
        proxy("http://127.0.0.1:3128")
