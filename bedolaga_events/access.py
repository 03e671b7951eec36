"""Who may come in: known tokens, one-time codes and tickets, and slowing down guessers.

All of it lives in memory; the tokens are a copy of their table, read again every second so that
`token create` and `token revoke` beside a running server count at once.
"""

import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from bedolaga_events.errors import TooManyFailures, Unauthorized
from bedolaga_events.model import Token
from bedolaga_events.store.tokens import digest_of

SECOND = 1_000_000  # microseconds
TICKET_SECONDS = 30
CODE_SECONDS = 30 * 60
FAILURE_WINDOW = 60  # seconds
MAX_ADDRESSES = 10_000  # remembered guessers; the oldest is forgotten
MAX_TICKETS = 10_000
IPV6_PREFIX = 64  # one household or VPS is one guesser

log = structlog.get_logger()


@dataclass(slots=True)
class OneTime:
    """Secrets that open something once, within their time."""

    seconds: int
    now: Callable[[], int]
    _issued: OrderedDict[str, tuple[int, int | None]] = field(default_factory=OrderedDict)

    def issue(self, owner: int | None = None) -> str:
        """A new secret; `owner` is handed back by `redeem`."""
        if len(self._issued) >= MAX_TICKETS:
            self._issued.popitem(last=False)
        secret = secrets.token_urlsafe(32)
        self._issued[secret] = self.now() + self.seconds * SECOND, owner
        return secret

    def redeem(self, secret: str) -> tuple[int | None] | None:
        """The owner in a tuple, or None when the secret is unknown, used or late."""
        until, owner = self._issued.pop(secret, (0, None))
        return (owner,) if until > self.now() else None


class Failures:
    """How often an address guessed wrong in the last minute."""

    def __init__(self, limit: int, now: Callable[[], int]) -> None:
        self._limit = limit
        self._now = now
        self._times: OrderedDict[str, list[int]] = OrderedDict()

    def add(self, address: str) -> None:
        """Note a failure.

        Raises:
            TooManyFailures: this address has had its share of them.
        """
        caller, now = group(address), self._now()
        recent = [one for one in self._times.pop(caller, []) if one > now - FAILURE_WINDOW * SECOND]
        if len(recent) >= self._limit:
            self._times[caller] = recent
            wait = (recent[0] + FAILURE_WINDOW * SECOND - now) // SECOND + 1
            raise TooManyFailures(wait)
        self._times[caller] = [*recent, now]
        if len(self._times) > MAX_ADDRESSES:
            self._times.popitem(last=False)


class Access:
    """Answers who is asking."""

    def __init__(self, now: Callable[[], int], max_failures: int) -> None:
        self.codes = OneTime(CODE_SECONDS, now)
        self.tickets = OneTime(TICKET_SECONDS, now)
        self.failures = Failures(max_failures, now)
        self.used: dict[int, int] = {}  # token id → last use, written to the store lazily
        self._now = now
        self._by_digest: dict[bytes, Token] = {}

    def learn(self, tokens: Iterable[Token]) -> set[int]:
        """Replace what is known by the table's content; returns the ids of tokens that are gone."""
        before = {one.id for one in self._by_digest.values()}
        self._by_digest = {one.digest: one for one in tokens}
        return before - {one.id for one in self._by_digest.values() if self._is_alive(one)}

    def forget(self, token_ids: set[int]) -> None:
        """These tokens are revoked."""
        self._by_digest = {
            digest: one for digest, one in self._by_digest.items() if one.id not in token_ids
        }

    def find(self, value: str) -> Token | None:
        """The token with this secret value, unless it has expired.

        Tokens are compared by digest, so that timing tells nothing about the value.
        """
        token = self._by_digest.get(digest_of(value))
        if token is None or not self._is_alive(token):
            return None
        self.used[token.id] = self._now()
        return token

    def by_id(self, token_id: int | None) -> Token | None:
        """The token with this id, unless it has expired."""
        found = (one for one in self._by_digest.values() if one.id == token_id)
        return next((one for one in found if self._is_alive(one)), None)

    def last_used_at(self, token: Token) -> int | None:
        """When a token was last used, in microseconds."""
        return self.used.get(token.id, token.last_used_at)

    def refuse(self, address: str, detail: str) -> Unauthorized:
        """Note a failed sign-in and return its error.

        Raises:
            TooManyFailures: this address guesses too often.
        """
        # fail2ban reads this line: see docs/operations.md before changing it.
        log.warning("authentication failed", address=address)
        self.failures.add(address)
        return Unauthorized(detail)

    def _is_alive(self, token: Token) -> bool:
        return token.expires_at is None or token.expires_at > self._now()


def group(address: str) -> str:
    """What counts as one caller: an IPv4 address, a /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
