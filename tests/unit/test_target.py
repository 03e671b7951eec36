"""A URL as typed → origin, TLS name and the first lines of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedolaga_events.delivery.target import MAX_URL, Request, Target

PATHS = {
    "http://h": "/",
    "http://h?a=b": "/?a=b",
    "http://h/p?sp=%2Ftriggers": "/p?sp=%2Ftriggers",
    "http://h/%7Euser/%2e%2E/./a/../b//c": "/%7Euser/%2e%2E/./a/../b//c",
    "http://h/p?": "/p?",
    "http://h/p??a=b?c&&d=": "/p??a=b?c&&d=",
    "http://h/%zz%": "/%zz%",
    'http://h/{a}|b^`"<>\\': '/{a}|b^`"<>\\',
    "http://h/a+b;c=d,e!$&'()*@:": "/a+b;c=d,e!$&'()*@:",
    "http://h/p#part": "/p",
    "http://h/p?a#b?c": "/p?a",
    "http://h/путь?q=ж%20": "/%D0%BF%D1%83%D1%82%D1%8C?q=%D0%B6%20",
    "http://h/😀": "/%F0%9F%98%80",
    "http://h/sig?se=2026-01-01T00%3A00%3A00Z&sig=a%2Bb%3D": (
        "/sig?se=2026-01-01T00%3A00%3A00Z&sig=a%2Bb%3D"
    ),
}
HOSTS = {  # host header, origin's host, TLS name
    "https://example.com/": ("example.com", "example.com", "example.com"),
    "https://Example.COM./": ("Example.COM.", "example.com.", "Example.COM"),
    "https://example.com:443/": ("example.com", "example.com", "example.com"),
    "https://example.com:/": ("example.com", "example.com", "example.com"),
    "https://example.com:8443/": ("example.com:8443", "example.com", "example.com"),
    "https://пример.рф/": ("xn--e1afmkfd.xn--p1ai",) * 3,
    "https://xn--e1afmkfd.xn--p1ai/": ("xn--e1afmkfd.xn--p1ai",) * 3,
    "https://faß.de/": ("xn--fa-hia.de",) * 3,
    "https://💩.la/": ("xn--ls8h.la",) * 3,
    "https://xn--ls8h.la/": ("xn--ls8h.la",) * 3,
    "https://_a.under_score.test/": ("_a.under_score.test",) * 3,
    "https://127.0.0.1/": ("127.0.0.1",) * 3,
    "https://[::1]:8443/": ("[::1]:8443", "::1", "::1"),
    "https://[FE80::1%25eth0]/": ("[FE80::1]", "fe80::1%eth0", "FE80::1"),
    "https://[fe80::1%eth0]/": ("[fe80::1]", "fe80::1%eth0", "fe80::1"),
}
FAULTS = {
    "": "http://",
    "/hook": "http://",
    "//h/": "http://",
    "ftp://h/": "http://",
    "http:h": "http://",
    "http:///p": "http://",
    "http://?a": "http://",
    "http://user@h/": "user name",
    "http://user:word@h/": "user name",
    "http://good\\@h/": "user name",
    "http://a..b/": "name of a host",
    "http://.a/": "name of a host",
    "http://./": "name of a host",
    "http://a../": "name of a host",
    "http://" + "a" * 64 + ".test/": "name of a host",
    "http://" + "a." * 127 + "test/": "name of a host",
    "http://ex%61mple/": "name of a host",
    "http://a\\b/": "name of a host",
    "http://a*b/": "name of a host",
    "http://xn--a.example/": "not valid: xn--a",
    "http://xn--.example/": "not valid: xn--",
    "http://\ud800/": "name of a host",
    "http://h/\ud800": "surrogates",
    "http://h/?\udfff": "surrogates",
    "http://h:0/": "65535",
    "http://h:65536/": "65535",
    "http://h:1000080/": "65535",
    "http://h:８０/": "port in digits",
    "http://h:80a/": "port in digits",
    "http://h:-1/": "port in digits",
    "http://[::1/": "port in digits",
    "http://[::1]x/": "port in digits",
    "http://::1/": "port in digits",
    "http://[]/": "IPv6",
    "http://[127.0.0.1]/": "IPv6",
    "http://[v1.a]/": "IPv6",
    "http://h/a b": "spaces",
    "http://h/\r\nX-A: b": "spaces",
    "http://h/" + "a" * MAX_URL: str(MAX_URL),
}


def first_lines(url: str) -> list[str]:
    target = Target(url, {})
    assert target.fault is None
    return target.encode(Request((), b"{}")).decode().split("\r\n")


@pytest.mark.parametrize("url", PATHS)
def test_a_path_is_sent_as_it_was_typed(url: str) -> None:
    """What is ASCII is neither decoded nor encoded anew nor shortened; the rest is encoded once."""
    assert first_lines(url)[0] == f"POST {PATHS[url]} HTTP/1.1"


@pytest.mark.parametrize("url", HOSTS)
def test_a_host_is_named_where_it_belongs(url: str) -> None:
    """The dot of an absolute name and a zone are for the resolver, not for TLS."""
    target = Target(url, {})
    assert (first_lines(url)[1], target.origin[1], target.tls_name) == (
        f"Host: {HOSTS[url][0]}",
        *HOSTS[url][1:],
    )


@pytest.mark.parametrize("url", FAULTS, ids=ascii)
def test_a_url_that_cannot_be_used_says_why(url: str) -> None:
    """In words, and without an exception: it may be a stored one."""
    fault = Target(url, {}).fault
    assert fault is not None
    assert FAULTS[url] in fault


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://h", "http://h/", "http://["]))
def test_no_text_is_an_exception_or_a_second_line(text: str, start: str) -> None:
    """Whatever is stored as a URL: either a fault, or one line of ASCII."""
    target = Target(start + text, {})
    if target.fault is None:
        head = target.encode(Request((("A", "b"),), b"{}")).decode("ascii")
        names = [line.partition(":")[0] for line in head.split("\r\n")[1:]]
        assert names == ["Host", "Accept", "Accept-Encoding", "A", "Content-Length", "", "{}"]
        assert len(head.split("\r\n")[0].split(" ")) == 3


def test_a_request_carries_its_headers_and_its_length() -> None:
    """Extra headers of the webhook first, then those of the attempt."""
    target = Target("http://h:8080/p", {"Authorization": "Bearer x"})
    sent = target.encode(Request((("Content-Type", "application/json"),), b"{}", "PUT"))
    assert sent == (
        b"PUT /p HTTP/1.1\r\nHost: h:8080\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
        b"Authorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )
