"""What comes in place of HTTP/1.1: first bytes of something else, and offers to change over."""

import re
import ssl
from collections.abc import Callable
from typing import NamedTuple

LONGEST = 24  # bytes that tell
REQUEST = re.compile(rb"[A-Z]+ /")
UPGRADE = re.compile(rb"\r\nUpgrade:([^\r\n]*)(?=\r\n)", re.IGNORECASE)
WEBSOCKET = re.compile(rb"(?:.*,)?[ \t]*websocket[ \t]*(?:,.*)?", re.IGNORECASE)


class Foreign(NamedTuple):
    """A protocol that comes to an HTTP port by mistake."""

    begins: bytes
    name: str
    advice: str

    @property
    def sentence(self) -> str:
        """What the client is told, and the log."""
        return f"This port speaks HTTP/1.1, and {self.name} came: {self.advice}."


PROXY = (
    "turn it off at the proxy (HAProxy: no send-proxy; frp: no transport.proxyProtocolVersion; "
    "nginx: proxy_protocol off) and let it send X-Forwarded-For instead"
)
SOCKS = "this is the server itself and no proxy: enter its address as a web address"
NO_TLS = {  # by OpenSSL's reason; anything else is between TLS and TLS
    "HTTP_REQUEST": "plain HTTP came: use https://",
    "WRONG_VERSION_NUMBER": "no TLS came: SSH, or the PROXY protocol; " + PROXY,
}
KNOWN = (
    Foreign(b"PROXY ", "the PROXY protocol (v1)", PROXY),
    Foreign(b"\r\n\r\n\0\r\nQUIT\n", "the PROXY protocol (v2)", PROXY),
    Foreign(
        b"\x16\x03",
        "TLS",
        "this port speaks plain HTTP: use http://, let a proxy take the TLS off, or set "
        "server.cert_file and server.key_file",
    ),
    Foreign(b"SSH-", "SSH", "the SSH server has another port"),
    Foreign(
        b"PRI * HTTP/2.0",
        "HTTP/2",
        "let the proxy speak HTTP/1.1 to this port (HAProxy: no proto h2; Caddy: no h2c://)",
    ),
    Foreign(b"\x05", "SOCKS5", SOCKS),
    Foreign(b"\x04\x01", "SOCKS4", SOCKS),
)


def recognised(first: bytes) -> Foreign | None:
    """The protocol that a connection's first bytes belong to, if it is one of those known."""
    return next((one for one in KNOWN if first.startswith(one.begins)), None)


def watch_handshakes(context: ssl.SSLContext, told: Callable[[str], None]) -> None:
    """Tell of handshakes that fail, by OpenSSL's reason: asyncio ends them in silence."""

    class Shaking(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except ssl.SSLError as error:
                if type(error) is ssl.SSLError:  # those derived from it want more bytes, or are EOF
                    told(error.reason or "UNKNOWN")
                raise

    context.sslobject_class = Shaking


def without_upgrades(data: bytes) -> bytes:
    """Requests without the upgrades that are not ours: those are ignored (RFC 9110 §7.8).

    aiohttp's parser would stop at one and drop the requests that came behind it; and of a list with
    ours in it, it would see nothing, and take what comes behind the handshake for a request.
    """
    return UPGRADE.sub(_ours, data) if REQUEST.match(data) else data


def _ours(found: re.Match[bytes]) -> bytes:
    return b"\r\nUpgrade: websocket" if WEBSOCKET.fullmatch(found[1]) else b""
