"""How many connections are open, for whom, and which may go when descriptors run out."""

import resource
from asyncio import Transport
from collections.abc import Callable
from dataclasses import dataclass

from bedolaga_events.access import group

ROOM = 0.75  # of all descriptors are for connections, the rest for files and receivers


@dataclass(slots=True)
class Guest:
    """One open connection.

    Args:
        caller: who is at its other end.
        is_known: it brought a right token, or is a trusted proxy's: it may stay idle for long.
        is_surplus: its caller had as many as an address may have when it came.
    """

    caller: str
    is_known: bool
    is_surplus: bool = False


class Crowd:
    """Every open connection of ours, of whatever kind: HTTP, WebSocket, event stream.

    A connection counts for the address at its other end; one of a trusted proxy for whom it
    serves at the moment. Nobody tells when a connection ends that something else took over (a
    WebSocket): that is looked up in its transport when it matters, and at every sweep.

    Args:
        per_address: connections that one address may have.
        is_exempt: whether an address may have any number.
    """

    def __init__(self, per_address: int, is_exempt: Callable[[str], bool]) -> None:
        self._per_address = per_address
        self._is_exempt = is_exempt
        self._guests: dict[Transport, Guest] = {}
        self._held: dict[str, set[Transport]] = {}

    def __len__(self) -> int:
        return len(self._guests)

    def enter(self, transport: Transport, peer: str, *, is_known: bool) -> Guest:
        """A connection was opened by `peer`; entering twice changes nothing."""
        guest = self._guests.get(transport)
        if guest is None:
            guest = self._guests[transport] = Guest(group(peer), is_known)
            guest.is_surplus = not self._hold(transport, peer)
        return guest

    def guest(self, transport: Transport | None) -> Guest | None:
        """What is known of a connection; None when it did not come in by our door."""
        return None if transport is None else self._guests.get(transport)

    def leave(self, transport: Transport) -> None:
        """The connection is closed."""
        guest = self._guests.pop(transport, None)
        if guest is not None:
            self._release(transport, guest.caller)

    def admits(self, transport: Transport, client: str) -> bool:
        """Whether a request of `client` on this connection may be served; if so it counts."""
        guest, caller = self._guests.get(transport), group(client)
        if guest is None or guest.caller != caller:
            return self._hold(transport, client)
        if guest.is_surplus:
            guest.is_surplus = not self._hold(transport, client)
        return not guest.is_surplus

    def is_full(self, client: str) -> bool:
        """Whether a client has as many connections as one may have."""
        held = self._held.get(group(client), ())
        return len(held) >= self._per_address and len(self._open(group(client))) >= len(held)

    def served(self, transport: Transport, client: str) -> None:
        """The request is answered: a proxy's connection does not count for its client any more."""
        guest, caller = self._guests.get(transport), group(client)
        if guest is None or guest.caller != caller:
            self._release(transport, caller)

    def sweep(self) -> None:
        """Forget what has been closed since."""
        for transport in [one for one in self._guests if one.is_closing()]:
            self.leave(transport)
        for caller in list(self._held):
            self._open(caller)

    def _hold(self, transport: Transport, client: str) -> bool:
        """Count a connection for a client, unless that is one too many."""
        if self._is_exempt(client):
            return True
        caller = group(client)
        held = self._held.setdefault(caller, set())
        if transport not in held and len(held) >= self._per_address:
            held = self._open(caller)
        if transport not in held and len(held) >= self._per_address:
            return False
        self._held.setdefault(caller, held).add(transport)
        return True

    def _release(self, transport: Transport, caller: str) -> None:
        held = self._held.get(caller)
        if held is not None:
            held.discard(transport)
            if not held:
                del self._held[caller]

    def _open(self, caller: str) -> set[Transport]:
        """The connections of a caller that are still open."""
        held = {one for one in self._held.get(caller, ()) if not one.is_closing()}
        if held:
            self._held[caller] = held
        else:
            self._held.pop(caller, None)
        return held


def peer_of(transport: Transport | None) -> str:
    """The address at the other end of a connection."""
    name = None if transport is None else transport.get_extra_info("peername")
    return str(name[0]) if isinstance(name, tuple) else "unknown"


def can_half_close(transport: Transport | None) -> bool:
    """Whether it can be written to when the other end says no more: TLS knows no halves."""
    return transport is not None and transport.get_extra_info("sslcontext") is None


def room() -> int:
    """How many connections there may be, by the limit of open files."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return int((2**20 if limit == resource.RLIM_INFINITY else limit) * ROOM)
