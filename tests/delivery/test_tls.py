"""Receivers whose TLS is odd: told in words, each as what it is."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator

import pytest
import trustme

from bedolaga_events.delivery.poster import Poster
from bedolaga_events.model import ErrorCode
from tests.delivery.conftest import Receiver, Talk, dialler, post, receiving, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ENDED = "TLS: the receiver closed the connection in the handshake"
# An empty SETTINGS frame, and then GOAWAY: what HTTP/2 answers to HTTP/1.1 (RFC 9113 §3.4).
HTTP_2 = b"\0\0\0\4\0\0\0\0\0" + b"\0\0\x08\7\0\0\0\0\0" + b"\0\0\0\0\0\0\0\1"
ALERT = b"\x15\x03\x03\x00\x02\x02"


class Authority:
    """A CA that the poster trusts."""

    def __init__(self) -> None:
        self.ca = trustme.CA()
        self.trusting = ssl.create_default_context()
        self.ca.configure_trust(self.trusting)
        self.serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert("127.0.0.1").configure_cert(self.serving)


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def poster(authority: Authority) -> AsyncIterator[Poster]:
    made = Poster(dialler(tls=authority.trusting))
    yield made
    made.close()


def sends(sent: bytes, *, resets: bool = False) -> Talk:
    """Something else than a server's hello."""

    async def talk(_: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.readexactly(5)
        await reader.readexactly(int.from_bytes(hello[3:]))
        writer.write(sent)
        await writer.drain()
        if resets:
            writer.transport.abort()

    return talk


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        pytest.param(sends(b""), ENDED, id="closes"),
        pytest.param(sends(b"", resets=True), ENDED, id="resets"),
        pytest.param(sends(b"\x16\x03\x03\x00\x7a\x02"), ENDED, id="half a hello"),
        pytest.param(
            sends(ALERT + b"\x28"), "TLS: sslv3 alert handshake failure", id="no cipher in common"
        ),
        pytest.param(sends(ALERT + b"\x70"), "TLS: tlsv1 unrecognized name", id="unknown name"),
        pytest.param(sends(ALERT + b"\x78"), "TLS: ", id="h2 by ALPN or nothing"),
        pytest.param(sends(OK), "TLS: ", id="no TLS"),
    ],
)
async def test_a_handshake_that_fails_is_tls(poster: Poster, talk: Talk, words: str) -> None:
    """Whoever ends it, and however: one attempt, which says where it failed."""
    async with receiving(talk) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert (answer.status, answer.error_code) == (None, ErrorCode.TLS)
    assert answer.message.startswith(words)
    assert receiver.connections == 1


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_old_tls_is_not_spoken(
    poster: Poster, authority: Authority, version: ssl.TLSVersion
) -> None:
    """A receiver that knows nothing newer than TLS 1.1 (RFC 8996) is told apart from a dead one."""
    authority.serving.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        authority.serving.minimum_version = authority.serving.maximum_version = version
    async with receiving(says(OK), authority.serving) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert (answer.error_code, answer.message[:5]) == (ErrorCode.TLS, "TLS: ")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_present_tls_is_spoken(
    poster: Poster, authority: Authority, version: ssl.TLSVersion
) -> None:
    """Also by a server that would rather speak h2."""
    authority.serving.minimum_version = authority.serving.maximum_version = version
    authority.serving.set_alpn_protocols(["h2", "http/1.1"])
    async with receiving(says(OK), authority.serving) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert answer.status == 200


async def test_a_self_signed_certificate_is_named(poster: Poster) -> None:
    """Its owner reads what to do: it is not the certificate of an authority."""
    stranger = Authority()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with stranger.ca.private_key_pem.tempfile() as key, stranger.ca.cert_pem.tempfile() as chain:
        serving.load_cert_chain(chain, key)
    async with receiving(says(OK), serving) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert (answer.error_code, answer.message) == (ErrorCode.TLS, "TLS: self-signed certificate")


async def test_http_2_only_is_named(poster: Poster, authority: Authority) -> None:
    """It greets with its settings, and we know none."""

    async def talk(_: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HTTP_2)
        await reader.readuntil(b"\r\n\r\n")

    async with receiving(talk, authority.serving) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert answer.error_code is ErrorCode.BAD_RESPONSE
    assert answer.message == "the receiver speaks HTTP/2 only"


async def test_http_to_a_port_that_wants_tls_is_named(poster: Poster) -> None:
    """What a TLS library answers to `POST / HTTP/1.1`: an alert."""

    async def talk(_: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ALERT + b"\x46")

    async with receiving(talk) as receiver:
        answer = await post(poster, receiver.url)
    assert answer.error_code is ErrorCode.BAD_RESPONSE
    assert answer.message == "the receiver speaks TLS: its URL begins with https://"


async def test_a_wanted_client_certificate_is_a_refusal(
    poster: Poster, authority: Authority
) -> None:
    """With TLS 1.3 it is told only after the handshake, as a closed connection."""
    authority.ca.configure_trust(authority.serving)
    authority.serving.verify_mode = ssl.CERT_REQUIRED
    async with receiving(says(OK), authority.serving) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert answer.error_code in (ErrorCode.TLS, ErrorCode.CONNECTION_RESET)


async def test_what_cannot_be_printed_is_escaped(poster: Poster) -> None:
    """A sentence goes into logs, pages and chats."""
    async with receiving(says(b"\x00\x07\x1b[31mred\xff\r\n")) as receiver:
        answer = await post(poster, receiver.url)
    said = r"the receiver's answer is not valid HTTP: \x00\x07\x1b[31mred\xff"
    assert answer.message == said
