"""Fan-out to a thousand sockets, and what an idle one weighs."""

import asyncio
import json
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from aiohttp import web

from bench.ingest import Row
from bench.run import EVENT, SECONDS, TOKEN, median, ours, peer
from bench.sockets import SOCKETS, connect, fanned_out
from bench.wire import Load, Sink

ROUNDS = 3
MANY = {"BEDOLAGA_EVENTS_LIVE__MAX_PER_ADDRESS": "5000"}
NCHAN = """
load_module {module};
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/body;
  server {{
    listen 127.0.0.1:{port} backlog=4096; keepalive_requests 10000000;
    location /pub {{ nchan_publisher; nchan_channel_id all; nchan_message_buffer_length 10000; }}
    location /sub {{
      nchan_subscriber websocket; nchan_channel_id all; nchan_subscriber_first_message newest;
    }}
  }}
}}
"""


async def fan_out() -> AsyncIterator[Row]:
    """Events posted over HTTP to a thousand sockets, against a loop over `send_str`."""
    singly, together = [], []
    for _ in range(ROUNDS):
        async with ours(environment=MANY) as server:
            mine = await fanned_out(server.port, f"/ws?token={TOKEN}", "/events", TOKEN)
        async with peer("broadcaster") as (port, _):
            plain = await fanned_out(port, "/ws", "/events", "")
        singly.append(mine[0] / plain[0])
        together.append(mine[1] / plain[1])
    yield (
        "fan-out to 1,000 sockets, one event at a time",
        "a loop over send_str",
        median(singly),
        1.1,
    )
    yield "fan-out to 1,000 sockets, 8 publishers", "a loop over send_str", median(together), 2.0


async def _install_nchan() -> None:
    """With Debian's packages; needs root.

    Raises:
        SystemExit: it cannot be installed here.
    """
    install = "apt-get install -qy --no-install-recommends nginx-light libnginx-mod-nchan"
    process = await asyncio.create_subprocess_shell(
        f"apt-get update -q && {install}", stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise SystemExit(f"nchan cannot be installed; as root: {install}")


async def nchan() -> AsyncIterator[Row]:
    """The same against nchan in nginx (Debian's libnginx-mod-nchan, one worker)."""
    module = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
    if not module.exists():
        await _install_nchan()
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    ratios = []
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        file = Path(folder) / "nginx.conf"
        file.write_text(NCHAN.format(module=module, folder=folder, port=port))
        for _ in range(ROUNDS):
            async with ours(environment=MANY) as server:
                _, mine = await fanned_out(server.port, f"/ws?token={TOKEN}", "/events", TOKEN)
            peer = await asyncio.create_subprocess_exec(program, "-c", str(file))
            await asyncio.sleep(0.5)
            _, theirs = await fanned_out(port, "/sub", "/pub", "")
            ratios.append(mine / theirs)
            peer.terminate()
            await peer.wait()
    yield "fan-out to 1,000 sockets, 8 publishers", "nchan in nginx", median(ratios), 2.0


async def memory() -> AsyncIterator[Row]:
    """Resident memory at the start in MB, and of an idle socket in KiB."""
    async with ours(environment={**MANY, "BEDOLAGA_EVENTS_LIVE__PING_SECONDS": "5"}) as server:
        await server.call("GET", "/health")
        before = server.memory_kib()
        yield "memory at the start, MiB", "–", before / 1024, 60
        sockets = await connect(server.port, f"/ws?token={TOKEN}")
        await asyncio.sleep(6.0)  # each has answered a ping
        yield "memory of an idle socket, KiB", "–", (server.memory_kib() - before) / SOCKETS, 14
        for one in sockets:
            one.abort()


async def storm() -> AsyncIterator[Row]:
    """Ingest while a thousand clients live, and come back together, in a process of their own."""
    living, resuming, grown = [], [], []
    for _ in range(ROUNDS):
        async with ours(environment=MANY) as server:
            load = Load(server.port, "/events", EVENT, TOKEN)
            alone = await load.run(SECONDS)
            async with peer("readers", str(server.port), "-1"):
                await asyncio.sleep(SECONDS)
                living.append(await load.run(SECONDS) / alone)
            await asyncio.sleep(1.0)
            last = (await server.call("GET", "/health"))["last_event_id"]
            before = server.memory_kib()
            async with peer("readers", str(server.port), str(last - 2_000)):
                resuming.append(await load.run(SECONDS) / alone)
                grown.append((server.memory_kib() - before) / 1000)
    yield "ingest beside 1,000 live clients", "alone", median(living), 0.5
    yield "ingest while 1,000 clients resume, 2,000 events each", "alone", median(resuming), 0.5
    yield "memory after that storm, MB more", "–", median(grown), 50


async def latency() -> AsyncIterator[Row]:
    """POST → /ws and POST → receiver at a hundred events a second, against a bare POST."""
    arrived: asyncio.Queue[float] = asyncio.Queue()

    class Taker(Sink):
        def data_received(self, data: bytes) -> None:
            before = Sink.received
            super().data_received(data)
            if Sink.received > before:
                arrived.put_nowait(time.perf_counter())

    taking = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", 0)
    bare, live, delivered = list[float](), list[float](), list[float]()
    async with (
        ours() as server,
        peer("server") as (port, _),
        aiohttp.ClientSession() as plain,
        server.session.ws_connect(f"http://127.0.0.1:{server.port}/ws?token={TOKEN}") as socket,
    ):
        await server.webhook(taking.sockets[0].getsockname()[1])
        await socket.receive()
        body = json.loads(EVENT)
        for _ in range(600):
            started = time.perf_counter()
            async with plain.post(f"http://127.0.0.1:{port}/events", json=body) as answer:
                await answer.read()
            bare.append(time.perf_counter() - started)
            await asyncio.sleep(0.005)
            started = time.perf_counter()
            posting = asyncio.create_task(server.call("POST", "/events", body))
            await socket.receive()
            live.append(time.perf_counter() - started)
            delivered.append(await arrived.get() - started)
            await posting
            await asyncio.sleep(0.005)
    taking.close()
    for what, times, goal in (("POST → /ws", live, 2.0), ("POST → receiver", delivered, 3.0)):
        yield f"{what}, median", "bare POST round trip", median(times) / median(bare), goal
        yield f"{what}, p99", "its p99", _p99(times) / _p99(bare), 5.0


def _p99(times: list[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


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
