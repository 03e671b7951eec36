"""aiohttp is the oracle: what the fast lane answers and stores is what aiohttp's way would have.

The same mutated requests go to two servers. To one of them each connection first says
`GET /health`, which makes it aiohttp's for good; to the other it begins in the fast lane.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from bedolaga_events.api.refusing import NOT_HTTP
from tests.conftest import ADMIN, Server, until

CASES = 3_000
AT_ONCE = 200
PAUSE = 0.001  # seconds between the pieces of a request
LONG_PAUSE = 0.1  # the same, where it must be sure that they are read apart
QUIET = 0.05  # seconds after which no more answers are waited for, once all was worked off
LINES = [
    *("Connection: keep-alive", "Connection: close", "connection: Keep-Alive", "Connection: x"),
    *("Expect: 100-continue", "Expect: keep-alive", "Transfer-Encoding: keep-alive", "TE: gzip"),
    *("Transfer-Encoding: chunked", "Upgrade: h2c", "Upgrade: keep-alive", "Trailer: x"),
    *("Content-Encoding: gzip", "Content-Encoding: identity", "Content-Encoding: br"),
    *("Content-Length: 5", "Content-Length: +5", "Content-Length: 0x5", "Content-Length:"),
    *("Host: y", "Host:", "Origin: http://x", "Origin: http://[", "Cookie: a=b", "X-Empty:"),
    *("Idempotency-Key: k", "Idempotency-Key:", "Idempotency-Key: \t", "Content-Type: text/plain"),
    *("Content-Type: application/json; charset=utf-8", "X-API-Key: wrong", f"X-API-Key: {ADMIN}"),
    *("Authorization: Bearer wrong", "Authorization: Basic YTpi", "Authorization: bearer"),
    *("X-Bad Name: x", "X-Long: " + "x" * 9_000, "no colon", " folded", ": nameless"),
    *("X-Control: \x01", "X-High: \xe9", "X-Tab:\tx\t", "X-Forwarded-For: garbage"),
]
PAYLOADS = [
    *('{"user_id": %d}', '{"user_id": %d, "x": 1e999}', '{"user_id": %d, "x": NaN}', "[%d]"),
    *('{"user_id": "%d"}', '{"user_id": %d, "x": "\\ud800"}', '{"user_id": %d, "x": "\xff"}'),
    *('{"user_id": %d, "x": ' + "[" * 2_000 + "]" * 2_000 + "}", '{"user_id": %d, "user_id": 1}'),
    *('{"user_id": %d.5}', '{"user_id": %d, "x": ' + "9" * 4_000 + "}", '{"user_id": %d'),
]
PAYMENT = '{"type": "payment.completed", "payload": {"transaction_id": %d, "user_id": 1, %s}}'
EVENTS = [
    '{"type": "user.created", "payload": %s, "colour": 1}',
    '{"type": "nobody.knows", "payload": %s}',
    '{"type": 7, "payload": %s}',
    '{"type": "user.created", "payload": %s, "timestamp": "9999-12-31T23:59:59Z"}',
    '{"type": "user.created", "payload": %s, "timestamp": "now"}',
    '{"type": "user.created", "payload": %s, "timestamp": "2026-01-15T10:30:00+23:59"}',
]
STARTS = [
    *("POST /events HTTP/1.0", "POST /events?x=1 HTTP/1.1", "PUT /events HTTP/1.1", "POST"),
    *("POST  /events HTTP/1.1", "post /events HTTP/1.1", "POST /events HTTP/1.2", "\r\nPOST"),
    *("POST //events HTTP/1.1", "POST /events/ HTTP/1.1", "POST http://x/events HTTP/1.1"),
]
AMOUNTS = ['"amount_rubles": 1e308', '"amount_kopeks": ' + "9" * 30, '"amount_rubles": -1e-320']

USER = re.compile(r'"user_id": (\d+)')


class Case(NamedTuple):
    """Bytes, in the pieces in which they are sent."""

    pieces: list[bytes]


class Seen(NamedTuple):
    """What came back: each answer, and whether the connection is still open."""

    answers: list[tuple[int, list[str], Any]]
    is_open: bool


def cases(chance: random.Random) -> Iterator[Case]:
    """Requests that are nearly good, alone or several ahead of their answers, whole or split."""
    for number in range(CASES):
        several = chance.choice([1, 1, 1, 2, 3])
        raw = b"".join(mutated(chance, number * 10 + one) for one in range(several))
        cuts = sorted(chance.sample(range(1, len(raw)), k=min(chance.choice([0, 0, 1, 2]), 2)))
        yield Case([raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)])


def mutated(chance: random.Random, number: int) -> bytes:
    """One request, with up to three mistakes."""
    text = body(chance, number)
    content = text.encode("latin-1") if "\xff" in text else text.encode()
    lines = [
        f"Host: x{number}",
        f"Authorization: Bearer {ADMIN}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    start = "POST /events HTTP/1.1"
    end = "\r\n"
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        match chance.randrange(7):
            case 0 | 1:
                lines.insert(chance.randint(0, len(lines)), chance.choice(LINES))
            case 2:
                lines.pop(chance.randrange(len(lines)))
            case 3:
                lines[chance.randrange(len(lines))] = chance.choice(LINES)
            case 4:
                start = chance.choice(STARTS)
            case 5:
                end = chance.choice(["\n", "\r\n", "\r\n\r\n", "\r"])
            case 6:
                at = chance.randrange(len(lines))
                lines[at] = chance.choice([lines[at].upper(), lines[at].lower(), lines[at] + " "])
    raw = (start + end + end.join(lines) + end + end).encode("latin-1") + content
    if chance.random() < 0.15:
        at = chance.randrange(len(raw))
        raw = raw[:at] + chance.choice([b"", bytes([chance.randrange(256)])]) + raw[at + 1 :]
    return raw[: chance.randrange(8, len(raw))] if chance.random() < 0.03 else raw


def body(chance: random.Random, number: int) -> str:
    """Mostly an event whose user is `number`."""
    payload = PAYLOADS[0] if chance.random() < 0.7 else chance.choice(PAYLOADS)
    if chance.random() < 0.1:
        return PAYMENT % (number, chance.choice(AMOUNTS))
    event = '{"type": "user.created", "payload": %s}'
    if chance.random() < 0.15:
        event = chance.choice(EVENTS)
    return event % (payload % number)


class Wire(asyncio.Protocol):
    """A connection that keeps what came, also when it is reset."""

    def __init__(self) -> None:
        self.data = b""
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False


async def sent(server: Server, case: Case, *, by_aiohttp: bool, pause: float = PAUSE) -> Wire:
    """A connection on which a case was sent."""
    host, port = server.url.removeprefix("http://").split(":")
    _, wire = await asyncio.get_running_loop().create_connection(Wire, host, int(port))
    if by_aiohttp:
        wire.transport.write(b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: wire.data.endswith(b"\r\n\r\n"))
        wire.data = b""
    for piece in case.pieces:
        wire.transport.write(piece)
        await asyncio.sleep(pause)
    return wire


async def seen(wire: Wire) -> Seen:
    """What has come back, once nothing more does."""
    size = -1
    while size != len(wire.data):
        size = len(wire.data)
        await asyncio.sleep(QUIET)
    found = Seen(list(parsed(wire.data)), wire.is_open)
    wire.transport.close()
    return found


def parsed(data: bytes) -> Iterator[tuple[int, list[str], Any]]:
    """Status, headers and content of each answer; without what differs from run to run."""
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name: value for name, _, value in (one.partition(": ") for one in lines)}
        size = int(headers.pop("Content-Length", 0))
        headers.pop("Date", None)
        content = json.loads(data[:size] or b"null")
        data = data[size:]
        if isinstance(content, dict):
            content = {key: content[key] for key in content.keys() - {"id", "timestamp"}}
            if str(content.get("detail")).startswith("This port speaks HTTP/1.1"):
                content["detail"] = NOT_HTTP  # aiohttp's way named it when it came first
        yield (
            int(line.split()[1]),
            sorted(f"{key}: {value}" for key, value in headers.items()),
            content,
        )


async def seen_alone(ways: list[tuple[Server, bool]], case: Case) -> list[Seen]:
    """What a case brings when nothing else goes on and its pieces are surely read apart."""
    return [
        await seen(await sent(server, case, by_aiohttp=slow, pause=LONG_PAUSE))
        for server, slow in ways
    ]


async def stored(server: Server, without: set[str]) -> list[str]:
    """The payloads in the log, in order, but for those of some users."""
    found: list[str] = []
    while True:
        path = f"/events?limit=200&offset={len(found)}"
        page = (await server.call("GET", path)).json["items"]
        if not page:
            return sorted(one for one in found if not without & set(USER.findall(one)))
        found += [json.dumps([one["type"], one["payload"]], sort_keys=True) for one in page]


@pytest.mark.timeout(300)
async def test_the_fast_lane_answers_and_stores_what_aiohttp_would(
    starting: Any, tmp_path: Path
) -> None:
    """Some three thousand mutated requests: the same statuses, headers, sentences and events."""
    options = {"auth__max_failures": 1_000_000, "retention__retention_days": 0}
    ours: Server = await starting(**options, database__path=tmp_path / "ours.db")
    oracle: Server = await starting(**options, database__path=tmp_path / "oracle.db")
    every = list(cases(random.Random(6455)))
    statuses, doubted = Counter[int](), set[str]()
    for start in range(0, len(every), AT_ONCE):
        batch = every[start : start + AT_ONCE]
        ways = [(ours, False), (oracle, True)]
        clients = [
            await asyncio.gather(*(sent(server, one, by_aiohttp=slow) for one in batch))
            for server, slow in ways
        ]
        for server, _ in ways:  # what came before these is worked off when they are
            await server.event(user_id=start)
            await server.event(user_id=start)
        got, expected = [await asyncio.gather(*map(seen, some)) for some in clients]
        for case, mine, its in zip(batch, got, expected, strict=True):
            if mine != its:  # on a busy machine pieces may be read together, here or there
                doubted.update(USER.findall(b"".join(case.pieces).decode("latin-1")))
                again, its_again = await seen_alone(ways, case)
                assert again == its_again, case
            statuses.update(status for status, _, _ in mine.answers)
    assert len(doubted) < CASES // 50
    assert await stored(ours, doubted) == await stored(oracle, doubted)
    assert len(statuses) >= 8, statuses
    assert statuses[202] > 500, statuses
    assert statuses[500] == 0, statuses
