"""URLs when they are saved: judged by the same policy as the addresses that are dialled."""

import asyncio
import socket
import ssl
from dataclasses import dataclass

from yarl import URL

from bedolaga_events.delivery.addresses import Policy, Verdict
from bedolaga_events.errors import ConfigError, Unprocessable

MAX_URL = 2_048  # characters
RESOLVE_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a URL before it is dialled; no addresses when the name does not resolve."""

    addresses: tuple[Verdict, ...]

    @property
    def allowed(self) -> bool:
        """Whether every address may be dialled."""
        return all(one.allowed for one in self.addresses)

    @property
    def detail(self) -> str:
        """The verdict in one sentence."""
        if not self.addresses:
            return "The name does not resolve now; deliveries will be tried all the same."
        refused = next((one for one in self.addresses if not one.allowed), None)
        return "The address is allowed." if refused is None else f"The {refused.sentence}."


def trusted_cas(ca_file: str) -> ssl.SSLContext:
    """The system's CAs, and those of `ca_file` (PEM; "" for none).

    Raises:
        ConfigError: the file cannot be read or holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"delivery.ca_file: {ca_file}: {error}.") from None
    return context


async def check(text: str, policy: Policy) -> Checked:
    """Judge a URL as saving and sending do.

    Raises:
        Unprocessable: it is not an http(s) URL that can be used at all.
    """
    url = parse(text)
    assert url.host is not None
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_TIMEOUT):
            found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return Checked(())
    addresses = dict.fromkeys(str(info[4][0]) for info in found)
    return Checked(tuple(policy.judge(one) for one in addresses))


def parse(text: str) -> URL:
    """The URL of an endpoint.

    Raises:
        Unprocessable: not http or https, without a host, with credentials, or malformed.
    """
    if len(text) > MAX_URL:
        raise Unprocessable.at(["url"], f"a URL has at most {MAX_URL} characters")
    if any(ord(one) <= 0x20 or ord(one) == 0x7F for one in text):
        raise Unprocessable.at(["url"], "a URL has no spaces or control characters")
    try:
        url = URL(text)
        url.port  # noqa: B018 - a bad port is found when it is read
    except ValueError as error:
        raise Unprocessable.at(["url"], f"this is not a URL: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Unprocessable.at(["url"], "a URL starts with http:// or https:// and names a host")
    if url.user is not None or url.password is not None:
        raise Unprocessable.at(
            ["url"], "a URL carries no user name or password; use an extra request header"
        )
    return url
