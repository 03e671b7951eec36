"""Data as the world has them, and worse: for pictures of the page, and to look at it by hand."""

from typing import Any

from aiohttp import ClientSession

LONG = "Оченьдлинноеназваниебезпробелов" * 9
NAMES = (
    "Бухгалтерия магазина «Ромашка и партнёры» на Ленинградском шоссе, второй этаж",
    "x" * 255,
    "متجر الشبكة الخاصة",
    "👩‍👩‍👧‍👦 🚀🚀🚀 CRM 🇷🇺",
    "<b>CRM</b> & 'co' \\n \u202eMRC",
    "1",
    LONG[:255],
    "\u200b\u2060",
    "C" + "\u0301\u0322" * 25 + "RM",
    "متجر 12345 (CRM-7)",
)
NUMBERS = {
    "total_users": 999_999_999_999,
    "active_subscriptions": 123_456_789_012,
    "open_tickets": 10**11,
    "today_revenue": 987_654_321_098.76,
}
FAR = "https://hooks.example.com/" + "a/very/long/path/" * 100 + "?token=" + "0" * 200
MANY = 60  # webhooks
SIGNED = {"generate_secret": True}
EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "user.created", "payload": {"user_id": 1, "first_name": LONG, "username": "v" * 200}},
    {"type": "user.created", "payload": {"user_id": 2, "first_name": "محمد", "username": None}},
    {"type": "ticket.created", "payload": {"ticket_id": 1, "user_id": 1, "title": "\u202egnp.exe"}},
    {"type": "ticket.created", "payload": {"ticket_id": 2, "user_id": 1, "title": LONG * 3}},
    {"type": "ticket.created", "payload": {"ticket_id": 3, "user_id": 1, "title": "😀" * 120}},
    {
        "type": "ticket.created",
        "payload": {
            "ticket_id": 4,
            "user_id": 1,
            "title": "Не" + "\u0336\u030d" * 40 + " работает",
        },
    },
    {
        "type": "ticket.created",
        "payload": {"ticket_id": 5, "user_id": 1, "title": "\x00\x1b[31mкрасный\u2028"},
    },
    {
        "type": "user.created",
        "payload": {"user_id": 3, "first_name": "\u3164", "last_name": " ", "username": "\u200b"},
    },
    {
        "type": "ticket.message_added",
        "payload": {"ticket_id": 3, "message_id": 1, "message_text": "строка\n" * 60},
    },
    {
        "type": "payment.completed",
        "payload": {"transaction_id": 1, "user_id": 1, "amount_kopeks": 123_456_789_050},
    },
    {
        "type": "payment.completed",
        "payload": {"transaction_id": 2, "user_id": 1, "amount_kopeks": -1, "note": "z" * 200_000},
    },
    {
        "type": "transaction.created",
        "payload": {"transaction_id": 3, "user_id": 1, "type": "refund", "nested": [[[{}]]] * 40},
    },
)


async def fill(address: str, token: str) -> None:
    """Put it all into a server: webhooks that fail in several ways, events of every kind."""
    async with ClientSession(address, headers={"X-API-Key": token}) as session:
        sink = f"{address.rstrip('/')}/sink/in"
        for number, name in enumerate(NAMES):
            url = FAR if number % 2 else sink
            webhook = {"name": name, "url": url, "event_type": "*"}
            await _ask(session, "POST", "/webhooks", webhook | SIGNED)
        await _ask(session, "PUT", "/stats", NUMBERS)
        for name in NAMES:
            await _ask(session, "POST", "/tokens", {"name": name, "scopes": ["read", "publish"]})
        for number in range(MANY):
            quiet = {"name": f"Архив {number}", "url": sink, "event_type": "ticket.status_changed"}
            active = {"is_active": number % 3 > 0}
            await _ask(session, "POST", "/webhooks", quiet | active | SIGNED)
        for mode in ("ok", "error"):
            await _ask(session, "PUT", "/sink", {"mode": mode})
            for event in EVENTS * 2:
                await _ask(session, "POST", "/events", event)


async def _ask(session: ClientSession, method: str, path: str, body: dict[str, Any]) -> None:
    async with session.request(method, path, json=body) as answer:
        answer.raise_for_status()
