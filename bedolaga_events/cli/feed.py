"""Following /ws from the command line: comes back by itself to where it was."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import click

from bedolaga_events.cli.remote import Server
from bedolaga_events.live.protocol import UNAUTHORIZED

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds; full jitter between (contract §3)
PING_SECONDS = 25.0


@dataclass
class Feed:
    """Events after `since` (None: from now on) of these types or families (none: all)."""

    server: Server
    events: list[str]
    since: int | None
    epoch: str | None = None
    failures: int = 0

    async def follow(
        self, session: aiohttp.ClientSession, take: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """Hand every event and every gap to `take`, in order; never ends by itself.

        When `take` raises an `OSError` the same event comes again after a pause.

        Raises:
            click.ClickException: the token or the subscription is refused.
        """
        while True:
            try:
                await self._connect(session, take)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                click.echo(f"{self.server.url}: {error}", err=True)
            ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.failures, 10))
            self.failures += 1
            await asyncio.sleep(random.uniform(FIRST_PAUSE, max(FIRST_PAUSE, ceiling)))

    async def _connect(
        self, session: aiohttp.ClientSession, take: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        query: dict[str, int | str] = {} if self.since is None else {"since": self.since}
        if self.epoch is not None:
            query["epoch"] = self.epoch
        headers = {"Authorization": f"Bearer {self.server.token}"}
        url = f"{self.server.url}/ws?{urlencode(query)}"
        async with session.ws_connect(url, headers=headers, heartbeat=PING_SECONDS) as socket:
            if self.events:
                await socket.send_json({"type": "subscribe", "events": self.events})
            async for message in socket:
                await self._hear(json.loads(message.data), take)
            if socket.close_code == UNAUTHORIZED:
                raise click.ClickException("The server refuses the token.")

    async def _hear(
        self, message: dict[str, Any], take: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        match message["type"]:
            case "connection":
                self.failures = 0
                self.epoch = self.epoch or message["epoch"]
                if self.since is None:
                    self.since = message["last_event_id"]
                click.echo(f"Connected to {self.server.url}.", err=True)
            case "error":
                raise click.ClickException(message["detail"])
            case "gap":
                await take(message)
                if message["reason"] == "epoch":
                    self.epoch, self.since = None, None  # another history: from its present on
            case _ if "id" in message:
                await take(message)
                self.since = message["id"]
