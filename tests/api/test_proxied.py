"""A server whose `delivery.proxy` is set: what it says of that, and what goes through."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bedolaga_events.delivery.guard import PASSED_ON
from bedolaga_events.errors import ConfigError
from tests.conftest import Receiver, Server, until
from tests.delivery.proxies import PASSWORD, SIGN_IN, free_port, socks_proxy


async def test_a_delivery_goes_through_the_proxy(starting: Any, receiver: Receiver) -> None:
    """To a name that this machine need not know; no address is recorded."""
    async with socks_proxy() as port:
        server: Server = await starting(delivery__proxy=f"socks5://{SIGN_IN}@127.0.0.1:{port}")
        hook = await server.webhook(receiver.url.replace("127.0.0.1", "localhost"))
        await server.event(user_id=1)

        async def delivered() -> Any:
            page = await server.call("GET", f"/webhooks/{hook['id']}/deliveries")
            return next((one for one in page.json["items"] if one["status"] == "success"), None)

        found = await until(delivered)
        path = f"/webhooks/{hook['id']}/deliveries/{found['id']}"
        shown = (await server.call("GET", path)).json
    assert receiver.has(1)
    assert [one["remote_address"] for one in shown["attempts"]] == [None]


async def test_a_proxy_that_is_gone_is_named_in_the_attempt(
    starting: Any, receiver: Receiver
) -> None:
    """Nothing goes past it, and it is tried again."""
    server: Server = await starting(delivery__proxy=f"http://{SIGN_IN}@127.0.0.1:{free_port()}")
    hook = await server.webhook(receiver.url)
    await server.event(user_id=1)

    async def failed() -> Any:
        return (await server.call("GET", f"/webhooks/{hook['id']}")).json["last_error"]

    error = await until(failed)
    assert (error["code"], error["message"]) == (
        "connection_refused",
        "the proxy cannot be reached: connection refused",
    )
    assert receiver.has(0)


async def test_it_says_that_names_are_left_to_the_proxy(starting: Any) -> None:
    """At the start, in a check, and on the page of settings; never the password."""
    with capture_logs() as lines:
        server: Server = await starting(
            delivery__proxy=f"http://{SIGN_IN}@127.0.0.1:{free_port()}",
            server__public_url="https://events.example.com/",
        )
    assert any("proxy" in one["event"] for one in lines), lines
    reply = await server.call("POST", "/webhooks/check-url", {"url": "http://shop.internal/"})
    assert reply.json == {"allowed": True, "addresses": [], "detail": PASSED_ON}
    reply = await server.call("POST", "/webhooks/check-url", {"url": "http://10.1/"})
    assert not reply.json["allowed"]
    assert "10.0.0.1" in reply.json["detail"]
    body = {"name": "n", "url": "http://127.0.0.1/", "event_type": "*"}
    assert (await server.call("POST", "/webhooks", body)).status == 422
    items = {one["key"]: one for one in (await server.call("GET", "/settings")).json["items"]}
    assert items["delivery.proxy"]["value"] == "••••••"
    assert "resolves the names" in items["delivery.proxy"]["meaning"]
    assert PASSWORD not in repr(lines)


async def test_a_proxy_that_cannot_be_read_stops_the_start(starting: Any) -> None:
    """Before the database is opened."""
    with pytest.raises(ConfigError, match=r"^delivery\.proxy: "):
        await starting(delivery__proxy="proxy.example.com:3128")
