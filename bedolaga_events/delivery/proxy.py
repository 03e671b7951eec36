"""The way out through `delivery.proxy`: HTTP CONNECT (RFC 9110 §9.3.6) or SOCKS5 (RFC 1928)."""

import asyncio
import re
import socket
from base64 import b64encode
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from bedolaga_events.delivery.secrecy import Hidden
from bedolaga_events.delivery.target import Origin, Target
from bedolaga_events.errors import ConfigError

WRITTEN = re.compile(r"(http|socks5)://(?:(.*)@)?([^@/?#]+:[0-9]+)/?", re.IGNORECASE)
MAX_NAME = 255  # bytes of a user name or a password (RFC 1929)
MAX_HEAD = 16 * 1024  # bytes of a proxy's answer
MAX_WORDS = 200  # characters of it that are shown
WRONG_PASSWORD = (401, 407)  # the former is tinyproxy's

HOW = (
    "delivery.proxy: write it like http://user:password@host:3128 or socks5://host:1080; what is"
    " special in a password stands as %XX."
)
MISSING = "delivery.proxy: python-socks is not installed; pip install 'bedolaga-events[proxy]'."
UNKNOWN_HERE = "the proxy does not take this user name or password (delivery.proxy)"


class ProxyRefuses(OSError):
    """The proxy was reached, and makes no connection; the message is for a person."""


class ProxyUnreachable(OSError):
    """There is no way to the proxy.

    Args:
        reason: what dialling it met.
    """

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Proxy(NamedTuple):
    """A proxy; `origin` is where it listens."""

    scheme: str
    origin: Origin
    user: str
    password: str

    def __str__(self) -> str:
        """Without its password, for logs."""
        _, host, port = self.origin
        return (
            f"{self.scheme}://[{host}]:{port}" if ":" in host else f"{self.scheme}://{host}:{port}"
        )

    async def ask(self, dialled: socket.socket, host: str, port: int, seconds: float) -> None:
        """Have the proxy connect, over a connection to it; nothing past its answer is read.

        Args:
            host: a name, which the proxy resolves, or an address.

        Raises:
            ProxyRefuses: it does not.
            TimeoutError: it says nothing.
        """
        from python_socks import ProxyError, ProxyType  # noqa: PLC0415 - optional
        from python_socks.async_.asyncio import Proxy as Asking  # noqa: PLC0415

        asking = Asking(
            ProxyType[self.scheme.upper()],
            *self.origin[1:],
            self.user,
            self.password,
            forward=cast(Asking, Dialled(dialled)),
            loop=cast(asyncio.AbstractEventLoop, Talking(in_heads=self.scheme == "http")),
        )
        try:
            await asking.connect(host, port, timeout=seconds)
        except TimeoutError:
            raise
        except OSError:
            raise ProxyRefuses("the proxy closed the connection") from None
        except (ProxyError, ValueError) as error:  # the latter: what is no text in its answer
            raise ProxyRefuses(self._hidden.text(_words(error))) from None

    @property
    def _hidden(self) -> Hidden:
        """Some proxies repeat what they were asked, sign-in and all."""
        basic = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return Hidden([basic, self.password] if self.password else [])


def proxy(written: str) -> Proxy | None:
    """What `delivery.proxy` says; None for "".

    Raises:
        ConfigError: it cannot be read, or the extra `proxy` is missing. No part of it is repeated.
    """
    if not written:
        return None
    found = WRITTEN.fullmatch(written)
    target = Target(f"http://{found[3]}/" if found else "", {})
    if found is None or target.fault is not None:
        raise ConfigError(HOW)
    scheme = found[1].lower()
    user, _, password = (found[2] or "").partition(":")
    made = Proxy(scheme, target.origin, unquote(user), unquote(password))
    if not _can_sign_in(made):
        raise ConfigError(
            f"delivery.proxy: {scheme} proxies cannot be told this user name or password."
        )
    try:
        import python_socks  # noqa: F401, PLC0415 - optional
    except ImportError:
        raise ConfigError(MISSING) from None
    return made


def _can_sign_in(made: Proxy) -> bool:
    """What python-socks can write: Latin-1 for HTTP, 1 to 255 ASCII characters for SOCKS."""
    given = (made.user, made.password)
    if made.scheme == "http":
        return ":" not in made.user and all(one <= "\xff" for one in "".join(given))
    return given == ("", "") or all(one.isascii() and 0 < len(one) <= MAX_NAME for one in given)


class Dialled:
    """The one verb of a proxy before this one that python-socks needs: the connection is there."""

    def __init__(self, dialled: socket.socket) -> None:
        self._dialled = dialled

    async def connect(self, **_: Any) -> socket.socket:
        """The connection to the proxy."""
        return self._dialled


class Talking:
    """The two verbs of a loop that python-socks needs.

    It takes one reading for an HTTP proxy's whole answer, and all of that for the proxy's. But an
    answer may come in pieces, and what comes behind it is the receiver's.
    """

    def __init__(self, *, in_heads: bool) -> None:
        self._in_heads = in_heads

    async def sock_sendall(self, dialled: socket.socket, data: bytes) -> None:
        """Send it all."""
        await asyncio.get_running_loop().sock_sendall(dialled, data)

    async def sock_recv(self, dialled: socket.socket, most: int) -> bytes:
        """Bytes of an answer; of an HTTP proxy's a whole head."""
        loop = asyncio.get_running_loop()
        if not self._in_heads:
            return await loop.sock_recv(dialled, most)
        head = bytearray()
        while not head.endswith((b"\n\r\n", b"\n\n")) and len(head) < MAX_HEAD:
            byte = await loop.sock_recv(dialled, 1)
            if not byte:
                break
            head += byte
        return bytes(head)


def _words(error: Exception) -> str:
    said = str(error)[:MAX_WORDS].encode("ascii", "backslashreplace").decode()
    if getattr(error, "error_code", None) in WRONG_PASSWORD or "authentication" in said.lower():
        return UNKNOWN_HERE
    return f"the proxy makes no connection: {said}"
