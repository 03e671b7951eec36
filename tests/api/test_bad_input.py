"""What is sent is never a mistake of ours: one sentence with the right status (contract §6)."""

import gzip
import re
import zlib
from functools import partial
from typing import Any

import pytest
from multidict import CIMultiDict

from bedolaga_events.api import ROUTES
from tests.conftest import ADMIN, Server

packed = partial(gzip.compress, mtime=0)  # a test has the same name in every process
EVENT = b'{"type": "user.created", "payload": {"user_id": 1}}'

JSON = {"Content-Type": "application/json"}


async def test_the_body_must_be_json_by_its_type(server: Server) -> None:
    """415 for a form."""
    reply = await server.call("POST", "/events", data={"type": "user.created"})
    assert reply.status == 415


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", packed(EVENT), 202),
        ("x-gzip", packed(EVENT[:9]) + packed(EVENT[9:]), 202),
        ("GZIP", packed(EVENT), 202),
        ("deflate", zlib.compress(EVENT), 202),
        ("deflate", zlib.compress(EVENT)[2:-4], 202),  # without zlib's frame, as some send it
        ("identity", EVENT, 202),
        *((one, EVENT, 415) for one in ("br", "zstd", "compress", "foo", "gzip, gzip")),
        *((one, EVENT, 400) for one in ("gzip", "deflate")),
        *((one, b"", 400) for one in ("gzip", "deflate")),
        ("gzip", packed(EVENT)[:-9], 400),
        ("gzip", packed(EVENT) + b"more", 400),
        ("deflate", zlib.compress(EVENT) + b"more", 400),
        ("gzip", packed(b" " * 9_000_000), 413),
        ("gzip", packed(b" " * 200_000) * 2, 413),
        ("gzip", packed(b"") * 12_000, 400),  # its cost grew with the square of them
    ],
)
async def test_a_body_is_unpacked_or_refused(
    server: Server, encoding: str, body: bytes, status: int
) -> None:
    """What is taken is named; garbage, half a body and bombs are one sentence, signed in or not."""
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    reply = await server.call("POST", "/events", data=body, headers=headers)
    assert reply.status == status
    if status == 415:
        assert "gzip or deflate" in reply.json["detail"]
        assert reply.headers["Accept-Encoding"] == "gzip, deflate"
    login = await server.call("POST", "/login", token=None, data=body, headers=headers)
    assert login.status == (status if status != 202 else 422)


@pytest.mark.parametrize("lines", [("identity", "br"), ("gzip", "gzip"), ("", "zstd")])
async def test_every_line_of_a_content_encoding_counts(
    server: Server, lines: tuple[str, str]
) -> None:
    """Not the first alone: what is encoded twice, or in a way that is not taken, is 415."""
    headers = CIMultiDict({"X-API-Key": ADMIN, "Content-Type": "application/json"})
    headers.extend([("Content-Encoding", one) for one in lines])
    body = packed(EVENT) if "gzip" in lines else EVENT
    async with server.session.post(f"{server.url}/events", headers=headers, data=body) as answer:
        assert answer.status == 415


async def test_an_id_of_any_length_is_nobodys(server: Server) -> None:
    """More digits than Python's int() takes."""
    for path in ("/events/", "/webhooks/"):
        assert (await server.call("GET", path + "9" * 5_000)).status == 404
        assert (await server.call("GET", path + "0" * 5_000 + "7")).status == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("offset=9223372036854775807", 200),
        ("offset=" + "9" * 5_000, 422),
        ("limit=" + "9" * 5_000, 422),
        ("since_id=9223372036854775807", 200),
        ("since_id=9223372036854775808", 422),
        ("before_id=-1", 422),
        ("since=9999-12-31T23:59:59Z", 200),
        ("since=0001-01-01T00:00:00%2B23:59", 422),
        ("q=%00", 200),
        ("q=%ED%A0%80", 200),
        ("q=" + "x" * 5_000, 422),
        ("type=%F0%9F%92%A9", 200),
        ("payload=maybe", 422),
    ],
)
async def test_no_query_is_a_mistake_of_ours(server: Server, query: str, status: int) -> None:
    """Numbers, times and texts at the edge of what fits."""
    assert (await server.call("GET", f"/events?{query}")).status == status


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"amount_rubles": 1e308}, 422),
        ({"amount_rubles": -1e308}, 422),
        ({"amount_kopeks": 10**30}, 202),
        ({"amount_kopeks": 10**4_299}, 202),
        ({"amount_rubles": 1e-320}, 202),
    ],
)
async def test_no_sum_is_a_mistake_of_ours(server: Server, event: Any, status: int) -> None:
    """By the fast way and by the other; the dashboard still answers."""
    payment = {"transaction_id": 1, "user_id": 1, **event}
    body = {"type": "payment.completed", "payload": payment}
    for headers in ({}, {"Origin": "http://x"}):
        reply = await server.call("POST", "/events", body, headers=headers)
        assert reply.status == status, reply.json
    assert (await server.call("POST", "/events/batch", {"events": [body]})).status == status
    assert (await server.call("GET", "/stats")).status == 200


