"""One request to the server: where it goes, and what came back."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

TIMEOUT = 15.0  # seconds for one request, from the first byte to the last
LONGEST_ANSWER = 1_048_576  # bytes read of an answer


class NoAnswer(Exception):
    """The server could not be asked, or did not answer."""


class Address(NamedTuple):
    """Where events are posted."""

    scheme: str
    host: str
    port: int | None
    path: str


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def address_of(url: str) -> Address:
    """The address of POST /events/batch of the server at `url`.

    Raises:
        ValueError: `url` is no http or https address, or has credentials, a query or a fragment.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no http:// or https:// address of an event server")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the server's address has no user, query or fragment")
    prefix = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")  # as typed (RFC 3986)
    return Address(parts.scheme, parts.hostname, parts.port, f"{prefix}/events/batch")


def post(address: Address, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send `body`; redirects are not followed, and no proxy of the environment is asked.

    Raises:
        NoAnswer: nothing came within `TIMEOUT`, or what came is no HTTP.
    """
    connection = _connection(address)
    # A socket's own timeout begins anew with every byte; this one does not.
    watch = threading.Timer(TIMEOUT, _cut, (connection,))
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", address.path, body, dict(headers))
        answer = connection.getresponse()
        named = {name.title(): value for name, value in answer.headers.items()}
        return Answer(answer.status, named, answer.read(LONGEST_ANSWER))
    except ValueError:  # whose sentence would quote the token
        raise NoAnswer("the token has characters that no header can carry") from None
    except (OSError, http.client.HTTPException) as error:
        host = f"[{connection.host}]" if ":" in connection.host else connection.host
        where = f"{address.scheme}://{host}:{connection.port}"
        raise NoAnswer(f"{where}: {type(error).__name__}: {error}") from None
    finally:
        watch.cancel()
        connection.close()


def _connection(address: Address) -> http.client.HTTPConnection:
    if address.scheme == "http":
        return http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(address.host, address.port, timeout=TIMEOUT, context=context)


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it ended by itself meanwhile
