"""What the API and a receiver show of deliveries, as several tests ask for it."""

from typing import Any

from tests.conftest import Receiver, Server, until


async def pending(server: Server) -> int:
    return int((await server.call("GET", "/webhooks/stats")).json["pending_deliveries"])


async def delivery(server: Server, number: int, webhook: int = 1) -> Any:
    return (await server.call("GET", f"/webhooks/{webhook}/deliveries/{number}")).json


async def attempted(server: Server, number: int, times: int = 1) -> Any:
    """Delivery `number` of webhook 1, once so many attempts at it are recorded."""

    async def enough() -> Any:
        one = await delivery(server, number)
        return one if one["attempt_number"] >= times else None

    return await until(enough)


def numbers(receiver: Receiver) -> list[int]:
    """The deliveries that came, in order."""
    return [int(one.headers["X-Webhook-Delivery"]) for one in receiver.requests]


async def history(server: Server, webhook_id: int, query: str = "") -> Any:
    return (await server.call("GET", f"/webhooks/{webhook_id}/deliveries{query}")).json["items"]


async def ended(server: Server, webhook_id: int, status: str, count: int = 1) -> Any:
    async def all_ended() -> Any:
        items = await history(server, webhook_id, f"?status={status}&limit=200")
        return items if len(items) >= count else None

    return await until(all_ended)


async def tried_once(server: Server, webhook_id: int) -> None:
    """Wait until each delivery of a webhook has had its first attempt."""

    async def all_tried() -> bool:
        items = await history(server, webhook_id)
        return bool(items) and all(one["attempt_number"] == 1 for one in items)

    await until(all_tried)


async def ids(server: Server, path: str) -> list[int]:
    """The ids that a list shows."""
    reply = await server.call("GET", path)
    assert reply.status == 200, reply.json
    return [one["id"] for one in reply.json["items"]]
