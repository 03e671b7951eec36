"""A connection to one of a name's addresses, each judged before it is dialled (RFC 8305)."""

import asyncio
import errno
import os
import socket
import ssl
from typing import cast

import aiohappyeyeballs

from bedolaga_events.delivery.guard import Guard
from bedolaga_events.delivery.line import Line
from bedolaga_events.delivery.resolver import AddrInfo
from bedolaga_events.delivery.target import Target

STAGGER = 0.25  # seconds before the next address is tried beside one that stays silent (RFC 8305)


class ConnectTimeout(OSError):
    """No connection in time."""


class Dialler:
    """Makes connections.

    Args:
        guard: knows the addresses that may be dialled.
        tls: the CAs that are trusted.
        connect_timeout: seconds for a connection; look-up and TLS handshake are parts of it.
    """

    def __init__(self, guard: Guard, tls: ssl.SSLContext, connect_timeout: float) -> None:
        self._guard = guard
        self._tls = tls
        self._connect_timeout = connect_timeout

    async def dial(self, target: Target, deadline: float) -> Line:
        """A new connection.

        Args:
            deadline: in seconds of the loop's clock.

        Raises:
            Refused: the policy allows none of its addresses.
            ConnectTimeout: not in time.
            OSError: it cannot be reached (`ssl.SSLError`, `socket.gaierror` too).
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        deadline = min(deadline, began + self._connect_timeout)
        allowed = await self._guard.addresses(target, deadline)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._connect(allowed, target, deadline)
        except TimeoutError:
            seconds = f"{deadline - began:.3g}"
            raise ConnectTimeout(f"timed out after {seconds} s while connecting") from None

    async def _connect(self, infos: list[AddrInfo], target: Target, deadline: float) -> Line:
        loop = asyncio.get_running_loop()
        # Half of the time is for asking them all, in turn; the last one needs some, too.
        fair = (deadline - loop.time()) / 2 / len(infos)
        dialled = await aiohappyeyeballs.start_connection(
            infos,
            happy_eyeballs_delay=min(STAGGER, fair),
            loop=cast(asyncio.AbstractEventLoop, Connecting),
        )
        try:
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _, line = await loop.create_connection(
                Line,
                sock=dialled,
                ssl=None if target.tls_name is None else self._tls,
                server_hostname=target.tls_name,
            )
        except BaseException:
            dialled.close()
            raise
        line.opened_at = loop.time()
        return line


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
