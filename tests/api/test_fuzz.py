"""What nobody would send by hand: generated messages on /ws, JSON bombs, headers in names."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.test_abuse import anything
from tests.conftest import Receiver, Server, until

MESSAGES = (
    st.text(max_size=200)
    | st.binary(max_size=200)
    | anything.map(json.dumps)
    | st.fixed_dictionaries(
        {"type": st.sampled_from(["ping", "subscribe", "connection"]) | anything},
        optional={"events": anything, "topics": anything, "id": anything},
    ).map(json.dumps)
)


async def test_no_message_ends_a_connection_or_the_server(server: Server) -> None:
    """Each is answered in JSON; the connection works afterwards."""
    seen: list[str | bytes] = []

    @given(MESSAGES)
    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    def collect(message: str | bytes) -> None:
        seen.append(message)

    await asyncio.get_running_loop().run_in_executor(None, collect)
    for start in range(0, len(seen), 90):  # below the limit of a flood
        async with server.socket() as socket:
            await socket.receive_json()
            for one in seen[start : start + 90]:
                if isinstance(one, str):
                    await socket.send_str(one.encode("utf-8", "replace").decode())
                else:
                    await socket.send_bytes(one)
                assert (await socket.receive_json())["type"] in ("pong", "subscribed", "error")
            await socket.send_json({"type": "subscribe", "events": ["*"]})
            assert (await socket.receive_json())["type"] == "subscribed"
            await server.event(user_id=1)
            assert (await socket.receive_json())["type"] == "user.created"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * 100_000, 400),
        ('{"type":' * 20_000, 400),
        ('{"type": "user.created", "payload": {"user_id": 1, "x": ' + "1" * 5_000 + "}}", 422),
        ('{"type": "user.created", "payload": {"user_id": 1, "x": 1e999}}', 422),
        ('{"type": "user.created", "payload": {"user_id": 1, "x": NaN}}', 400),
        ('{"type": "user.created", "payload": {"user_id": 1, "user_id": 2}}', 202),
        ('{"type": "user.created", "payload": {"user_id": 1, "x": "\\ud800"}}', 202),
        ('{"type": "user.created", "payload": {"user_id": 1, "x": "\x00"}}', 400),
        ('"' + "a" * 300_000 + '"', 413),
    ],
    ids=["depth", "half", "digits", "infinity", "nan", "twice", "surrogate", "control", "long"],
)
async def test_json_bombs_are_one_sentence(server: Server, body: str, status: int) -> None:
    """Refused and not stored, or taken: of two equal keys the last."""
    headers = {"Content-Type": "application/json"}
    reply = await server.call("POST", "/events", data=body.encode(), headers=headers)
    assert reply.status == status, reply.json
    last = (await server.call("GET", "/health")).json["last_event_id"]
    assert last == (1 if status == 202 else 0)


@pytest.mark.parametrize("evil", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "\x7f"])
async def test_no_header_is_smuggled(server: Server, receiver: Receiver, evil: str) -> None:
    """Through names, URLs, secrets, types or extra headers: refused where they are set."""
    good: dict[str, Any] = {"name": "x", "url": receiver.url, "event_type": "*"}
    for change in (
        {"name": evil},
        {"url": receiver.url + evil},
        {"secret": evil},
        {"event_type": evil},
        {"headers": {"X-A": evil}},
        {"headers": {evil: "x"}},
    ):
        reply = await server.call("POST", "/webhooks", {**good, **change})
        if reply.status == 201:  # a URL is encoded, which disarms it
            assert change.keys() == {"url"}
            assert "\n" not in reply.json["url"]
    await server.event(user_id=1)
    await until(lambda: all("X-Evil" not in one.headers for one in receiver.requests))
