"""What programs meet behind a proxy: addresses, streams, long silences (T30)."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.system.documents import instead
from tests.world import proxies
from tests.world.doors import BEHIND, HAPROXY, IPV4, NAME, Door, Street, as_shown, haproxy
from tests.world.shop import BACKEND, TOKEN

STRANGER = "198.51.100.7"
SILENCE = 65.0  # seconds: proxies cut what is silent for 60
KEY = {"X-API-Key": TOKEN}


@pytest.fixture
async def stranger(street: Street) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who comes from an address of his own."""
    connector = aiohttp.TCPConnector(local_addr=(STRANGER, 0), ssl=False)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def test_who_guesses_is_named_by_the_proxy_not_by_himself(
    street: Street, stranger: aiohttp.ClientSession
) -> None:
    """HAProxy adds a line of its own to X-Forwarded-For: the last one counts (L3)."""
    url = await haproxy(street)
    statuses = []
    for number in range(12):
        headers = {"X-API-Key": "wrong", "X-Forwarded-For": f"192.0.2.{number}"}
        async with stranger.get(f"{url}stats", headers=headers) as answer:
            statuses.append(answer.status)
    assert statuses[-1] == 429
    log = street.shop.log.read_text()
    assert STRANGER in log
    assert "192.0.2." not in log


async def test_a_stream_is_not_held_back_by_compression(street: Street) -> None:
    """`compression algo gzip` leaves server-sent events alone: each comes at once (L26)."""
    url = await haproxy(street)
    headers = {**KEY, "Accept-Encoding": "gzip"}
    async with street.shop.session.get(f"{url}events/stream", headers=headers) as stream:
        for number in (1, 2, 3):
            await street.shop.event()
            async with asyncio.timeout(5):
                await read_to(stream, b'"id": %d' % number)


@pytest.mark.parametrize("door", BEHIND[1:], ids=lambda door: door.__name__)
async def test_a_stream_arrives_at_once_and_its_reader_has_an_address_of_his_own(
    door: Door, street: Street, stranger: aiohttp.ClientSession
) -> None:
    """Nothing is buffered; who forges X-Forwarded-For is known by the proxy's word."""
    url = await door(street)
    headers = {**KEY, "X-Forwarded-For": "192.0.2.7"}
    async with stranger.get(f"{url}events/stream", headers=headers) as stream, asyncio.timeout(10):
        await read_to(stream, b"event: connection")
        await street.shop.event()
        await read_to(stream, b'"id": 1')
    async with stranger.get(f"{url}doctor", headers=headers) as answer:
        assert (await answer.json())["client_address"] == STRANGER


async def test_silence_of_a_minute_cuts_nothing(street: Street) -> None:
    """/ws and server-sent events outlive the sixty seconds after which proxies cut."""
    haproxy_site = HAPROXY.format(pem=street.authority.pem(NAME), lines="")
    chain, key = street.authority.certificate(NAME)
    apache_site = instead(
        as_shown("apache"),
        **{"/etc/ssl/events.pem": chain, "/etc/ssl/events.key": key, "*:443": "*:444"},
    )
    urls = [
        await street.behind(f"http://{NAME}/shop/", proxies.nginx, proxies.shipped("nginx.conf")),
        await street.behind(
            f"http://{NAME}:81/",
            proxies.caddy,
            f"http://{NAME}:81 {{\nreverse_proxy {BACKEND}\n}}\n",
        ),
        await street.behind(f"https://{NAME}/", proxies.haproxy, haproxy_site),
        await street.behind(f"https://{NAME}:444/", proxies.apache, apache_site, 444),
        await street.behind(f"http://{NAME}:82/", proxies.lighttpd, as_shown("lighttpd"), 82),
        await street.behind(f"http://{NAME}:83/", proxies.varnish, as_shown("vcl"), 83),
    ]
    waiting = [asyncio.create_task(outlive(street, url)) for url in urls]
    await asyncio.sleep(SILENCE)
    await street.shop.event(username="после тишины")
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


async def outlive(street: Street, url: str) -> None:
    """Hear on both kinds of connection nothing but the first event."""
    session = street.shop.session
    async with (
        session.ws_connect(f"{url}ws", headers=KEY) as socket,
        session.get(f"{url}events/stream", headers=KEY) as stream,
    ):
        assert (await socket.receive_json())["type"] == "connection"
        assert (await socket.receive_json())["id"] == 1
        await read_to(stream, b'"id": 1')


async def read_to(stream: aiohttp.ClientResponse, words: bytes) -> None:
    """Read lines of a stream until one holds `words`."""
    while words not in (line := await stream.content.readline()):
        assert line, "the stream has ended"


async def test_a_monitor_may_ask_in_its_own_way(street: Street) -> None:
    """OPTIONS /, HEAD and GET say that the shop is up (L25)."""
    await street.shop.start(server__host=f"127.0.0.1,{IPV4}")
    for method, path in (("OPTIONS", "/"), ("HEAD", "/health"), ("GET", "/health")):
        async with street.shop.session.request(method, f"http://{IPV4}:8080{path}") as answer:
            assert answer.status in (200, 204), (method, await answer.text())
