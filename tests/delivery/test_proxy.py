"""`delivery.proxy`: real proxies, TLS inside, literal addresses judged, names left to it."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from bedolaga_events.delivery.addresses import policy
from bedolaga_events.delivery.guard import PASSED_ON, Guard
from bedolaga_events.delivery.poster import Poster
from bedolaga_events.delivery.resolver import AddrInfo, Resolver
from bedolaga_events.model import ErrorCode
from tests.delivery.conftest import dialler, infos, post, receiving, says
from tests.delivery.proxies import SIGN_IN, free_port, http_proxy, socks_proxy

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
KINDS = ("http", "socks5")
Said = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def asks_nobody(host: str) -> list[AddrInfo]:
    """Our own name server: the receiver's name is none of its business."""
    raise AssertionError(f"{host} was looked up here")


@asynccontextmanager
async def through(kind: str, folder: Path) -> AsyncIterator[int]:
    """The port of a proxy of a kind."""
    async with http_proxy(folder) if kind == "http" else socks_proxy() as port:
        yield port


@asynccontextmanager
async def saying(talk: Said) -> AsyncIterator[int]:
    """The port of a proxy that says what a test wants."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("kind", KINDS)
async def test_all_goes_through_it_and_names_are_resolved_there(kind: str, tmp_path: Path) -> None:
    """By name and by address; a tunnel is kept for the next request as a connection is."""
    async with through(kind, tmp_path) as port, receiving(says(OK, "stay")) as receiver:
        poster = Poster(dialler(asks_nobody, through=f"{kind}://{SIGN_IN}@127.0.0.1:{port}"))
        for host in ("localhost", "localhost", "127.0.0.1"):
            answer = await post(poster, f"http://{host}:{receiver.port}/in?a=b")
            assert (answer.status, answer.remote_address) == (200, None), answer
        assert receiver.connections == 2
        assert receiver.requests[0].startswith(b"POST /in?a=b HTTP/1.1\r\nHost: localhost")
        assert b"roxy" not in b"".join(receiver.requests)
        poster.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_tls_is_verified_inside_the_tunnel(kind: str, tmp_path: Path) -> None:
    """The receiver's certificate, not the proxy's; one for another name is refused."""
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with through(kind, tmp_path) as port, receiving(says(OK), serving) as receiver:
        way = f"{kind}://{SIGN_IN}@127.0.0.1:{port}/"
        poster = Poster(dialler(asks_nobody, trusting, through=way))
        answer = await post(poster, f"https://localhost:{receiver.port}/")
        assert answer.status == 200, answer
        answer = await post(poster, f"https://127.0.0.1:{receiver.port}/")
        assert (answer.error_code, answer.message[:5]) == (ErrorCode.TLS, "TLS: "), answer
        poster.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_password_is_told_so(kind: str, tmp_path: Path) -> None:
    """And the password is in no message."""
    async with through(kind, tmp_path) as port:
        for sign_in in ("shop:wrong-one@", ""):
            way = f"{kind}://{sign_in}127.0.0.1:{port}"
            answer = await post(Poster(dialler(asks_nobody, through=way)), "http://shop.test/")
            assert answer.error_code is ErrorCode.CONNECTION_REFUSED
            assert answer.message == (
                "the proxy does not take this user name or password (delivery.proxy)"
            )


@pytest.mark.parametrize("kind", KINDS)
async def test_a_receiver_that_the_proxy_cannot_reach(kind: str, tmp_path: Path) -> None:
    """Nobody listens there, or the name does not resolve: in the proxy's words."""
    async with through(kind, tmp_path) as port:
        poster = Poster(dialler(asks_nobody, through=f"{kind}://{SIGN_IN}@127.0.0.1:{port}"))
        for url in (f"http://127.0.0.1:{free_port()}/", "http://no-such-name.invalid/"):
            answer = await post(poster, url)
            assert answer.error_code is ErrorCode.CONNECTION_REFUSED, answer
            assert answer.message.startswith("the proxy makes no connection: "), answer


async def test_what_the_proxy_forbids_is_told_so(tmp_path: Path) -> None:
    """Squid's and tinyproxy's default: CONNECT to a port that is not on their list."""
    async with http_proxy(tmp_path, "ConnectPort 443") as port:
        way = f"http://{SIGN_IN}@127.0.0.1:{port}"
        answer = await post(Poster(dialler(asks_nobody, through=way)), "http://127.0.0.1:8080/")
    assert answer.error_code is ErrorCode.CONNECTION_REFUSED
    assert "403" in answer.message


