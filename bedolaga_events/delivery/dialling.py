"""A connection to one of a name's addresses, each judged before it is dialled (RFC 8305)."""

import asyncio
import errno
import os
import socket
import ssl
from functools import partial
from typing import cast

import aiohappyeyeballs

from bedolaga_events.delivery.guard import Guard
from bedolaga_events.delivery.line import Line
from bedolaga_events.delivery.proxy import Proxy, ProxyUnreachable
from bedolaga_events.delivery.resolver import AddrInfo
from bedolaga_events.delivery.target import Target

STAGGER = 0.25  # seconds before the next address is tried beside one that stays silent (RFC 8305)


class ConnectTimeout(OSError):
    """No connection in time."""


class HandshakeEnded(ssl.SSLError):
    """It wants another TLS, or none, and does not say so."""

    reason = "the receiver closed the connection in the handshake"


class Dialler:
    """Makes connections.

    Args:
        guard: knows the addresses that may be dialled.
        tls: the CAs that are trusted.
        connect_timeout: seconds for a connection; look-up and TLS handshake are parts of it.
        proxy: through which all go.
    """

    def __init__(
        self,
        guard: Guard,
        tls: ssl.SSLContext,
        connect_timeout: float,
        proxy: Proxy | None = None,
    ) -> None:
        self._guard = guard
        self._tls = tls
        self._connect_timeout = connect_timeout
        self._proxy = proxy

    async def dial(self, target: Target, deadline: float) -> Line:
        """A new connection.

        Args:
            deadline: in seconds of the loop's clock.

        Raises:
            Refused: the policy allows none of its addresses.
            ConnectTimeout: not in time.
            ProxyUnreachable, ProxyRefuses: the proxy makes none.
            OSError: it cannot be reached (`ssl.SSLError`, `socket.gaierror` too).
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        deadline = min(deadline, began + self._connect_timeout)
        reach = self._reach if self._proxy is None else partial(self._pass, self._proxy)
        try:
            dialled = await reach(target, deadline)
            async with asyncio.timeout_at(deadline):
                return await self._open(dialled, target)
        except TimeoutError:
            late = f"timed out after {deadline - began:.3g} s"
            if self._proxy is None:
                raise ConnectTimeout(f"{late} while connecting") from None
            raise ConnectTimeout(f"{late} while connecting through the proxy") from None

    async def _reach(self, target: Target, deadline: float) -> socket.socket:
        return await _connect(await self._guard.addresses(target, deadline), deadline)

    async def _pass(self, proxy: Proxy, target: Target, deadline: float) -> socket.socket:
        host = self._guard.passed_on(target)
        try:
            dialled = await _connect(await self._guard.unjudged(proxy.origin, deadline), deadline)
        except TimeoutError:
            raise
        except OSError as error:
            raise ProxyUnreachable(error) from None
        async with asyncio.timeout_at(deadline):
            await proxy.ask(dialled, host, target.origin[2], self._connect_timeout)
        return dialled

    async def _open(self, dialled: socket.socket, target: Target) -> Line:
        loop = asyncio.get_running_loop()
        try:
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _, line = await loop.create_connection(
                Line,
                sock=dialled,
                ssl=None if target.tls_name is None else self._tls,
                server_hostname=target.tls_name,
            )
        except ConnectionError as error:
            dialled.close()
            raise error if target.tls_name is None else HandshakeEnded from None
        except BaseException:  # cancelled too
            dialled.close()
            raise
        line.opened_at = loop.time()
        if self._proxy is not None:
            line.peer = None  # only the proxy knows
        return line


async def _connect(infos: list[AddrInfo], deadline: float) -> socket.socket:
    # Half of the time is for asking them all, in turn; the last one needs some, too.
    fair = (deadline - asyncio.get_running_loop().time()) / 2 / len(infos)
    async with asyncio.timeout_at(deadline):
        return await aiohappyeyeballs.start_connection(
            infos,
            happy_eyeballs_delay=min(STAGGER, fair),
            loop=cast(asyncio.AbstractEventLoop, Connecting),
        )


class Connecting:
    """The one verb of a loop that aiohappyeyeballs needs.

    uvloop's own looks a written address up again, in the pool that files are read by.
    """

    @staticmethod
    async def sock_connect(dialled: socket.socket, address: tuple[str, int]) -> None:
        """Connect a non-blocking socket.

        Raises:
            OSError: it is not connected.
        """
        error = dialled.connect_ex(address)
        if error == errno.EINPROGRESS:
            loop = asyncio.get_running_loop()
            can_write = loop.create_future()
            loop.add_writer(dialled, _wake, can_write)
            try:
                await can_write
            finally:
                loop.remove_writer(dialled)
            error = dialled.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
