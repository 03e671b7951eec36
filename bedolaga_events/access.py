"""Who may come in: known tokens, tickets, and slowing down guessers.

All of it lives in memory; the tokens are a copy of their table, read again every second so that
whatever is done to them beside a running server counts too.
"""

import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Set

import structlog

from bedolaga_events.committed import Committed
from bedolaga_events.errors import TooManyFailures, Unauthorized
from bedolaga_events.model import Token
from bedolaga_events.store.tokens import digest_of
from bedolaga_events.times import SECOND

TICKET_SECONDS = 30
FAILURE_WINDOW = 60  # seconds
MAX_ADDRESSES = 10_000  # remembered guessers; the oldest is forgotten
MAX_TICKETS = 10_000
IPV6_PREFIX = 64  # one household or VPS is one guesser

log = structlog.get_logger()


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
    """Answers who is asking.

    Whatever changes tokens comes through `learn`, `add` or `heard`, and each of them tells `keep`
    which tokens are still good.

    Args:
        now: the clock, in microseconds.
        max_failures: failed sign-ins a minute from one address.
        keep: is told the ids of the tokens that are good; the rest is to be closed.
    """

    def __init__(
        self, now: Callable[[], int], max_failures: int, keep: Callable[[Set[int]], None]
    ) -> None:
        self.failures = Failures(max_failures, now)
        self.used: dict[int, int] = {}  # token id → last use, written to the store lazily
        self._tickets: OrderedDict[str, tuple[int, int]] = OrderedDict()  # their ends, whose
        self._now = now
        self._keep = keep
        self._by_digest: dict[bytes, Token] = {}

    def learn(self, tokens: Iterable[Token]) -> None:
        """Replace what is known by the table's content."""
        self._by_digest = {one.digest: one for one in tokens if self._is_alive(one)}
        self._keep({one.id for one in self._by_digest.values()})

    def add(self, tokens: Iterable[Token]) -> None:
        """These tokens are in the table as well."""
        self.learn([*self._by_digest.values(), *tokens])

    def heard(self, committed: Committed) -> None:
        """What a commit of ours made or revoked counts with it, not at the next look."""
        if committed.tokens or committed.revoked_tokens:
            known = [*self._by_digest.values(), *committed.tokens]
            self.learn(one for one in known if one.id not in committed.revoked_tokens)

    def find(self, value: str) -> Token | None:
        """The known token with this secret value, unless it has expired.

        Tokens are compared by digest, so that timing tells nothing about the value.
        """
        token = self._by_digest.get(digest_of(value))
        if token is None or not self._is_alive(token):
            return None
        self.used[token.id] = self._now()
        return token

    def ticket(self, token: Token) -> str:
        """A secret that opens one feed in this token's name, once and within its time."""
        if len(self._tickets) >= MAX_TICKETS:
            self._tickets.popitem(last=False)
        secret = secrets.token_urlsafe(32)
        self._tickets[secret] = self._now() + TICKET_SECONDS * SECOND, token.id
        return secret

    def holder(self, ticket: str) -> Token | None:
        """As `redeem`, for who may yet refuse the call: the ticket stays good."""
        until, token_id = self._tickets.get(ticket, (0, 0))
        return self.by_id(token_id) if until > self._now() else None

    def redeem(self, ticket: str) -> Token | None:
        """The token in whose name a ticket was made; None when it is unknown, used or late."""
        token = self.holder(ticket)
        self._tickets.pop(ticket, None)
        return token

    def by_id(self, token_id: int) -> Token | None:
        """The known token with this id, unless it has expired."""
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
        # fail2ban reads this line: see docs/log.md before changing it.
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
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed  # a socket that takes both families
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