@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_that_is_not_there_or_hangs(kind: str) -> None:
    """Refused, without a name, silent: within the connect timeout, in words."""
    way = f"{kind}://127.0.0.1:{free_port()}"
    answer = await post(Poster(dialler(asks_nobody, through=way)), "http://shop.test/")
    assert answer.error_code is ErrorCode.CONNECTION_REFUSED
    assert answer.message == "the proxy cannot be reached: connection refused"

    way = f"{kind}://no-such-name.invalid:1080"
    answer = await post(Poster(dialler(through=way)), "http://shop.test/")
    assert answer.error_code is ErrorCode.DNS
    assert answer.message.startswith("the proxy cannot be reached: the name does not resolve")

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with saying(hang) as port:
        way = f"{kind}://127.0.0.1:{port}"
        poster = Poster(dialler(asks_nobody, timeout=0.2, through=way))
        answer = await post(poster, "http://shop.test/")
    assert answer.error_code is ErrorCode.CONNECT_TIMEOUT
    assert answer.message == "timed out after 0.2 s while connecting through the proxy"


@pytest.mark.parametrize(
    "said", [b"", b"\x00", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 \xff\xfe\r\n\r\n", b"\x05\x00\x05\xee"]
)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_that_talks_nonsense(kind: str, said: bytes) -> None:
    """It is a failed attempt in words that can be stored."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    async with saying(talk) as port:
        way = f"{kind}://127.0.0.1:{port}"
        answer = await post(Poster(dialler(asks_nobody, through=way)), "http://shop.test/")
    assert answer.error_code is ErrorCode.CONNECTION_REFUSED
    assert answer.message.startswith("the proxy ")
    answer.message.encode()


async def test_a_proxy_that_repeats_what_it_was_asked() -> None:
    """Its sentence goes without the sign-in that stood there."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 %s\r\n\r\n" % asked.replace(b"\r\n", b" "))
        await writer.drain()
        await reader.read()

    async with saying(repeat) as port:
        way = f"http://shop:hidden@127.0.0.1:{port}"
        answer = await post(Poster(dialler(asks_nobody, through=way)), "http://shop.test/")
    assert answer.message.startswith("the proxy makes no connection: 502 CONNECT shop.test:80")
    assert b64encode(b"shop:hidden").decode()[:8] not in answer.message


async def test_an_answer_in_pieces_and_a_receiver_that_speaks_first() -> None:
    """The proxy's head is read to its end, and what stands behind it is the receiver's."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert asked.startswith(b"CONNECT [2606:4700::1]:80 HTTP/1.1\r\n")
        for piece in (b"HTTP/1.0 200 Connec", b"tion established\r\nX-A: b\r\n", b"\r\n" + OK):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)  # so that it is a piece
        await reader.read()

    async with saying(talk) as port:
        poster = Poster(dialler(asks_nobody, through=f"http://127.0.0.1:{port}"))
        answer = await post(poster, "http://[2606:4700:0::1]/")
        assert (answer.status, answer.body) == (200, b"ok"), answer
        poster.close()


@pytest.mark.parametrize("host", ["10.0.0.1", "10.1", "0x0a000001", "[::ffff:10.0.0.1]"])
async def test_a_forbidden_address_never_reaches_the_proxy(host: str) -> None:
    """However it is written out: it is judged here, and checking says so."""
    way = f"http://127.0.0.1:{free_port()}"
    answer = await post(Poster(dialler(asks_nobody, through=way)), f"http://{host}/")
    assert answer.error_code is ErrorCode.ADDRESS_NOT_ALLOWED, answer
    guard = Guard(policy([], loopback=False), Resolver(asks_nobody), has_proxy=True)
    checked = await guard.check(f"http://{host}/")
    assert not checked.allowed


async def test_checking_says_that_the_proxy_decides() -> None:
    """A name's addresses are not asked for."""
    guard = Guard(policy([], loopback=False), Resolver(asks_nobody), has_proxy=True)
    checked = await guard.check("https://hooks.example.com/x")
    assert (checked.allowed, checked.addresses, checked.detail) == (True, (), PASSED_ON)


async def test_the_proxy_itself_may_be_anywhere_and_has_several_addresses() -> None:
    """Its own name is resolved here, and judged by nobody: the configuration names it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + OK)
        await reader.read()

    async with saying(talk) as port:
        way = f"http://proxy.test:{port}"
        look_up = {"proxy.test": infos("127.9.9.9", "127.0.0.1")}.__getitem__
        poster = Poster(dialler(look_up, through=way))
        assert (await post(poster, "http://shop.test/")).status == 200
        poster.close()


async def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY and its like mean other programs."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with receiving(says(OK)) as receiver:
        poster = Poster(dialler())
        assert (await post(poster, receiver.url)).status == 200
        poster.close()
