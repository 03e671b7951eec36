"""Who comes directly, without a proxy: connections of one address, and both families (L16, L22)."""

from contextlib import AsyncExitStack

import pytest

from tests.raw import connected
from tests.world.doors import IPV4, IPV6, Street
from tests.world.shop import TOKEN

ASK = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
SHAKE = (
    f"GET /ws?token={TOKEN} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
).encode()


@pytest.mark.parametrize("address", [IPV4, f"[{IPV6}]"])
async def test_an_address_holds_so_many_connections_and_loopback_any_number(
    street: Street, address: str
) -> None:
    """The third of two is answered 429 and closed, on /ws 1013; one that ends makes room."""
    await street.shop.start(server__host="::", live__max_per_address=2)
    assert "http://[::1]:8080/ and http://127.0.0.1:8080/" in street.shop.printed[0]
    url = f"http://{address}:8080"
    async with AsyncExitStack() as stack:
        for _ in range(5):
            near = await stack.enter_async_context(connected("http://127.0.0.1:8080"))
            assert (await near.send(ASK))[0] == 200
        async with connected(url) as first, connected(url) as second:
            assert (await first.send(ASK))[0] == 200
            assert (await second.send(SHAKE))[0] == 101
            async with connected(url) as third:
                assert (await third.send(ASK))[0] == 429
                assert await third.reader.read() == b""
            async with connected(url) as fourth:
                assert (await fourth.send(SHAKE))[0] == 101
                assert (await fourth.reader.readexactly(4))[2:] == (1013).to_bytes(2, "big")
        async with connected(url) as again:
            assert (await again.send(ASK))[0] == 200
    lines = street.shop.log.read_text().splitlines()
    assert len([one for one in lines if "live.max_per_address" in one]) == 1