@pytest.mark.parametrize("sign", ["", "-"])
async def test_integers_have_as_many_digits_as_the_contract_says(server: Server, sign: str) -> None:
    """4,300 survive unchanged; one more is refused where it stands, by every way."""
    for digits, status in ((4_300, 202), (4_301, 422)):
        payload = f'{{"user_id": 1, "x": {sign}{"9" * digits}}}'
        body = f'{{"type": "user.created", "payload": {payload}}}'
        reply = await server.call("POST", "/events", data=body, headers=JSON)
        assert reply.status == status, reply.json
        batch = await server.call(
            "POST", "/events/batch", data=f'{{"events": [{body}]}}', headers=JSON
        )
        assert batch.status == status
    assert reply.json["errors"][0]["loc"] == ["payload"]
    kept = await server.parts.database.read(
        lambda it: it.execute("SELECT payload FROM events").fetchall()
    )
    assert kept == [(f'{{"user_id": 1, "x": {sign}{"9" * 4_300}}}',)] * 2


async def test_a_payment_at_the_end_of_time_breaks_no_day(server: Server) -> None:
    """The last moment that is taken is counted in its day, in every zone."""
    for moment, status in (
        ("9999-12-31T23:59:59.999999Z", 202),
        ("9999-12-31T23:59:59-01:00", 422),
        ("1970-01-01T00:00:00Z", 202),
        ("1969-12-31T23:59:59Z", 422),
        ("0001-01-01T00:00:00+23:59", 422),
    ):
        payment = {"transaction_id": 1, "user_id": 1, "amount_kopeks": 100}
        body = {"type": "payment.completed", "payload": payment, "timestamp": moment}
        assert (await server.call("POST", "/events", body)).status == status, moment
    assert (await server.call("GET", "/stats/series?window=30d")).status == 200


LONE = "\ud800"
USER = {"type": "user.created", "payload": {"user_id": 1}}
HOOK = {"name": "x", "url": "https://e.example/", "event_type": "*"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(("POST", "/webhooks", {**HOOK, name: LONE}) for name in ("name", "url", "event_type")),
        *(("POST", "/webhooks", {**HOOK, name: LONE}) for name in ("secret", "description")),
        ("POST", "/webhooks", {**HOOK, "headers": {"X-A": LONE}}),
        ("POST", "/webhooks", {**HOOK, "headers": {LONE: "a"}}),
        ("POST", "/webhooks", {**HOOK, LONE: 1}),
        *(("PATCH", "/webhooks/1", {name: LONE}) for name in ("name", "url", "description")),
        ("PATCH", "/webhooks/1", {"secret": LONE}),
        ("POST", "/webhooks/check-url", {"url": f"http://{LONE}/"}),
        ("POST", "/webhooks/check-url", {"url": f"http://e.example/{LONE}"}),
        ("POST", "/webhooks/1/test", {"event_type": LONE}),
        ("POST", "/webhooks/1/replay", {"since": LONE}),
        ("POST", "/tokens", {"name": LONE, "scopes": ["read"]}),
        ("POST", "/tokens", {"name": "x", "scopes": [LONE]}),
        ("POST", "/login", {"code": LONE}),
        ("PUT", "/sink", {"mode": LONE}),
        ("POST", "/events", {"type": LONE, "payload": {}}),
        ("POST", "/events", {**USER, "timestamp": LONE}),
        ("POST", "/events/batch", {"events": [{**USER, "idempotency_key": LONE}]}),
    ],
)
async def test_half_a_character_is_refused_where_it_cannot_be_kept(
    server: Server, method: str, path: str, body: Any
) -> None:
    """A lone surrogate is JSON and no text (RFC 8259 §8.2): a sentence, and nothing is stored."""
    await server.webhook("http://127.0.0.1:9/")
    reply = await server.call(method, path, body)
    assert 400 <= reply.status < 500, reply.json
    assert reply.json["detail"]
    assert (await server.call("GET", "/webhooks")).json["total"] == 1


async def test_every_body_refuses_a_field_that_it_does_not_know(server: Server) -> None:
    """A misspelt field is a mistake that its sender should hear of (contract §6)."""
    await server.webhook("http://127.0.0.1:9/")
    event = await server.event(user_id=1)
    taken = 0
    for route in ROUTES:
        if route.body is not None:
            path = re.sub(r"{[^}]+}", str(event["id"]), route.path)
            reply = await server.call(route.method, path, {"colour": "red"})
            assert reply.status == 422, (path, reply.json)
            assert ["colour"] in [one["loc"] for one in reply.json["errors"]], path
            taken += 1
    assert taken > 10


async def test_what_is_wrong_is_told_within_bounds(server: Server) -> None:
    """A small body leads to no large answer, whoever sends it."""
    strange = {f"x{number}": 1 for number in range(15_000)}
    login = await server.call("POST", "/login", strange, token=None)
    assert login.status == 422
    assert login.json == {"detail": "The body has more than 100 fields.", "errors": []}
    batch = await server.call("POST", "/events/batch", {"events": [{}] * 1_000})
    assert (batch.status, len(batch.json["errors"])) == (422, 100)
