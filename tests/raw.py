"""One raw connection: bytes out, answers in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Client:
    """A connection without a library between."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self, *, has_body: bool = True) -> tuple[int, dict[str, str], Any]:
        """The next answer: status, headers, content; an interim one (1xx) is passed over."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            while head.startswith("HTTP/1.1 100"):
                head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")[1:-2]
            headers = {name: value for name, _, value in (one.partition(": ") for one in lines)}
            size = int(headers.get("Content-Length", 0)) if has_body else 0
            body = await self.reader.readexactly(size)
        is_json = (
            "json" in headers.get("Content-Type", "") and body and "Content-Encoding" not in headers
        )
        return int(head.split()[1]), headers, json.loads(body) if is_json else None

    async def send(self, *requests: bytes) -> tuple[int, dict[str, str], Any]:
        """Send, and return the next answer."""
        self.writer.write(b"".join(requests))
        return await self.answer()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """A connection to a server of the tests."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    client = Client(*await asyncio.open_connection(host.strip("[]"), int(port)))
    try:
        yield client
    finally:
        client.writer.close()
