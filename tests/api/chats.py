"""Stand-ins of the chat services: they refuse what the services' documents say that they refuse."""

import html
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from tests.conftest import Server, until

TOKEN = "123456:AAF-secret_token-of-a-bot"
CHAT = -1001234567890
OPTIONS: dict[str, dict[str, Any]] = {
    "telegram": {"chat_id": CHAT},
    "discord": {},
    "slack": {},
    "ntfy": {},
    "max": {"chat_id": CHAT},
}
PATHS = {
    "telegram": "/",
    "discord": "/api/webhooks/815/KEY-of-the-channel",
    "slack": "/services/T00/B00/KEYofthehook",
    "ntfy": "/topic",
    "max": "/",
}
SECRETS = {"telegram": TOKEN, "max": TOKEN}
EVERY = pytest.mark.parametrize("kind", list(OPTIONS))
TAG = re.compile(r"</?(b|i|a|code|pre)( [^<>]*)?>")


def _telegram(status: int, words: str, **parameters: Any) -> web.Response:
    more = {"parameters": parameters} if parameters else {}
    said = {"ok": False, "error_code": status, "description": words, **more}
    return web.Response(status=status, text=json.dumps(said), content_type="application/json")


REFUSALS: dict[str | None, dict[str, Any]] = {
    None: {"status": 400, "words": "Bad Request: chat not found"},
    "kicked": {"status": 403, "words": "Forbidden: bot was kicked from the supergroup chat"},
    "closed": {"status": 400, "words": "Bad Request: TOPIC_CLOSED"},
    "moved": {
        "status": 400,
        "words": "Bad Request: group chat was upgraded to a supergroup chat",
        "migrate_to_chat_id": CHAT,
    },
    "busy": {"status": 429, "words": "Too Many Requests: retry after 33", "retry_after": 33},
}


class Chats:
    """Every service under one address; what was taken stands in `messages`."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[dict[str, Any]] = []
        self.requests: list[web.Request] = []
        self.chats: dict[str, str] = {str(CHAT): "fine"}  # by id: fine, kicked, closed, moved, busy
        self.topics = {7}
        self.answers: list[web.Response] = []  # instead of what they would say

    async def telegram(self, request: web.Request) -> web.Response:
        """sendMessage (core.telegram.org/bots/api)."""
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        body = await request.json()
        refused = self._refusal(request.match_info["token"], body)
        if refused is not None:
            return refused
        shown = html.unescape(TAG.sub("", body["text"]))
        self.messages.append({**body, "shown": shown})
        result = {"message_id": len(self.messages), "text": shown}  # in ASCII, as Telegram has it
        return web.json_response({"ok": True, "result": result})

    def _refusal(self, token: str, body: dict[str, Any]) -> web.Response | None:
        if token != TOKEN:
            return _telegram(401, "Unauthorized")
        assert body["parse_mode"] == "HTML"
        chat = self.chats.get(str(body["chat_id"]))
        if chat != "fine":
            return _telegram(**REFUSALS[chat])
        if body.get("message_thread_id", 7) not in self.topics:
            return _telegram(400, "Bad Request: message thread not found")
        bare = TAG.sub("", body["text"])
        if re.search(r"[<>]|&(?!(lt|gt|amp|quot);)", bare):
            return _telegram(400, "Bad Request: can't parse entities: Unsupported start tag")
        text = html.unescape(bare)
        if not text.strip():
            return _telegram(400, "Bad Request: message text is empty")
        too_long = len(text.encode("utf-16-le")) // 2 > 4_096
        return _telegram(400, "Bad Request: message is too long") if too_long else None

    async def discord(self, request: web.Request) -> web.Response:
        """Execute Webhook (discord.com/developers/docs)."""
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        body = await request.json()
        if not 0 < len(body["content"]) <= 2_000:
            said = {"message": "Invalid Form Body", "code": 50035}
            return web.json_response(said, status=400)
        assert body["allowed_mentions"] == {"parse": []}
        self.messages.append({**body, "shown": re.sub(r"\\(\W|_)", r"\1", body["content"])})
        return web.Response(status=204)

    async def slack(self, request: web.Request) -> web.Response:
        """Incoming webhooks (docs.slack.dev)."""
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        text = (await request.json())["text"]
        if not text:
            return web.Response(status=400, text="no_text")
        assert len(text) <= 40_000
        self.messages.append({"text": text, "shown": html.unescape(text)})
        return web.Response(text="ok")

    async def ntfy(self, request: web.Request) -> web.Response:
        """Publish (docs.ntfy.sh)."""
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        if request.headers.get("Authorization") not in (None, "Bearer tk_secret"):
            return web.json_response({"code": 40101, "error": "unauthorized"}, status=401)
        text = (await request.read()).decode()
        if len(text.encode()) > 4_096:
            return web.json_response({"error": "message too large"}, status=413)
        self.messages.append({"shown": text, "headers": dict(request.headers)})
        return web.json_response({"id": "x", "event": "message"})

    async def max(self, request: web.Request) -> web.Response:
        """POST /messages (dev.max.ru/docs-api)."""
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        if request.headers.get("Authorization") != TOKEN:
            said = {"code": "verify.token", "message": "Invalid access_token"}
            return web.json_response(said, status=401)
        body = await request.json()
        if len(body["text"]) > 4_000 or body["format"] != "html":
            return web.json_response({"code": "proto.payload", "message": "text"}, status=400)
        chat = request.query["chat_id"]
        self.messages.append({**body, "chat": chat, "shown": html.unescape(body["text"])})
        return web.json_response({"message": {"body": {"mid": "1", "text": body["text"]}}})


@asynccontextmanager
async def running(
    address: str = "127.0.0.1", port: int = 0, context: ssl.SSLContext | None = None
) -> AsyncIterator[Chats]:
    """The stand-ins on loopback, or at an address, with TLS where there is a context."""
    one = Chats()
    app = web.Application()
    app.router.add_post("/bot{token}/sendMessage", one.telegram)
    app.router.add_post("/own/bot{token}/sendMessage", one.telegram)
    app.router.add_post("/api/webhooks/{id}/{token}", one.discord)
    app.router.add_post("/services/{a}/{b}/{c}", one.slack)
    app.router.add_post("/topic", one.ntfy)
    app.router.add_post("/messages", one.max)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, address, port, ssl_context=context).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield one
    await runner.cleanup()


async def hook(server: Server, chats: Chats, kind: str = "telegram", **fields: Any) -> Any:
    """A webhook of a format, into its stand-in."""
    options = {**OPTIONS[kind], **fields.pop("options", {})}
    secret = {"secret": SECRETS[kind]} if kind in SECRETS else {}
    return await server.webhook(
        chats.url + PATHS[kind], format=kind, options=options, **{**secret, **fields}
    )


async def last(server: Server, webhook_id: int) -> Any:
    """The latest delivery of a webhook once it was attempted, with its attempts."""

    async def tried() -> Any:
        path = f"/webhooks/{webhook_id}/deliveries"
        [*items] = (await server.call("GET", path)).json["items"]
        done = items and items[0]["attempt_number"]
        return done and (await server.call("GET", f"{path}/{items[0]['id']}")).json

    return await until(tried)
