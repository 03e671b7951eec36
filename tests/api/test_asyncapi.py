"""/asyncapi.json describes what really comes over /ws."""

from typing import Any

from jsonschema import Draft202012Validator

from tests.conftest import ADMIN, Receiver, Server


async def test_real_messages_are_what_the_document_says(server: Server, receiver: Receiver) -> None:
    """One of nearly each kind, each checked against its schema."""
    document = (await server.call("GET", "/asyncapi.json", token=None)).json
    messages: dict[str, Any] = document["channels"]["feed"]["messages"]
    assert document["asyncapi"] == "3.0.0"
    for operation in document["operations"].values():
        for one in operation["messages"]:
            assert one["$ref"].rpartition("/")[2] in messages
    await server.event(user_id=1)
    checked = set()

    def check(message: Any) -> None:
        schema = messages[message["type"].replace(".", "-")]["payload"]
        Draft202012Validator(schema).validate(message)
        checked.add(message["type"])

    async with server.socket(f"?token={ADMIN}&since=99") as socket:
        for say in (
            {"type": "ping"},
            {"type": "subscribe", "topics": ["deliveries"], "events": ["*"]},
            {"type": "dance"},
        ):
            await socket.send_json(say)
        for _ in range(6):
            check(await socket.receive_json())
        hook = await server.webhook(receiver.url)
        examples = (await server.call("GET", "/event-types")).json
        for kind in examples:
            await server.event(kind["value"], **kind["example"])
        await server.call("DELETE", f"/webhooks/{hook['id']}")
        while "webhook.deleted" not in checked:
            check(await socket.receive_json())
    assert checked >= {"connection", "gap", "resumed", "pong", "subscribed", "error"}
    assert checked >= {"delivery.updated", "webhook.updated", "webhook.deleted", "user.created"}
