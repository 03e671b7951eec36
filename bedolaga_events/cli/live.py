"""`send`, `listen`, `healthcheck`: what talks to a running server."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import click

from bedolaga_events.catalogue import BUNDLED, pack
from bedolaga_events.cli.feed import Feed
from bedolaga_events.cli.remote import HTTP_TIMEOUT, Server, with_server
from bedolaga_events.delivery import signing
from bedolaga_events.errors import reason
from bedolaga_events.wire import canonical

COLOURS = {"user": "cyan", "payment": "green", "transaction": "green", "ticket": "yellow"}


@click.command()
@click.argument("event_type", metavar="TYPE")
@click.argument("payload", default="{}", metavar="[JSON|-]")
@click.option("--example", is_flag=True, help="Send the type's example.")
@with_server
def send(server: Server, event_type: str, payload: str, example: bool) -> None:
    """Send an event: the payload as JSON, or - to read it from stdin."""
    if example:
        known = {one.value: one.example for name in BUNDLED for one in pack(name)}
        if event_type not in known:
            raise click.UsageError(f"There are examples of {', '.join(known)}.")
        body = known[event_type]
    else:
        text = sys.stdin.buffer.read() if payload == "-" else payload
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise click.UsageError(f"The payload is not JSON: {error}.") from None
    event = {"type": event_type, "payload": body}
    [made] = server.rows([server.call("POST", "/events", event)], "id")
    click.echo(json.dumps(made))


@click.command()
@with_server
def healthcheck(server: Server) -> None:
    """Exit code 0 when the server is well: for containers without curl."""
    started = time.perf_counter()
    server.rows([server.call("GET", "/health", signed_in=False)], "status")
    click.echo(f"ok, {(time.perf_counter() - started) * 1000:.0f} ms")


@click.command()
@click.option("--forward-to", help="Send each event on to this address, as a webhook would.")
@click.option("--secret", help="Sign what is forwarded with this.")
@click.option("--events", multiple=True, help="Only these types or families (ticket.*).")
@click.option("--since", type=click.IntRange(min=0), help="First what came after this event.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_server
def listen(
    server: Server,
    forward_to: str | None,
    secret: str | None,
    events: tuple[str, ...],
    since: int | None,
    as_json: bool,
) -> None:
    """Print events as they come, and send them on to a local receiver."""
    feed = Feed(server, list(events), since)
    asyncio.run(Listening(forward_to, secret, as_json=as_json).run(feed))


@dataclass
class Listening:
    """What is done with each event: printed, and sent on."""

    forward_to: str | None
    secret: str | None
    as_json: bool

    async def run(self, feed: Feed) -> None:
        """Until it is interrupted.

        Raises:
            click.ClickException: the token is refused.
        """
        async with aiohttp.ClientSession() as session:

            async def take(message: dict[str, Any]) -> None:
                if message["type"] == "gap":
                    click.echo(f"Some events are missing: {message['reason']}.", err=True)
                    return
                try:
                    self._print(message)
                except OSError as error:  # the reader is gone; no reason to connect again
                    raise click.ClickException(f"{reason(error)}.") from None
                if self.forward_to is not None:
                    await self._forward(session, self.forward_to, message, feed.epoch)

            await feed.follow(session, take)

    def _print(self, message: dict[str, Any]) -> None:
        if self.as_json:
            click.echo(json.dumps(message, ensure_ascii=False))
            return
        kind = message["type"]
        colour = COLOURS.get(kind.partition(".")[0], "blue")
        payload = json.dumps(message["payload"], ensure_ascii=False)
        moment = message["timestamp"][11:19]
        click.echo(f"{moment} {click.style(kind, fg=colour)} #{message['id']} {payload}")

    async def _forward(
        self, session: aiohttp.ClientSession, url: str, message: dict[str, Any], epoch: str | None
    ) -> None:
        body = canonical(message["payload"]).encode()
        keys = [signing.Key(self.secret)] if self.secret else []
        message_id = f"msg_{epoch}_{message['id']}_listen"
        headers = {
            "Content-Type": "application/json",
            "X-Webhook-Event": message["type"],
            **signing.headers(body, keys, message_id, int(time.time())),
        }
        timeout = aiohttp.ClientTimeout(total=HTTP_TIMEOUT)
        try:
            async with session.post(url, data=body, headers=headers, timeout=timeout) as answer:
                click.echo(
                    f"    → {answer.status} {(await answer.text(errors='replace'))[:200]}", err=True
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            click.echo(f"    → {error or 'timed out'}", err=True)
