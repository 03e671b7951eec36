"""A name server: it answers, changes its mind, answers late, or stays silent, name by name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

ADDRESS = "127.0.0.53"
TTL = 1  # seconds; who keeps a record longer does it by himself


class Names(asyncio.DatagramProtocol):
    """The records of the world, changed at any time; `asked` are the names that were looked up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.silent: set[str] = set()
        self.late: dict[str, float] = {}  # seconds that an answer takes
        self._records: dict[str, list[str]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def point(self, name: str, *addresses: str) -> None:
        """Let `name` have these addresses (IPv4 and IPv6), and no others."""
        self._records[_key(name)] = list(addresses)

    def connection_made(self, transport: Any) -> None:  # typeshed's class is not asyncio's
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = _key(query.question[0].name.to_text())
        self.asked.append(name)
        if name not in self.silent:
            delay = self.late.get(name, 0.0)
            asyncio.get_running_loop().call_later(delay, self._send, query, name, addr)

    def _send(self, query: dns.message.Message, name: str, to: tuple[str, int]) -> None:
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.sendto(self._answer(query, name).to_wire(), to)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        if name not in self._records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        kind = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}.get(question.rdtype)
        found = [one for one in self._records[name] if ip_address(one).version == kind]
        if found:
            answer.answer.append(
                dns.rrset.from_text(question.name, TTL, "IN", question.rdtype, *found)
            )
        return answer


def _key(name: str) -> str:
    """`События.РФ.` and `xn--90azafcr1d.xn--p1ai` are one name."""
    plain = name.rstrip(".").lower()
    with suppress(UnicodeError):
        plain = plain.encode("idna").decode()
    return plain


@asynccontextmanager
async def serving(address: str = ADDRESS) -> AsyncIterator[Names]:
    """A name server on port 53 of an address, empty at first."""
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(Names, local_addr=(address, 53))
    yield names
    transport.close()
