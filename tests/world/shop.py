"""The real program in a world: `bedolaga-events serve`, as a shop's machine runs it."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.system.conftest import ROOT, command

TOKEN = "world-test-token-0123456789"
BACKEND = "http://127.0.0.1:8080"  # where the shipped files of proxies look for it
PATIENCE = 20.0  # seconds for a start or a stop


@dataclass
class Shop:
    """A server; `url` is where this machine reaches it."""

    folder: Path
    session: aiohttp.ClientSession
    url: str = BACKEND
    environment: dict[str, str] = field(default_factory=dict)
    published: int = 0
    printed: list[str] = field(default_factory=list)
    running: asyncio.subprocess.Process | None = None

    async def start(self, **settings: Any) -> None:
        """Start it and wait until it listens; `settings` are dotted keys with __ for dots."""
        self.environment |= {
            "BEDOLAGA_EVENTS_TOKEN": TOKEN,
            "BEDOLAGA_EVENTS_DATABASE__PATH": str(self.folder / "events.db"),
        }
        for key, value in settings.items():
            text = value if isinstance(value, str) else json.dumps(value)
            self.environment[f"BEDOLAGA_EVENTS_{key.upper()}"] = text
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bedolaga_events", "serve"),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self.running.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = (await self.running.stdout.readline()).decode()
        assert "listens on" in line, self.log.read_text()
        self.printed.append(line)

    async def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it; a second time is once too often, and harmless."""
        if self.running is not None and self.running.returncode is None:
            self.running.send_signal(number)
            async with asyncio.timeout(PATIENCE):
                await self.running.wait()

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Call it as an admin would from the same machine; the content of a good answer."""
        options = {"headers": {"X-API-Key": TOKEN}, "json": body, **options}
        async with self.session.request(method, self.url + path, **options) as answer:
            content = json.loads(await answer.text() or "null")
            assert answer.status < 300, (answer.status, content)
            return content

    async def event(self, event_type: str = "user.created", **payload: Any) -> int:
        """Publish an event whose user_id is the event's id; the id."""
        self.published += 1
        event = {"type": event_type, "payload": {"user_id": self.published, **payload}}
        assert (await self.call("POST", "/events", event))["id"] == self.published
        return self.published

    async def webhook(self, url: str, **fields: Any) -> int:
        """Subscribe `url` to everything; the webhook's id."""
        fields = {"name": "hook", "event_type": "*", "url": url, **fields}
        return int((await self.call("POST", "/webhooks", fields))["id"])

    async def deliveries(self, webhook_id: int) -> list[dict[str, Any]]:
        """A webhook's deliveries, newest first."""
        found = await self.call("GET", f"/webhooks/{webhook_id}/deliveries")
        return list(found["items"])

    async def checked(self) -> str:
        """What `bedolaga-events check` says of its database."""
        _, out, err = await command("check", **self.environment)
        return (out + err).strip()
