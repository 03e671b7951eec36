"""`bridge`: the event log into a Redis stream, in order and each event once (docs/scaling.md)."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import click

from bedolaga_events.cli.feed import Feed
from bedolaga_events.cli.remote import Server, with_server

if TYPE_CHECKING:
    from redis.asyncio import Redis

NOT_NEWER = "equal or smaller"  # what Redis says of an entry that the stream has already


@click.command()
@click.argument("redis_url", metavar="REDIS_URL")
@click.option("--stream", default="bedolaga-events", show_default=True, help="The key.")
@click.option("--events", multiple=True, help="Only these types or families (ticket.*).")
@click.option(
    "--max-length", type=click.IntRange(min=1), help="Keep about so many entries in the stream."
)
@with_server
def bridge(
    server: Server, redis_url: str, stream: str, events: tuple[str, ...], max_length: int | None
) -> None:
    """Copy the event log into a Redis stream, from its start on, and go on with what comes."""
    try:
        from redis.asyncio import Redis  # noqa: PLC0415 - the extra `bridge`
    except ImportError:
        raise click.ClickException(
            "Install it with: pip install 'bedolaga-events[bridge]'"
        ) from None
    try:
        redis = Redis.from_url(redis_url, decode_responses=True)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="REDIS_URL") from None
    asyncio.run(RedisStream(redis, stream, max_length).fill(server, list(events)))


class RedisStream:
    """A stream whose entry ids are the event ids: it knows itself where it stands.

    Redis refuses an id that is not greater than the last, so what is sent twice is there once.
    The key ``STREAM:epoch`` holds which database the ids are of.
    """

    def __init__(self, redis: "Redis", key: str, max_length: int | None) -> None:
        self._redis = redis
        self._key = key
        self._max_length = max_length

    async def fill(self, server: Server, events: list[str]) -> None:
        """Follow a server; returns only by an error.

        Raises:
            click.ClickException: Redis cannot be reached at the start, the token is refused, or
                the stream was filled from another database.
        """
        from redis.exceptions import RedisError  # noqa: PLC0415 - the extra `bridge`

        try:
            epoch: Any = await self._redis.get(f"{self._key}:epoch")
            feed = Feed(server, events, await self._position(), epoch)
        except RedisError as error:
            raise click.ClickException(f"Redis: {error}") from None

        async def take(message: dict[str, Any]) -> None:
            if message["type"] == "gap":
                self._mind(message)
                return
            try:
                await self._add(message, feed.epoch)
            except RedisError as error:
                if NOT_NEWER not in str(error):
                    raise OSError(f"Redis: {error}") from None  # the same event comes again

        try:
            async with aiohttp.ClientSession() as session:
                await feed.follow(session, take)
        finally:
            await self._redis.aclose()

    async def _position(self) -> int:
        if not await self._redis.exists(self._key):
            return 0
        about = await self._redis.xinfo_stream(self._key)
        return int(about["last-generated-id"].partition("-")[0])

    async def _add(self, message: dict[str, Any], epoch: str | None) -> None:
        fields: dict[Any, Any] = {
            "type": message["type"],
            "timestamp": message["timestamp"],
            "payload": json.dumps(message["payload"]),
        }
        pipeline = self._redis.pipeline()
        pipeline.set(f"{self._key}:epoch", epoch or "", nx=True)
        pipeline.xadd(self._key, fields, f"{message['id']}-0", maxlen=self._max_length)
        await pipeline.execute()

    def _mind(self, gap: dict[str, Any]) -> None:
        if gap["reason"] == "retention":
            click.echo(f"Events before {gap['oldest_id']} are gone from the log.", err=True)
            return
        raise click.ClickException(
            f"The stream {self._key} was filled from another database; choose another --stream."
        )
