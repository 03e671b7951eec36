"""What ours is compared with, each a process of its own: `python -m bench.peers NAME`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from bench.live import broadcaster
from bench.run import TOKEN
from bench.sockets import Reader, connect
from bench.wire import Sink


async def server() -> None:
    """A bare aiohttp handler that parses the JSON and answers."""

    async def post(request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"id": 1, "type": body["type"]}, status=202)

    app = web.Application()
    app.router.add_post("/events", post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def sink() -> None:
    """A receiver; a line on stdin is answered with how much has arrived."""
    listening = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.readline():
        print(Sink.received, flush=True)


async def client(port: int, seconds: float, concurrency: int = 8) -> None:
    """A bare aiohttp client; prints its requests per second."""
    made = 0
    body = b'{"amount_kopeks": 50000, "transaction_id": 1, "user_id": 1}'

    async def post(session: aiohttp.ClientSession) -> None:
        nonlocal made
        while True:
            async with session.post(f"http://127.0.0.1:{port}/", data=body) as answer:
                await answer.read()
            made += 1

    async with aiohttp.ClientSession() as session:
        tasks = [asyncio.create_task(post(session)) for _ in range(concurrency)]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    print(made / seconds, flush=True)


async def readers(port: int, since: int) -> None:
    """A thousand WebSocket clients that only read, and resume after `since` unless it is -1.

    A line on stdin is answered with the bytes that have arrived.
    """
    path = f"/ws?token={TOKEN}" + (f"&since={since}" if since >= 0 else "")
    print(port, flush=True)
    connecting = asyncio.create_task(connect(port, path, together=True))
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.readline():
        print(Reader.received, flush=True)
    connecting.cancel()


if __name__ == "__main__":
    name, *numbers = sys.argv[1:]
    if name == "sink":  # is not measured: the less it costs, the better
        uvloop.run(sink())
    elif name == "readers":  # nor are these
        uvloop.run(readers(*map(int, numbers)))
    else:
        peers: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
            "server": server,
            "client": client,
            "broadcaster": broadcaster,
        }
        asyncio.run(peers[name](*map(int, numbers)))
