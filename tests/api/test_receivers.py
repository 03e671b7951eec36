"""Receivers that misbehave: each is one recorded attempt, in words, and harms nobody else."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.conftest import Server, until

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NO_RETRY = {"delivery__retry_schedule": [], "delivery__total_timeout": 0.5}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def receiving(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that has read a request's head and then does what `talk` says; its port."""

    talking: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, limit=1 << 22)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking)


async def outcome(server: Server, url: str) -> Any:
    """The delivery of one event to `url`, once it has ended."""
    hook = await server.webhook(url)
    await server.event(user_id=1)

    async def ended() -> Any:
        page = (await server.call("GET", f"/webhooks/{hook['id']}/deliveries")).json
        done = [one for one in page["items"] if one["status"] in ("success", "failed")]
        return done[0] if done else None

    return await until(ended)


async def hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def says(*pieces: bytes, then: str = "close", every: float = 0.0) -> Talk:
    """A receiver that says `pieces`, and then closes, resets or hangs."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)
        if then == "reset":
            writer.transport.abort()
        if then == "hang":
            await hang(reader, writer)

    return talk


def endless() -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    return talk


HEAD = b"HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\n"
CASES = {
    "hangs before headers": (hang, "failed", "timeout", "timed out after 0.5 s"),
    "hangs in the status": (says(b"HTTP/1.1 20", then="hang"), "failed", "timeout", ""),
    "hangs in headers": (says(b"HTTP/1.1 200 OK\r\nX-A: ", then="hang"), "success", None, ""),
    "hangs after headers": (says(HEAD, b"abc", then="hang"), "failed", "http_status", "500"),
    "one byte a moment": (
        says(*[bytes([one]) for one in OK], every=0.1),
        "failed",
        "timeout",
        "timed out",
    ),
    "endless body": (endless(), "success", None, ""),
    "a header of two megabytes": (
        says(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 2_000_000 + b"\r\n\r\n"),
        "success",
        None,
        "",
    ),
    "garbage": (says(b"\x00\xff garbage \r\n\r\n"), "failed", "bad_response", "not valid HTTP"),
    "reset": (says(then="reset"), "failed", "connection_reset", "closed the connection"),
    "early close": (says(), "failed", "connection_reset", "closed the connection"),
    "redirect": (
        says(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
        "failed",
        "redirect",
        "redirects are not followed",
    ),
    "gzip bomb": (
        says(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 50_000_000)
        ),
        "success",
        None,
        "",
    ),
    "100 continue": (says(b"HTTP/1.1 100 Continue\r\n\r\n", OK), "success", None, ""),
    "HTTP/1.0": (says(b"HTTP/1.0 200 OK\r\n\r\nold"), "success", None, ""),
    "binary body": (
        says(b"HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\n\xff\x00\x01"),
        "failed",
        "http_status",
        "500",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_receiver_that_misbehaves_is_recorded_in_words(starting: Any, name: str) -> None:
    """Within the total timeout, with a code and a sentence, and a bounded body."""
    talk, status, code, words = CASES[name]
    server: Server = await starting(now=None, **NO_RETRY)
    async with receiving(talk) as port:
        got = await outcome(server, f"http://127.0.0.1:{port}/")
    assert (got["status"], got["error_code"]) == (status, code), got
    assert words in (got["error_message"] or "")
    assert got["attempt_number"] == 1
    assert got["duration_ms"] < 3_000
    assert len(got["response_body"] or "") <= 16 * 1024 * 4


async def test_a_refused_connection_and_a_name_that_does_not_resolve(starting: Any) -> None:
    """Neither is a Python repr."""
    server: Server = await starting(now=None, **NO_RETRY)
    refused = await outcome(server, "http://127.0.0.1:1/")
    assert (refused["error_code"], refused["error_message"]) == (
        "connection_refused",
        "connection refused",
    )
    unknown = await outcome(server, "http://nobody.invalid/")
    assert unknown["error_code"] == "dns"
    assert "does not resolve" in unknown["error_message"]


async def test_a_kept_connection_that_was_closed_is_one_attempt(starting: Any) -> None:
    """The receiver answers, keeps the connection, and closes it before the next request."""
    server: Server = await starting(now=None, **NO_RETRY)
    closing = asyncio.Event()
    served = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        writer.write(OK)
        await writer.drain()
        await reader.readexactly(len(b'{"user_id": 1}'))
        if served == 1:  # takes the second request on this connection, and goes without a word
            await reader.readuntil(b"\r\n\r\n")
            closing.set()

    async with receiving(talk) as port:
        hook = await server.webhook(f"http://127.0.0.1:{port}/")
        for number in (1, 2):
            await server.event(user_id=1)

            async def sent(number: int = number) -> bool:
                stats = (await server.call("GET", "/webhooks/stats")).json
                return bool(stats["successful_deliveries"] == number)

            await until(sent)
        assert closing.is_set()
        shown = (await server.call("GET", f"/webhooks/{hook['id']}")).json
        assert (shown["success_count"], shown["failure_count"]) == (2, 0)


async def test_tls_is_verified_and_a_ca_can_be_added(starting: Any, tmp_path: Path) -> None:
    """Self-signed, wrong host, expired: refused in words; with the CA in the config: delivered."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    other = authority.issue_cert("example.com")
    past = datetime(2020, 1, 1, tzinfo=UTC)
    expired = authority.issue_cert("127.0.0.1", not_before=past, not_after=past + timedelta(days=9))
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)

    def context(of: trustme.LeafCert) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        of.configure_cert(made)
        return made

    server: Server = await starting(now=None, **NO_RETRY)
    async with receiving(says(OK), context(certificate)) as port:
        got = await outcome(server, f"https://127.0.0.1:{port}/")
        assert (got["error_code"], got["error_message"][:5]) == ("tls", "TLS: ")
        await starting.stop()
        trusting: Server = await starting(now=None, **NO_RETRY, delivery__ca_file=str(file))
        got = await outcome(trusting, f"https://127.0.0.1:{port}/")
        assert got["status"] == "success"
    async with receiving(says(OK), context(expired)) as port:
        got = await outcome(trusting, f"https://127.0.0.1:{port}/")
        assert (got["error_code"], got["error_message"]) == ("tls", "TLS: certificate has expired")
    async with receiving(says(OK), context(other)) as port:
        got = await outcome(trusting, f"https://127.0.0.1:{port}/")
        assert got["error_code"] == "tls"


async def test_dead_webhooks_do_not_hold_up_a_healthy_one(starting: Any, receiver: Any) -> None:
    """Twenty that hang, with a backlog each; the healthy one gets its events in order at once."""
    server: Server = await starting(
        now=None, delivery__concurrency=32, server__shutdown_seconds=0.1
    )
    async with receiving(hang) as port:
        for _ in range(20):
            await server.webhook(f"http://127.0.0.1:{port}/", "user.created")
        healthy = await server.webhook(receiver.url, "ticket.created")
        for number in range(20):
            await server.event(user_id=number)
        for number in range(20):
            await server.event("ticket.created", ticket_id=number, user_id=1)

        async def delivered() -> bool:
            shown = (await server.call("GET", f"/webhooks/{healthy['id']}")).json
            return bool(shown["success_count"] == 20)

        await until(delivered)
        assert (await server.call("GET", "/webhooks/stats")).json["pending_deliveries"] == 400
        await starting.stop()
