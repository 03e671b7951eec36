"""Where connections come in: listening, counting them, sweeping idle ones."""

import asyncio
import errno
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import structlog
from aiohttp import web

from bedolaga_events.api import foreign
from bedolaga_events.api.crowd import Guest, peer_of, room
from bedolaga_events.api.express import Express
from bedolaga_events.api.refusing import Refusing
from bedolaga_events.api.state import PARTS

SILENT_SECONDS = 15.0  # for the headers of a connection's first request
STRANGER_SECONDS = 150.0  # between two requests without a token: Caddy keeps 120, Traefik 90
IDLE_SECONDS = 3600.0  # between two requests of who showed a token
AT_ONCE = 0.1  # of the room is made free when there is none
FULL_SECONDS = 1.0  # before it is looked again for somebody to send away
NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)

log = structlog.get_logger()


class Doorway(web.BaseSite):
    """The listening addresses; connections begin as `Express`.

    Args:
        runner: set up already.
        hosts: where to listen; `::` means both families.
        port: for all of them.
        options: of `web.BaseSite`.
    """

    __slots__ = ("_full_until", "_hosts", "_parts", "_port", "_room", "_sweeping", "express")

    def __init__(
        self, runner: web.AppRunner, hosts: Sequence[str], port: int, **options: Any
    ) -> None:
        super().__init__(runner, **options)
        self.express: set[Express] = set()  # connections that aiohttp has not
        self._hosts = hosts
        self._port = port
        self._parts = runner.app[PARTS]
        self._room = room()
        self._full_until = 0.0
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """Where it listens."""
        return f"{'https' if self._ssl_context else 'http'}://{','.join(self._hosts)}:{self._port}"

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: an address cannot be had.
        """
        await super().start()
        if self._ssl_context is not None:
            foreign.watch_handshakes(self._ssl_context, self._shook_in_vain)
        handler = partial(
            Refusing,
            self._parts,
            self._arrive,
            self._runner.server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # the gate logs
            auto_decompress=False,  # `reading` does it, within its limits
        )
        # With `make = handler` aiohttp takes everything: docs/performance.md has what that costs.
        make = partial(Express, self._parts, handler, self.express, self._arrive)
        self._server = await self._listen(make)
        self._sweeping = asyncio.create_task(self._sweep(SILENT_SECONDS))

    async def stop(self) -> None:
        """Take no more connections; answer what was asked, and close."""
        await super().stop()
        if self._sweeping is not None:
            self._sweeping.cancel()
        asked = [one.answering for one in self.express if one.answering is not None]
        for one in list(self.express):
            one.close()
        await asyncio.gather(*asked, return_exceptions=True)

    def _shook_in_vain(self, reason: str) -> None:
        """Somebody who speaks no TLS, or another one; the log says it once a minute each."""
        self._parts.metrics.tls_failures.inc()
        if self._parts.sparingly(f"TLS {reason}"):
            log.warning("a TLS handshake failed", reason=foreign.NO_TLS.get(reason, reason))

    async def _listen(self, make: Callable[[], asyncio.BaseProtocol]) -> asyncio.AbstractServer:
        create = partial(
            asyncio.get_running_loop().create_server,
            make,
            port=self._port,
            ssl=self._ssl_context,
            ssl_handshake_timeout=SILENT_SECONDS if self._ssl_context else None,
            backlog=self._backlog,
        )
        if "::" not in self._hosts:
            return await create(host=self._hosts)
        others = [one for one in self._hosts if one not in ("::", "0.0.0.0")]  # noqa: S104 - compared
        try:
            return await create(host=["::", "0.0.0.0", *others])  # noqa: S104 - as it was asked for
        except OSError as error:
            if error.errno not in NO_IPV6:
                raise
        log.warning("this machine has no IPv6: listening on IPv4 only")
        return await create(host=["0.0.0.0", *others])  # noqa: S104 - as it was asked for

    def _arrive(self, transport: asyncio.Transport) -> Guest:
        """Count a connection, and make room for it."""
        peer = peer_of(transport)
        crowd = self._parts.crowd
        guest = crowd.enter(transport, peer, is_known=self._parts.front.trusts(peer))
        if len(crowd) > self._room and not self._has_made_room():
            transport.abort()
        return guest

    def _has_made_room(self) -> bool:
        """Whether strangers could be sent away, who have waited longest first."""
        crowd, now = self._parts.crowd, time.monotonic()
        if now < self._full_until:
            return False
        crowd.sweep()
        strangers = sorted(
            (one for one in self._idle() if not self._is_known(one)),
            key=lambda one: one.idle_since,
        )
        leaving = strangers[: int(self._room * AT_ONCE) + 1]
        for one in leaving:
            _abort(one)
        if self._parts.sparingly("full"):
            log.warning(
                "the door is full: raise the limit of open files (LimitNOFILE=, ulimit -n)",
                connections=len(crowd),
                sent_away=len(leaving),
            )
        if not leaving:
            self._full_until = now + FULL_SECONDS
        return bool(leaving) or len(crowd) <= self._room

    def _idle(self) -> list[Express | Refusing]:
        """The connections on which nobody waits for an answer."""
        assert self._runner.server is not None
        handlers = cast(list[Refusing], self._runner.server.connections)
        everybody: list[Express | Refusing] = [*self.express, *handlers]
        return [one for one in everybody if one.is_idle]

    def _is_known(self, connection: Express | Refusing) -> bool:
        guest = self._parts.crowd.guest(connection.transport)
        return guest is not None and guest.is_known

    async def _sweep(self, seconds: float) -> None:
        """Close connections without a first request after `seconds`, and idle ones at last."""
        while True:
            await asyncio.sleep(seconds / 3)
            now = time.monotonic()
            for one in self._idle():
                allowed = IDLE_SECONDS if self._is_known(one) else STRANGER_SECONDS
                if now - one.idle_since >= (allowed if one.has_asked else seconds):
                    _abort(one)
            self._parts.crowd.sweep()


def _abort(connection: Express | Refusing) -> None:
    if connection.transport is not None:
        connection.transport.abort()
