"""What may stand in front of the server and misbehave: a small proxy that a test steers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
from aiohttp import web

HOP = {"connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "te"}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Passes everything on, but for what `rules` answer themselves."""

    def __init__(self, target: str, session: aiohttp.ClientSession) -> None:
        self.url = ""
        self.seen: list[tuple[str, str, dict[str, str]]] = []  # method, path, headers
        self._rules: list[tuple[str, Answer, float]] = []
        self._target = target
        self._session = session
        self._hanging = asyncio.Event()
        self._tunnels: list[asyncio.Task[None]] = []

    def answer(self, path: str, answer: Answer, times: float = float("inf")) -> None:
        """Answer the next requests to a path in place of the server."""
        self._rules.append((path, answer, times))

    def pass_all(self) -> None:
        """Stand aside from now on."""
        self._rules.clear()

    def asked(self, path: str) -> int:
        """How many requests there were to a path."""
        return sum(1 for _, one, _ in self.seen if one == path)

    async def hang(self, _: web.Request) -> web.StreamResponse:
        """An answer that never comes."""
        await self._hanging.wait()
        return web.Response(status=504)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """What the proxy does with a request."""
        self.seen.append((request.method, request.path, dict(request.headers)))
        for at, (path, answer, times) in enumerate(self._rules):
            if request.path == path and times > 0:
                self._rules[at] = path, answer, times - 1
                return await answer(request)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._tunnel(request)
        return await self._forward(request)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        headers = {
            name: value for name, value in request.headers.items() if name.lower() not in HOP
        }
        url = self._target + request.path_qs
        body = await request.read()
        async with self._session.request(
            request.method, url, headers=headers, data=body, allow_redirects=False
        ) as reply:
            kept = [
                (name, value) for name, value in reply.headers.items() if name.lower() not in HOP
            ]
            return web.Response(status=reply.status, body=await reply.read(), headers=dict(kept))

    async def _tunnel(self, request: web.Request) -> web.StreamResponse:
        near = web.WebSocketResponse()
        await near.prepare(request)
        headers = {"Origin": request.headers.get("Origin", ""), "Host": request.headers["Host"]}
        async with self._session.ws_connect(self._target + request.path_qs, headers=headers) as far:
            ways = [asyncio.create_task(_copy(*one)) for one in ((far, near), (near, far))]
            self._tunnels += ways
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*ways)
                return near
        await self._hanging.wait()  # a line that is dead says no goodbye either
        return near

    def freeze_sockets(self) -> None:
        """The sockets that are open stay so, and nothing comes through them any more."""
        for way in self._tunnels:
            way.cancel()
        self._tunnels.clear()

    def close(self) -> None:
        """Let go of what hangs."""
        self._hanging.set()


async def _copy(source: web.WebSocketResponse, target: web.WebSocketResponse) -> None:
    async for message in source:
        with suppress(ConnectionError):
            await target.send_str(message.data)
    with suppress(ConnectionError):
        await target.close(code=source.close_code or 1000)


@asynccontextmanager
async def gate_before(target: str) -> AsyncIterator[Gate]:
    """A gate in front of `target`, on a port of its own."""
    async with aiohttp.ClientSession(auto_decompress=True) as session:
        gate = Gate(target, session)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", gate.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        gate.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield gate
        finally:
            gate.close()
            await runner.cleanup()


def html(status: int, **headers: str) -> Answer:
    """A page of the gate's own, as a sign-in or an error."""

    async def answer(_: web.Request) -> web.StreamResponse:
        text = "<!doctype html><title>Gate</title><h1>Sign in to go on</h1>"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type="text/html", headers=named)

    return answer


def json(status: int, content: object, **headers: str) -> Answer:
    """JSON that is not the server's."""

    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(content, status=status, headers=named)

    return answer
