"""Names → addresses, by the system's own resolver, in threads that nobody else uses.

`getaddrinfo` knows /etc/hosts, search domains and mDNS, but cannot be interrupted: a silent name
server holds its thread for half a minute. So look-ups have threads of their own; one name has one
look-up, however many wait for it; and one that hangs gives its place to the next. Nobody waits for
a name that failed a moment ago, or, where an older answer is known, for a name that hangs.
"""

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

FRESH = 10.0  # seconds for which an answer is used: a receiver may move
FAILED = 5.0  # seconds for which a failure is remembered
USABLE = 3_600.0  # seconds for which the last good answer stands in for none
PATIENCE = 0.5  # seconds that are waited for a new answer while an older one is known
HANGS = 0.1  # seconds after which a look-up gives its place to another
AT_ONCE = 16  # look-ups that do not hang
HANGING = 48  # look-ups that do, each of which holds a thread
NAMES = 1_000  # remembered
PASSING = (socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM, socket.EAI_MEMORY)

AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]
LookUp = Callable[[str], list[AddrInfo]]


def look_up(host: str) -> list[AddrInfo]:
    """What the system says of a name, for TCP.

    Raises:
        socket.gaierror: it does not resolve.
    """
    # As bytes: Python would encode a str by IDNA 2003, and raise for what it does not like.
    return socket.getaddrinfo(host.encode(), 0, type=socket.SOCK_STREAM)  # type: ignore[return-value]  # typeshed allows for systems without IPv6


def literal(host: str) -> list[AddrInfo]:
    """The address that is written out, zone included; nothing for a name. Asks nobody."""
    try:
        found = socket.getaddrinfo(
            host.encode(), 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
    except OSError:
        return []
    return found  # type: ignore[return-value]  # as in `look_up`


@dataclass(slots=True)
class Name:
    """What is known of a name."""

    found: tuple[AddrInfo, ...] = ()  # the last good answer
    found_at: float = -USABLE
    error: OSError | None = None  # since then
    failed_at: float = -FAILED
    looking: asyncio.Future[None] | None = None
    started_at: float = 0.0
    hangs: bool = False  # its look-up does, or the last one did


class Resolver:
    """Looks names up.

    Args:
        look_up: blocks until it knows, or raises an OSError; called in threads.
    """

    def __init__(self, look_up: LookUp = look_up) -> None:
        self._look_up = look_up
        self._names: dict[str, Name] = {}
        self._waiting: deque[tuple[str, Name]] = deque()
        self._quick = 0  # look-ups that do not hang yet
        self._hanging = 0

    async def resolve(self, host: str, port: int, deadline: float) -> list[AddrInfo]:
        """The addresses of a host.

        Args:
            host: a name, or an address written out.
            deadline: in seconds of the loop's clock.

        Raises:
            OSError: it does not resolve, or not in time.
        """
        found = literal(host) or await self._addresses(host, deadline)
        return [(*info[:4], (info[4][0], port, *info[4][2:])) for info in found]

    async def _addresses(self, host: str, deadline: float) -> tuple[AddrInfo, ...]:
        loop = asyncio.get_running_loop()
        name = self._name(host)
        if loop.time() - name.found_at < FRESH:
            return name.found
        if loop.time() - name.failed_at >= FAILED:
            looking = self._looking(host, name)
            patience = deadline - loop.time()
            if loop.time() - name.found_at < USABLE:
                patience = min(patience, PATIENCE)
            await asyncio.wait({looking}, timeout=max(patience, 0))
            if not looking.done():
                late = socket.gaierror(socket.EAI_AGAIN, "the name server does not answer")
                name.error, name.failed_at = late, loop.time()
        if name.error is None:
            return name.found
        if name.error.errno in PASSING and loop.time() - name.found_at < USABLE:
            return name.found
        raise name.error.with_traceback(None)  # the same one for all who ask: no chain of callers

    def _name(self, host: str) -> Name:
        name = self._names.pop(host, None) or Name()
        self._names[host] = name  # the latest one is the last
        if len(self._names) > NAMES:
            oldest = next(iter(self._names))
            del self._names[oldest]
        return name

    def _looking(self, host: str, name: Name) -> asyncio.Future[None]:
        """The look-up of a name: the one that runs, or another."""
        if name.looking is None:
            name.looking = asyncio.get_running_loop().create_future()
            self._waiting.append((host, name))
            self._start_waiting()
        return name.looking

    def _start_waiting(self) -> None:
        for _ in range(len(self._waiting)):
            host, name = self._waiting.popleft()
            if name.hangs and self._hanging < HANGING // 2:  # hung before: not among the quick
                self._hanging += 1
            elif not name.hangs and self._quick < AT_ONCE:
                self._quick += 1
                asyncio.get_running_loop().call_later(HANGS, self._step_aside, name, name.looking)
            else:
                self._waiting.append((host, name))
                continue
            self._start(host, name)

    def _step_aside(self, name: Name, looking: asyncio.Future[None] | None) -> None:
        """A look-up that hangs gives its place to the next one."""
        if looking is name.looking and looking is not None and self._hanging < HANGING:
            name.hangs = True
            self._quick -= 1
            self._hanging += 1
            self._start_waiting()

    def _start(self, host: str, name: Name) -> None:
        loop = asyncio.get_running_loop()
        name.started_at = loop.time()

        def work() -> None:
            found: list[AddrInfo] = []
            error: OSError | None = None
            try:
                found = self._look_up(host)
            except OSError as failure:
                error = failure
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._ended, name, found, error)

        try:
            # No pool: the interpreter waits for a pool's threads before it exits.
            threading.Thread(target=work, name=f"look-up of {host}", daemon=True).start()
        except RuntimeError:
            none_left = socket.gaierror(socket.EAI_AGAIN, "this server has no thread left")
            loop.call_soon(self._ended, name, [], none_left)

    def _ended(self, name: Name, found: list[AddrInfo], error: OSError | None) -> None:
        now = asyncio.get_running_loop().time()
        if name.hangs:
            self._hanging -= 1
        else:
            self._quick -= 1
        name.hangs = now - name.started_at > HANGS
        name.error = error
        if error is None:
            name.found, name.found_at = tuple(found), now
        else:
            name.failed_at = now
        if name.looking is not None:
            name.looking.set_result(None)
            name.looking = None
        self._start_waiting()
