"""Errors, headers, health and the page: what every reply has in common (contract §6)."""

from typing import Any

import pytest

from tests.conftest import Server


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/events/999999999999999999999999", 404),
        ("GET", "/webhooks/7", 404),
        ("GET", "/webhooks/7/deliveries", 404),
        ("DELETE", "/events", 405),
        ("POST", "/stats", 405),
        ("GET", "/js/../../pyproject.toml", 404),
        ("GET", "/js/%2e%2e/%2e%2e/pyproject.toml", 404),
    ],
)
async def test_every_error_is_json_with_a_sentence(
    server: Server, method: str, path: str, status: int
) -> None:
    """Never a page of HTML, never a stack trace."""
    reply = await server.call(method, path)
    assert reply.status == status
    assert reply.json["detail"].endswith(".")
    assert "Traceback" not in str(reply.json)
    if status == 405:
        assert reply.headers["Allow"]


async def test_a_mistake_of_ours_is_a_500_without_its_inside(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has the trace, the reply a sentence."""

    async def broken(*_: Any) -> Any:
        raise RuntimeError("the inside")

    monkeypatch.setattr(type(server.parts.database), "read", broken)
    reply = await server.call("GET", "/stats")
    assert reply.status == 500
    assert "inside" not in str(reply.json)


async def test_replies_carry_the_security_headers(server: Server) -> None:
    """What runs by itself: no inline script, no frame, no other host; nothing is sniffed."""
    for path in ("/", "/sw.js", "/icons/icon.svg", "/docs"):
        headers = (await server.call("GET", path)).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"].partition("style-src")[0]
        assert headers["X-Frame-Options"] == "DENY"
    for path in ("/", "/health", "/nothing", "/metrics", "/js/app.js", "/css/base.css"):
        assert (await server.call("GET", path)).headers["X-Content-Type-Options"] == "nosniff"


async def test_health_needs_no_token_and_tells_when_a_part_died(server: Server) -> None:
    """200 or 503."""
    reply = await server.call("GET", "/health", token=None)
    assert (reply.status, reply.json["status"]) == (200, "ok")
    server.parts.break_down("a part died")
    assert (await server.call("GET", "/health", token=None)).status == 503


async def test_metrics_need_a_token_unless_the_config_opens_them(starting: Any) -> None:
    """And count what happened."""
    server: Server = await starting()
    assert (await server.call("GET", "/metrics", token=None)).status == 401
    await server.event(user_id=1)
    text = (await server.call("GET", "/metrics")).json
    assert 'bedolaga_events_events_total{type="user.created"} 1.0' in text
    await starting.stop()
    opened: Server = await starting(security__public_metrics=True)
    assert (await opened.call("GET", "/metrics", token=None)).status == 200


async def test_cors_is_for_the_origins_of_the_config(starting: Any) -> None:
    """A listed origin may, another may not."""
    server: Server = await starting(security__allowed_origins=["https://admin.example"])
    ask = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    good = await server.call(
        "OPTIONS", "/webhooks/1", token=None, headers={**ask, "Origin": "https://admin.example"}
    )
    assert good.headers["Access-Control-Allow-Origin"] == "https://admin.example"
    bad = await server.call(
        "OPTIONS", "/webhooks/1", token=None, headers={**ask, "Origin": "https://evil.example"}
    )
    assert "Access-Control-Allow-Origin" not in bad.headers
    asked = {**ask, "Access-Control-Request-Headers": "cache-control"}
    strange = await server.call(
        "OPTIONS", "/stats", token=None, headers={**asked, "Origin": "https://admin.example"}
    )
    for refused in (bad, strange):
        assert (refused.status, "allowed_origins" in refused.json["detail"]) == (403, True)
    reply = await server.call("GET", "/stats", headers={"Origin": "https://admin.example"})
    assert reply.headers["Access-Control-Allow-Origin"] == "https://admin.example"
    nobody = await server.call(
        "GET", "/stats", token=None, headers={"Origin": "https://admin.example"}
    )
    assert nobody.headers["Access-Control-Allow-Origin"] == "https://admin.example"
    module = await server.call("GET", "/js/api.js", headers={"Origin": "https://admin.example"})
    assert "Origin" in module.headers["Vary"]  # a cache keeps it: for this origin alone


async def test_what_holds_payloads_or_secrets_is_not_kept_by_caches(server: Server) -> None:
    """Each JSON reply says so, those by the fast way too."""
    for reply in (
        await server.call("POST", "/events", {"type": "user.created", "payload": {"user_id": 1}}),
        await server.call("GET", "/events"),
        await server.call("POST", "/tokens", {"name": "x", "scopes": ["read"]}),
        await server.call("GET", "/events", token=None),
    ):
        assert reply.headers["Cache-Control"] == "no-store"
