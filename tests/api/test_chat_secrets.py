"""Tokens and secret URLs come out nowhere, whatever a service repeats of them (contract §1, §4)."""

import json
from typing import Any

import pytest
from aiohttp import web

from bedolaga_events.delivery.reading import MAX_BODY
from tests.api.chats import EVERY, PATHS, TOKEN, Chats, hook, last
from tests.conftest import Receiver, Server

SECRET = TOKEN.partition(":")[2]


@EVERY
async def test_no_secret_comes_out(server: Server, chats: Chats, kind: str, capfd: Any) -> None:
    """Not in a reply, an attempt (though the receiver repeats it), the feed, metrics or the log."""
    made = await hook(server, chats, kind)
    hidden = {"discord": "KEY-of-the-channel", "slack": "KEYofthehook"}.get(kind, SECRET)
    if kind in ("telegram", "discord", "slack"):
        where = f"https://elsewhere{PATHS[kind]}bot{TOKEN}"
        chats.answers = [web.Response(status=302, headers={"Location": where}, text=where)]
    seen = [json.dumps(made)]
    async with server.socket() as socket:
        await socket.receive()
        await socket.send_json({"type": "subscribe", "events": ["*"], "topics": ["deliveries"]})
        await server.event(user_id=1)
        seen.append(json.dumps(await last(server, made["id"])))
        seen += [(await socket.receive()).data for _ in range(3)]
        await server.call("PATCH", f"/webhooks/{made['id']}", {"description": "x"})
        seen.append((await socket.receive()).data)
    for path in ("/webhooks", "/metrics", f"/webhooks/{made['id']}", "/deliveries", "/events/1"):
        seen.append(str((await server.call("GET", path)).json))
    seen += capfd.readouterr()
    assert not [one for one in seen if hidden in one]


@pytest.mark.parametrize("kept", range(1, len(TOKEN), 6))
async def test_a_token_that_is_cut_is_hidden_too(server: Server, chats: Chats, kept: int) -> None:
    """At the end of what is kept of a body: the half of a token is a half of it too many."""
    made = await hook(server, chats)
    text = "." * (MAX_BODY - kept) + TOKEN + "." * 100
    chats.answers = [web.Response(status=502, text=text)]
    await server.event(user_id=1)
    delivery = await last(server, made["id"])
    assert len(delivery["response_body"]) > 16_000
    assert SECRET[:4] not in json.dumps(delivery)


@pytest.mark.parametrize("before", range(280, 300, 6))
async def test_a_sentence_that_is_cut_in_a_token_says_nothing_of_it(
    server: Server, chats: Chats, before: int
) -> None:
    """A description that repeats the address is shortened, and advice stands behind it."""
    made = await hook(server, chats)
    words = "Unauthorized ".ljust(before, ".") + TOKEN
    chats.answers = [web.json_response({"ok": False, "description": words}, status=401)]
    await server.event(user_id=1)
    delivery = await last(server, made["id"])
    assert "@BotFather" in delivery["error_message"]
    assert SECRET[:4] not in json.dumps(delivery)


async def test_credentials_of_a_persons_own_header_are_hidden_as_well(
    server: Server, receiver: Receiver
) -> None:
    """A receiver that shows what it got, as people try them: their header is encrypted here."""

    async def echo(request: web.Request) -> web.Response:
        shown = str(dict(request.headers))
        return web.Response(status=500, reason=f"got {shown}", text=shown, headers={"X-Got": shown})

    receiver.answer = echo
    headers = {"Authorization": "Bearer s3cret-of-the-crm", "X-Shop": "Ромашка".encode().hex()}
    made = await server.webhook(receiver.url, headers=headers)
    await server.event(user_id=1)
    shown = json.dumps(await last(server, made["id"]))
    assert "s3cret" not in shown
    assert headers["X-Shop"] in shown  # its name does not say that it is a secret


@pytest.mark.parametrize("url", [f"https://api.telegram.org/bot{TOKEN}", f"http://x/{TOKEN}/send"])
async def test_a_token_in_the_url_is_refused(server: Server, url: str) -> None:
    """It would be shown to everybody who may read; the server puts it there by itself."""
    body: Any = {"name": "x", "event_type": "*", "format": "telegram", "options": {"chat_id": 1}}
    reply = await server.call("POST", "/webhooks", {**body, "url": url, "secret": TOKEN})
    assert (reply.status, reply.json["errors"][0]["loc"]) == (422, ["url"])
    made = await server.webhook("http://127.0.0.1/", **{**body, "secret": TOKEN})
    reply = await server.call("PATCH", f"/webhooks/{made['id']}", {"url": url})
    assert (reply.status, SECRET in str(reply.json)) == (422, False)
