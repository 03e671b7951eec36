"""What people put in front of a shop besides a proxy: a gate that asks who comes, and a tunnel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.world.doors import IPV4

FORWARD_AUTH = """{name} {{
    forward_auth 127.0.0.1:9091 {{
        uri /verify
    }}
    reverse_proxy http://127.0.0.1:8080
}}"""
BASIC = 'auth_basic "shop";\nauth_basic_user_file {file};\n'


class Authenticator:
    """Authelia's kind: who has no session gets `refusal`; all have one while `in_session`."""

    def __init__(self, refusal: web.Response) -> None:
        self.in_session = True
        self._refusal = refusal

    async def verify(self, request: web.Request) -> web.Response:
        if self.in_session:
            return web.Response()
        refusal = self._refusal
        return web.Response(
            status=refusal.status, headers=refusal.headers.copy(), body=refusal.body
        )


@asynccontextmanager
async def authenticating(refusal: web.Response) -> AsyncIterator[Authenticator]:
    """An authenticator on 127.0.0.1:9091, where FORWARD_AUTH asks."""
    one = Authenticator(refusal)
    app = web.Application()
    app.router.add_get("/verify", one.verify)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 9091).start()
    yield one
    await runner.cleanup()


class Tunnel:
    """A TCP tunnel (frp, bore, `ssh -L`): it hands bytes on and knows nothing of HTTP."""

    def __init__(self) -> None:
        self._is_frozen = False
        self._open: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()

    def freeze(self) -> None:
        """Hand nothing on any more; whoever is connected is not told, and never will be."""
        self._is_frozen = True
        self._dead |= self._open

    def thaw(self) -> None:
        """Work again, for whoever connects anew."""
        self._is_frozen = False

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._open:
            writer.transport.abort()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_frozen:
            self._dead.add(writer)
            return
        there, back = await asyncio.open_connection("127.0.0.1", 8080)
        self._open |= {writer, back}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._copy(reader, back))
            tasks.create_task(self._copy(there, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while content := await reader.read(65_536):
                if writer not in self._dead:
                    writer.write(content)
        except ConnectionError:
            pass
        if writer not in self._dead:
            writer.close()


@asynccontextmanager
async def tunnelling() -> AsyncIterator[Tunnel]:
    """A tunnel from port 80 of the world to the shop."""
    tunnel = Tunnel()
    server = await asyncio.start_server(tunnel.take, IPV4, 80)
    yield tunnel
    server.close()
    tunnel.cut()
