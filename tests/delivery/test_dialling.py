"""Every address of a name gets its chance, and each is judged; TLS knows the name."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme

from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.resolver import AddrInfo
from bedolaga_events.model import ErrorCode
from tests.delivery.conftest import NameServer, Receiver, dialler, infos, post, receiving, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def swallowing(port: int, *addresses: str) -> Iterator[None]:
    """Addresses on loopback that answer no SYN: their queues of connections are full."""
    made: list[socket.socket] = []
    for address in addresses:
        listening = socket.socket()
        listening.bind((address, port))
        listening.listen(0)
        made.append(listening)
        for _ in range(3):
            filling = socket.socket()
            filling.setblocking(False)
            filling.connect_ex((address, port))
            made.append(filling)
    try:
        yield
    finally:
        for one in made:
            one.close()


@pytest.mark.parametrize("silent", [1, 3, 40])
async def test_every_address_gets_its_chance(server: NameServer, silent: int) -> None:
    """Those that swallow packets stand before the one that answers (RFC 8305)."""
    dead = [f"127.0.1.{number}" for number in range(1, silent + 1)]
    server.known["shop.test"] = infos(*dead, "127.0.0.1")
    poster = Poster(dialler(server.look_up))
    async with receiving(says(OK)) as receiver:
        with swallowing(receiver.port, *dead):
            answer = await post(poster, f"http://shop.test:{receiver.port}/")
    assert (answer.status, answer.remote_address) == (200, "127.0.0.1")
    assert answer.duration < 5
    poster.close()


async def test_no_address_answers(server: NameServer) -> None:
    """Within the connect timeout, in words."""
    server.known["shop.test"] = infos("127.0.1.1", "127.0.1.2")
    poster = Poster(dialler(server.look_up, timeout=0.5))
    async with receiving(says(OK)) as receiver:
        with swallowing(receiver.port, "127.0.1.1", "127.0.1.2"):
            answer = await post(poster, f"http://shop.test:{receiver.port}/")
    assert answer.error_code is ErrorCode.CONNECT_TIMEOUT
    assert answer.message == "timed out after 0.5 s while connecting"


async def test_only_allowed_addresses_are_dialled(server: NameServer) -> None:
    """One of a name's addresses is forbidden: the other is used; all are: it says so."""
    poster = Poster(dialler(server.look_up))
    async with receiving(says(OK)) as receiver:
        server.known["shop.test"] = infos("10.0.0.1", "127.0.0.1")
        answer = await post(poster, f"http://shop.test:{receiver.port}/")
        assert (answer.status, answer.remote_address) == (200, "127.0.0.1")
    server.known["inner.test"] = infos("10.0.0.1", "169.254.169.254")
    answer = await post(poster, f"http://inner.test:{receiver.port}/")
    assert answer.error_code is ErrorCode.ADDRESS_NOT_ALLOWED
    assert "10.0.0.1" in answer.message
    poster.close()


async def test_the_dot_of_an_absolute_name_is_not_in_its_certificate() -> None:
    """https://shop.test./ is verified as shop.test, and named so in the handshake."""
    authority, named = trustme.CA(), list[str]()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.test").configure_cert(serving)
    serving.sni_callback = lambda _, name, __: named.append(name)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def look_up(_: str) -> list[AddrInfo]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    secure = Poster(dialler(look_up, trusting))
    async with receiving(says(OK, "stay"), serving) as receiver:
        for host in ("shop.test.", "shop.test"):
            for _ in range(2):
                answer = await post(secure, f"https://{host}:{receiver.port}/")
                assert answer.status == 200, answer
        assert (named, receiver.connections) == (["shop.test"] * 2, 2)
        other = await post(secure, f"https://other.test:{receiver.port}/")
        assert (other.error_code, other.message[:5]) == (ErrorCode.TLS, "TLS: ")
    secure.close()


async def test_tls_where_none_is_spoken_is_told_so(poster: Poster) -> None:
    """https to a port that speaks HTTP: a TLS error in words, and no exception."""

    async def talk(_: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with receiving(talk) as receiver:
        answer = await post(poster, receiver.url.replace("http:", "https:"))
    assert answer.error_code in (ErrorCode.TLS, ErrorCode.CONNECTION_RESET)
