"""Fan-out to a thousand sockets, and what an idle one weighs."""

import asyncio
import json
import resource
import time
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from bench.ingest import Row
from bench.run import EVENT, SECONDS, TOKEN, median, ours, peer
from bench.wire import Load

SOCKETS = 1_000
PUBLISHERS = 8
ROUNDS = 3


class Reader(asyncio.Protocol):
    """A WebSocket client that only counts the bytes that come."""

    received = 0

    def __init__(self, host: str, path: str) -> None:
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        Reader.received += len(data)


async def connect(port: int, path: str) -> list[asyncio.Transport]:
    """A thousand readers that have had their hello."""
    loop = asyncio.get_running_loop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    made = []
    for _ in range(SOCKETS):
        transport, _ = await loop.create_connection(
            lambda: Reader(f"127.0.0.1:{port}", path), "127.0.0.1", port
        )
        made.append(transport)
    await asyncio.sleep(1.0)
    return made


async def fanned_out(port: int, ws: str, path: str, token: str) -> float:
    """Messages a second that reach the readers while eight publishers post as fast as they may."""
    sockets = await connect(port, ws)
    load = Load(port, path, EVENT, token)
    Reader.received = 0
    started = time.perf_counter()
    await load.run(SECONDS, PUBLISHERS)
    sent, before = len(load.times), -1
    while before != Reader.received:  # until nothing comes any more
        before = Reader.received
        await asyncio.sleep(0.2)
    seconds = time.perf_counter() - started - 0.2
    for one in sockets:
        one.abort()
    await asyncio.sleep(0.5)
    return sent * SOCKETS / seconds


async def fan_out() -> AsyncIterator[Row]:
    """Events posted over HTTP to a thousand sockets, against a loop over `send_str`."""
    ratios = []
    limits = {"BEDOLAGA_EVENTS_LIVE__MAX_PER_ADDRESS": "5000"}
    for _ in range(ROUNDS):
        async with ours(**limits) as server:
            mine = await fanned_out(server.port, f"/ws?token={TOKEN}", "/events", TOKEN)
        async with peer("broadcaster") as (port, _):
            ratios.append(mine / await fanned_out(port, "/ws", "/events", ""))
    yield "fan-out to 1,000 sockets, messages a second", "a loop over send_str", median(ratios), 2.0


async def memory() -> AsyncIterator[Row]:
    """Resident memory at the start in MB, and of an idle socket in KiB."""
    limits = {"BEDOLAGA_EVENTS_LIVE__MAX_PER_ADDRESS": "5000"}
    async with ours(**limits) as server:
        await server.call("GET", "/health")
        before = server.memory_kib()
        yield "memory at the start, MB", "–", before / 1000, 60
        sockets = await connect(server.port, f"/ws?token={TOKEN}")
        yield "memory of an idle socket, KiB", "–", (server.memory_kib() - before) / SOCKETS, 14
        for one in sockets:
            one.abort()


async def latency() -> AsyncIterator[Row]:
    """POST → /ws at a hundred events a second, against a bare POST round trip (medians)."""
    async with ours() as server, peer("server") as (port, _):
        bare, mine = [], []
        url = f"http://127.0.0.1:{server.port}"
        async with (
            aiohttp.ClientSession() as plain,
            server.session.ws_connect(f"{url}/ws?token={TOKEN}") as socket,
        ):
            await socket.receive()
            for _ in range(300):
                body = json.loads(EVENT)
                started = time.perf_counter()
                async with plain.post(f"http://127.0.0.1:{port}/events", json=body) as answer:
                    await answer.read()
                bare.append(time.perf_counter() - started)
                await asyncio.sleep(0.005)
                started = time.perf_counter()
                posting = asyncio.create_task(server.call("POST", "/events", body))
                await socket.receive()
                mine.append(time.perf_counter() - started)
                await posting
                await asyncio.sleep(0.005)
        yield "POST → /ws, median", "bare POST round trip", median(mine) / median(bare), 2.0


async def broadcaster() -> None:
    """A bare aiohttp server that sends each posted event to each socket with `send_str`."""
    sockets: set[web.WebSocketResponse] = set()

    async def ws(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(compress=False)
        await response.prepare(request)
        sockets.add(response)
        async for _ in response:
            pass
        sockets.discard(response)
        return response

    async def post(request: web.Request) -> web.Response:
        text = json.dumps(await request.json())
        for one in list(sockets):
            if not one.closed:
                await one.send_str(text)
        return web.json_response({"id": 1}, status=202)

    app = web.Application()
    app.router.add_get("/ws", ws)
    app.router.add_post("/events", post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
