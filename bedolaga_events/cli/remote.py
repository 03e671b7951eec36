"""Sub-commands that talk to a running server: its address, calls, and what they answer with."""

import functools
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Concatenate

import click

from bedolaga_events import origins
from bedolaga_events.cli.options import address_of, with_settings
from bedolaga_events.errors import reason
from bedolaga_events.settings import Settings

PAGE = 100  # items, as a bot's API gives them too
HTTP_TIMEOUT = 10.0  # seconds


def as_url(text: str) -> str:
    """The type of an address: http or https; without a slash at its end. Empty for none."""
    found = origins.address(text)
    if text and found is None:
        raise click.BadParameter("write it like https://events.example.com/ (a path may follow).")
    return "".join(map(str, found or ())).rstrip("/")


def as_token(text: str) -> str:
    """The type of a token: as a header carries it."""
    if not (text.isascii() and text.strip().isprintable()):
        raise click.BadParameter("a token is letters, digits and signs of ASCII.")
    return text.strip()


URL = click.option(
    "--url", type=as_url, metavar="URL", envvar="BEDOLAGA_EVENTS_URL", help="The server's address."
)


def with_server(command: Callable[Concatenate["Server", ...], None]) -> Callable[..., None]:
    """`with_settings` and --url, for a command that talks to a running server."""

    @functools.wraps(command)
    def called(settings: Settings, /, *, url: str | None, **words: Any) -> None:
        command(Server(settings, url), **words)

    return URL(with_settings(called))


class Server:
    """A running server, as a command with a token sees it."""

    def __init__(self, settings: Settings, url: str | None) -> None:
        self.url = url or address_of(settings)
        self._token = settings.token

    @property
    def token(self) -> str:
        """The token from the environment.

        Raises:
            click.UsageError: there is none.
        """
        if self._token is None:
            raise click.UsageError("Set BEDOLAGA_EVENTS_TOKEN to a token of this server.")
        return self._token.get_secret_value()

    def call(self, method: str, path: str, body: Any = None, *, signed_in: bool = True) -> Any:
        """Call the API; returns the reply's content.

        Raises:
            click.ClickException: the server refuses, or does not answer.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if signed_in else {}
        return ask(method, self.url, path, headers, body)

    def rows(self, answer: Any, *fields: str) -> list[dict[str, Any]]:
        """What was answered: a list of objects, each with these fields.

        Raises:
            click.ClickException: it is not; another program answers at this address.
        """
        if isinstance(answer, list) and all(
            isinstance(one, dict) and one.keys() >= set(fields) for one in answer
        ):
            return answer
        raise click.ClickException(f"{self.url}: what answers there is no bedolaga-events.")

    def webhooks(self, *fields: str) -> list[dict[str, Any]]:
        """Every webhook, newest first, each with these fields."""

        def page(query: str) -> dict[str, Any]:
            [found] = self.rows([self.call("GET", f"/webhooks?{query}")], "items", "total")
            self.rows(found["items"], *fields)
            return found

        return all_items(page)


def ask(method: str, url: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    """Call a JSON API at `url`; returns the reply's content. No proxy of the environment is asked.

    Raises:
        click.ClickException: it refuses, or does not answer as a JSON API does.
    """
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        request = urllib.request.Request(  # noqa: S310 - the user's own address
            url + path, data, headers, method=method
        )
        with opener.open(request, timeout=HTTP_TIMEOUT) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise click.ClickException(_sentence(error.read()) or f"{url}: HTTP {error.code}") from None
    except urllib.error.URLError as error:
        why = reason(error.reason) if isinstance(error.reason, OSError) else error.reason
        raise click.ClickException(f"{url}: {why}") from None
    except OSError as error:
        raise click.ClickException(f"{url}: {reason(error)}") from None
    except (ValueError, RecursionError, http.client.HTTPException):
        raise click.ClickException(f"{url}: what answers there is no JSON API.") from None


def all_items(page: Callable[[str], Any]) -> list[dict[str, Any]]:
    """All items of a list, whose `page` is asked for with a query string of limit and offset."""
    found: list[dict[str, Any]] = []
    while True:
        shown = page(f"limit={PAGE}&offset={len(found)}")
        found += shown["items"]
        if not shown["items"] or len(found) >= shown["total"]:
            return found


def _sentence(content: bytes) -> str:
    try:
        return str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace")[:500]
