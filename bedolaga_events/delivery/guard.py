"""Which addresses a URL leads to, and which may be dialled: asked at saving and at sending."""

import asyncio
import ssl
from dataclasses import dataclass

from bedolaga_events.delivery.addresses import Policy, Verdict
from bedolaga_events.delivery.resolver import AddrInfo, Resolver, literal
from bedolaga_events.delivery.target import Origin, Target
from bedolaga_events.errors import ConfigError, Unprocessable, reason

RESOLVE_TIMEOUT = 5.0  # seconds
PASSED_ON = (
    "Deliveries go through delivery.proxy, which resolves this name and decides where it leads;"
    " delivery.allowed_networks judges addresses that are written out."
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a URL before it is dialled; no addresses when the name does not resolve."""

    addresses: tuple[Verdict, ...]
    by_proxy: bool = False  # which resolves the name, and judges what it finds

    @property
    def allowed(self) -> bool:
        """Whether every address may be dialled."""
        return all(one.allowed for one in self.addresses)

    @property
    def detail(self) -> str:
        """The verdict in one sentence."""
        if self.by_proxy:
            return PASSED_ON
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
            raise ConfigError(f"delivery.ca_file: {ca_file}: {reason(error)}.") from None
    return context


class Refused(OSError):
    """The policy allows none of the addresses."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class Guard:
    """Judges addresses.

    Args:
        policy: which may be dialled.
        resolver: what knows them by name.
        has_proxy: names are left to a proxy.
    """

    def __init__(self, policy: Policy, resolver: Resolver, *, has_proxy: bool = False) -> None:
        self._policy = policy
        self._resolver = resolver
        self._has_proxy = has_proxy

    async def check(self, text: str) -> Checked:
        """What sending to a URL would meet now.

        Raises:
            Unprocessable: it is not an http(s) URL that can be used at all.
        """
        target = Target(text, {})
        if target.fault is not None:
            raise Unprocessable.at(["url"], target.fault)
        if self._has_proxy and not literal(target.origin[1]):
            return Checked((), by_proxy=True)
        deadline = asyncio.get_running_loop().time() + RESOLVE_TIMEOUT
        try:
            found = await self._resolver.resolve(*target.origin[1:], deadline)
        except OSError:
            return Checked(())
        addresses = dict.fromkeys(info[4][0] for info in found)
        return Checked(tuple(self._policy.judge(one) for one in addresses))

    async def addresses(self, target: Target, deadline: float) -> list[AddrInfo]:
        """The addresses that may be dialled; a name that changes them after a check gains nothing.

        Args:
            deadline: in seconds of the loop's clock.

        Raises:
            Refused: there are some, and none is allowed.
            OSError: there are none, or not in time.
        """
        found = await self._resolver.resolve(*target.origin[1:], deadline)
        verdicts = [self._policy.judge(info[4][0]) for info in found]
        allowed = [info for info, one in zip(found, verdicts, strict=True) if one.allowed]
        if not allowed:
            raise Refused(verdicts[0])
        return allowed

    def passed_on(self, target: Target) -> str:
        """What a proxy is asked for: a name, or an address that may be dialled, in its one form.

        Raises:
            Refused: it may not.
        """
        host = target.origin[1]
        for info in literal(host):
            host = info[4][0]
            verdict = self._policy.judge(host)
            if not verdict.allowed:
                raise Refused(verdict)
        return host

    async def unjudged(self, origin: Origin, deadline: float) -> list[AddrInfo]:
        """The addresses of what the configuration names, wherever it is.

        Raises:
            OSError: there are none, or not in time.
        """
        return await self._resolver.resolve(*origin[1:], deadline)
