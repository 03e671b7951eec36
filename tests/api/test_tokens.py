"""Who may do what (contract §1)."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events import housekeeping
from bedolaga_events.live import protocol
from tests.conftest import ADMIN, Clock, Server, until


async def scoped(server: Server, scope: str, **fields: Any) -> Any:
    reply = await server.call("POST", "/tokens", {"name": scope, "scopes": [scope], **fields})
    assert reply.status == 201
    return reply.json


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("publish", "POST", "/events", 422),
        ("publish", "GET", "/events", 403),
        ("publish", "POST", "/ws/ticket", 403),
        ("read", "GET", "/webhooks", 200),
        ("read", "GET", "/metrics", 200),
        ("read", "GET", "/tokens", 403),
        ("read", "POST", "/events", 403),
        ("read", "DELETE", "/webhooks/1", 403),
        ("read", "PUT", "/stats", 403),
        ("admin", "GET", "/tokens", 200),
        ("admin", "POST", "/events", 422),
    ],
)
async def test_a_scope_opens_what_it_names(
    server: Server, scope: str, method: str, path: str, status: int
) -> None:
    """422 says: let in, and the body is looked at."""
    token = (await scoped(server, scope))["token"]
    body: Any = {} if method in ("POST", "PUT") else None
    assert (await server.call(method, path, body, token=token)).status == status


async def test_no_token_is_401_with_the_scheme(server: Server) -> None:
    """RFC 6750; the same for a wrong one."""
    for token in (None, "wrong"):
        reply = await server.call("GET", "/webhooks", token=token)
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_the_api_key_header_is_as_good(server: Server) -> None:
    """As the reference sends it."""
    reply = await server.call("GET", "/stats", token=None, headers={"X-API-Key": ADMIN})
    assert reply.status == 200


async def test_a_value_is_shown_once_and_never_again(server: Server) -> None:
    """Neither the list nor the file holds it."""
    made = await scoped(server, "read")
    listed = await server.call("GET", "/tokens")
    assert made["token"] not in str(listed.json)
    assert made["token"].startswith(listed.json["items"][-1]["prefix"])
    files = server.parts.database.path.parent.glob("events.db*")
    assert all(made["token"].encode() not in one.read_bytes() for one in files)


async def test_an_expired_token_opens_nothing(server: Server, clock: Clock) -> None:
    """From its moment on; a moment in the past is refused."""
    made = await scoped(server, "read", expires_at="2026-01-15T11:00:00Z")
    assert (await server.call("GET", "/stats", token=made["token"])).status == 200
    clock.advance(3600)
    assert (await server.call("GET", "/stats", token=made["token"])).status == 401
    body = {"name": "x", "scopes": ["read"], "expires_at": "2026-01-15T11:00:00Z"}
    assert (await server.call("POST", "/tokens", body)).status == 422


async def test_the_last_admin_token_stays(server: Server) -> None:
    """Otherwise nobody could come in."""
    [only] = (await server.call("GET", "/tokens")).json["items"]
    assert (await server.call("DELETE", f"/tokens/{only['id']}")).status == 409
    await scoped(server, "admin")
    assert (await server.call("DELETE", f"/tokens/{only['id']}")).status == 204
    assert (await server.call("GET", "/tokens")).status == 401


async def test_revoking_closes_the_sockets_of_a_token(server: Server) -> None:
    """With 1008, so that the client does not come back."""
    made = await scoped(server, "read")
    async with server.socket(f"?token={made['token']}") as socket, server.socket() as other:
        await socket.receive_json()
        await other.receive_json()
        assert (await server.call("DELETE", f"/tokens/{made['id']}")).status == 204
        closed = await socket.receive()
        assert closed.data == protocol.UNAUTHORIZED
        await other.send_json({"type": "ping"})
        assert await other.receive_json() == {"type": "pong"}


async def test_guessing_is_slowed_down_and_a_right_token_is_not(
    server: Server, clock: Clock
) -> None:
    """429 with Retry-After after the allowed failures; a minute later it may guess again."""
    for _ in range(10):
        assert (await server.call("GET", "/stats", token="wrong")).status == 401
    slowed = await server.call("GET", "/stats", token="wrong")
    assert slowed.status == 429
    assert 0 < int(slowed.headers["Retry-After"]) <= 61
    assert (await server.call("GET", "/stats")).status == 200
    clock.advance(61)
    assert (await server.call("GET", "/stats", token="wrong")).status == 401


async def test_behind_a_trusted_proxy_the_guesser_is_the_client(starting: Any) -> None:
    """X-Forwarded-For counts from the right, up to the first address that is no proxy of ours."""
    server: Server = await starting(server__trusted_proxies=["127.0.0.1/32"])

    async def guess(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return (await server.call("GET", "/stats", token="wrong", headers=headers)).status

    for number in range(10):
        assert await guess(f"203.0.113.{number}, 198.51.100.1") == 401
    assert await guess("203.0.113.99, 198.51.100.1") == 429
    assert await guess("198.51.100.2") == 401


async def test_a_ticket_opens_one_socket(server: Server, clock: Clock) -> None:
    """Once, within 30 s; a token in the URL is not needed."""
    ticket = (await server.call("POST", "/ws/ticket")).json
    assert ticket["expires_in"] == 30
    async with server.socket(f"?ticket={ticket['ticket']}") as socket:
        assert (await socket.receive_json())["type"] == "connection"
    late = (await server.call("POST", "/ws/ticket")).json["ticket"]
    clock.advance(31)
    for used in (ticket["ticket"], late):
        async with server.socket(f"?ticket={used}") as socket:
            assert (await socket.receive()).data == 1008


async def test_last_use_is_written_lazily(starting: Any) -> None:
    """Shown at once, written by the next round of housekeeping: here, the shutdown's."""
    server: Server = await starting()
    made = await scoped(server, "read")
    await server.call("GET", "/stats", token=made["token"])
    before = (await server.call("GET", "/tokens")).json["items"][-1]
    assert before["last_used_at"] is not None
    await starting.stop()
    again: Server = await starting()
    after = (await again.call("GET", "/tokens")).json["items"][-1]
    assert after["last_used_at"] == before["last_used_at"]


async def test_an_expired_token_is_sent_away_while_the_file_is_locked(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other rounds of housekeeping wait for another program's lock; this one does not."""
    rounds = tuple(one._replace(every=1) for one in housekeeping.ROUNDS)
    monkeypatch.setattr(housekeeping, "ROUNDS", rounds)
    made = await scoped(server, "read", expires_at="2026-01-15T11:00:00Z")
    async with server.socket(f"?token={made['token']}") as socket:
        await socket.receive_json()
        other = sqlite3.connect(server.parts.database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await server.call("GET", "/stats", token=made["token"])  # a use that wants to be written
        await until(server.parts.writer._connection_is_ours.locked)  # it is being written
        clock.advance(3600)
        async with asyncio.timeout(2):
            assert (await socket.receive()).data == protocol.UNAUTHORIZED
        other.execute("ROLLBACK")
        other.close()


async def test_the_environments_token_is_an_admin_whatever_it_was(
    starting: Any, tmp_path: Path
) -> None:
    """It may have been made as a reader before, for a day."""
    first: Server = await starting()
    await starting.stop()
    with sqlite3.connect(tmp_path / "events.db") as connection:
        connection.execute("UPDATE tokens SET name = 'x', scopes = 'read', expires_at = 1")
    connection.close()
    again: Server = await starting()
    [token] = (await again.call("GET", "/tokens")).json["items"]
    assert (token["scopes"], token["expires_at"]) == (["admin"], None)
    assert first is not again
