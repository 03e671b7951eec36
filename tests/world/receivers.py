"""Outside systems at addresses of the world's own, which keep what they got."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

NETWORKS = ["198.51.100.0/24", "192.0.2.0/24", "203.0.113.0/24", "2001:db8::/32"]
FIRST = "198.51.100.20"
SECOND = "198.51.100.21"
IPV6 = "2001:db8::20"
SWALLOWED = ("192.0.2.66", "192.0.2.67", "192.0.2.68", "2001:db8:ffff::66")


@dataclass
class Receiver:
    """It answers `status`; `hosts` are the Host headers of what came, `ids` the events."""

    status: int = 200
    hosts: list[str] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.hosts.append(request.host)
        self.ids.append((await request.json())["user_id"])  # as Shop.event numbers them
        return web.Response(status=self.status)


@asynccontextmanager
async def receiving(
    address: str, certificate: tuple[str, str] | None = None
) -> AsyncIterator[Receiver]:
    """A receiver at an address, on port 80, or on 443 with a certificate (chain, key)."""
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, address, 443 if context else 80, ssl_context=context).start()
    yield receiver
    await runner.cleanup()


Receivers = Callable[..., Awaitable[Receiver]]
