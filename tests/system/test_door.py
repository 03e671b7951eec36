"""The door of a real process: few descriptors, several addresses to listen on."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp

from tests.raw import Client
from tests.system.conftest import ROOT, TOKEN, Process

EVENT = {"type": "user.created", "payload": {"user_id": 1}}
HEAD = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


class Narrow(Process):
    """The program with few descriptors."""

    async def _spawn(self, port: str, environment: dict[str, str], log: Any) -> Any:
        program = f"{sys.executable} server.py --port {port} --db {self.folder / 'events.db'}"
        return await asyncio.create_subprocess_exec(
            *("sh", "-c", f"ulimit -n 200; exec {program}"),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )


async def test_idle_strangers_go_when_descriptors_run_out(tmp_path: Path) -> None:
    """230 connections that asked once and then wait lock out nobody; the log says it."""
    process = await Narrow(tmp_path).start()
    host, port = process.url.removeprefix("http://").split(":")
    try:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as publisher:
            socket = await publisher.ws_connect(f"{process.url}/ws")
            strangers = []
            for _ in range(230):
                client = Client(*await asyncio.open_connection(host, int(port)))
                assert (await client.send(HEAD))[0] == 200
                strangers.append(client)
            async with publisher.post(f"{process.url}/events", json=EVENT) as answer:
                assert answer.status == 202
            assert (await socket.receive_json())["type"] == "connection"
            assert (await socket.receive_json())["id"] == 1
        for client in strangers:
            client.writer.close()
        lines = (tmp_path / "server.log").read_text().splitlines()
        full = [json.loads(one) for one in lines if "the door is full" in one]
        assert len(full) == 1
        assert "LimitNOFILE" in full[0]["event"]
        assert full[0]["sent_away"] > 0
        assert not [one for one in lines if '"level": "error"' in one]
    finally:
        await process.stop()
