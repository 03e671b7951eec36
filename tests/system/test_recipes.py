"""The recipes of docs/receivers.md, run as they stand there."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import Receiver, Server, until
from tests.delivery.proxies import free_port
from tests.system.conftest import ROOT

EXAMPLES = ROOT / "docs" / "examples"
PAYMENT = {"transaction_id": 5, "user_id": 1, "amount_rubles": 150.5, "payment_method": "=card"}


@asynccontextmanager
async def running(program: str, *words: str, **environment: str) -> AsyncIterator[Any]:
    """A program beside the server, until the end of the test; skipped where it is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    process = await asyncio.create_subprocess_exec(
        program,
        *words,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def answers(url: str) -> None:
    """Wait until somebody does."""

    async def does() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(url):
                return True
        except aiohttp.ClientConnectionError:
            return False

    await until(does, 60)


async def delivered(server: Server, webhook_id: int, count: int) -> list[Any]:
    """The webhook's deliveries, once so many have succeeded."""

    async def found() -> Any:
        page = await server.call("GET", f"/webhooks/{webhook_id}/deliveries?status=success")
        return page.json["items"] if page.json["total"] == count else None

    return list(await until(found))


async def again(server: Server, delivery: Any) -> None:
    """Send a delivery once more, and wait for what comes of it."""
    path = f"/webhooks/{delivery['webhook_id']}/deliveries/{delivery['id']}"
    assert (await server.call("POST", f"{path}/retry")).status == 202

    async def sent() -> bool:
        shown = (await server.call("GET", path)).json
        return len(shown["attempts"]) == 2 and shown["status"] == "success"

    await until(sent)


async def test_the_sheet_gets_each_payment_once(starting: Any) -> None:
    """Google acts and answers 302, which counts as taken; a formula stays a text."""
    stand_in = str(ROOT / "tests" / "system" / "apps_script.js")
    async with running("node", stand_in, str(EXAMPLES / "google-sheets.gs")) as google:
        at = f"http://127.0.0.1:{(await google.stdout.readline()).decode().strip()}"
        server: Server = await starting(now=None)
        hook = await server.webhook(
            f"{at}/exec?key=change-me&type=payment.completed",
            "payment.completed",
            accept_redirects=True,
        )
        await server.event("payment.completed", **PAYMENT)
        [delivery] = await delivered(server, hook["id"], 1)
        await again(server, delivery)
        await server.event("payment.completed", **{**PAYMENT, "transaction_id": 6})
        await delivered(server, hook["id"], 2)
        stranger = await server.webhook(
            f"{at}/exec?key=guessed", "payment.completed", accept_redirects=True
        )
        await server.event("payment.completed", **{**PAYMENT, "transaction_id": 7})
        await delivered(server, stranger["id"], 1)
        await delivered(server, hook["id"], 3)
        async with aiohttp.ClientSession() as session, session.get(f"{at}/rows") as shown:
            head, *rows = json.loads(await shown.text())
    assert head[:3] == ["received", "type", "transaction_id"]
    assert [row[1:] for row in rows] == [
        ["payment.completed", number, 1, 150.5, "'=card", ""] for number in (5, 6, 7)
    ]


@pytest.mark.parametrize("secret", ["a plain one", "whsec_" + "QUJD" * 10])
async def test_the_php_page_keeps_each_event_once(
    starting: Any, tmp_path: Path, secret: str
) -> None:
    """Signed and sent twice: one file; with another secret: 401."""
    folder, port = tmp_path / "events", free_port()
    folder.mkdir()
    page = str(EXAMPLES / "receiver.php")
    environment = {"WEBHOOK_SECRET": secret, "EVENTS_FOLDER": str(folder)}
    async with running("php", "-S", f"127.0.0.1:{port}", page, **environment):
        await answers(f"http://127.0.0.1:{port}/")
        server: Server = await starting(now=None)
        hook = await server.webhook(f"http://127.0.0.1:{port}/", secret=secret)
        await server.event("payment.completed", **PAYMENT)
        [delivery] = await delivered(server, hook["id"], 1)
        await again(server, delivery)
        [kept] = folder.iterdir()
        told = json.loads(kept.read_text())
        assert (told["type"], told["payload"]) == ("payment.completed", PAYMENT)
        other = await server.webhook(f"http://127.0.0.1:{port}/", secret="another one")
        await server.event("payment.completed", **PAYMENT)

        async def refused() -> Any:
            return (await server.call("GET", f"/webhooks/{other['id']}")).json["last_error"]

        assert (await until(refused))["status"] == 401
        await delivered(server, hook["id"], 2)
        assert len(list(folder.iterdir())) == 2


async def test_the_n8n_workflow_adds_a_deal_for_each_signed_event(
    starting: Any, receiver: Receiver, tmp_path: Path
) -> None:
    """Bitrix24's and amoCRM's documented shapes, once each; with another secret 401 and nothing."""
    flow = json.loads((EXAMPLES / "n8n.json").read_text())
    for node in flow["nodes"]:
        node.pop("disabled", None)  # a shop has one of the two; here both are tried
    text = json.dumps(flow, ensure_ascii=False)
    for address in ("https://PORTAL.bitrix24.ru/", "https://SUBDOMAIN.amocrm.ru/"):
        text = text.replace(address, receiver.url)
    (tmp_path / "n8n.json").write_text(text.replace("change-me", "the shop's"))
    stand_in = str(ROOT / "tests" / "system" / "n8n.js")
    async with running("node", stand_in, str(tmp_path / "n8n.json")) as n8n:
        url = f"http://127.0.0.1:{(await n8n.stdout.readline()).decode().strip()}/webhook/bedolaga"
        server: Server = await starting(now=None)
        hook = await server.webhook(url, "payment.completed", secret="the shop's")
        event = await server.event("payment.completed", **PAYMENT)
        [delivery] = await delivered(server, hook["id"], 1)
        await until(lambda: receiver.has(2))
        await again(server, delivery)
        other = await server.webhook(url, "ticket.created", secret="another one")
        await server.event("ticket.created", ticket_id=1, user_id=1)

        async def refused() -> Any:
            return (await server.call("GET", f"/webhooks/{other['id']}")).json["last_error"]

        assert (await until(refused))["status"] == 401
    deal, lead = (json.loads(one.body) for one in receiver.requests)
    assert deal["fields"] == {
        "TITLE": "Payment 5",
        "OPPORTUNITY": 150.5,
        "CURRENCY_ID": "RUB",
        "ORIGINATOR_ID": "bedolaga",
        "ORIGIN_ID": str(event["id"]),
    }
    [tag] = lead[0]["_embedded"]["tags"]
    assert (lead[0]["name"], lead[0]["price"], tag) == ("Payment 5", 151, {"name": "bedolaga"})
    assert receiver.requests[1].headers["Authorization"] == "Bearer TOKEN"


def test_the_n8n_workflow_is_whole() -> None:
    """Names are told apart, every connection leads to a node, and every node is reached."""
    flow = json.loads((EXAMPLES / "n8n.json").read_text())
    names = [node["name"] for node in flow["nodes"]]
    lead_to = [to for outs in flow["connections"].values() for out in outs["main"] for to in out]
    assert len(set(names)) == len({node["id"] for node in flow["nodes"]}) == len(names)
    assert {*flow["connections"]} <= {*names}
    assert {one["node"] for one in lead_to} == {*names} - {"Webhook"}
    assert {(one["type"], one["index"]) for one in lead_to} == {("main", 0)}
    assert flow["active"] is False


async def passes_each_event_on_once(starting: Any, tmp_path: Path) -> None:
    """Imported as it is; its last node writes what the others made of a delivery."""
    port, written = free_port(), tmp_path / "events.jsonl"
    flow = (EXAMPLES / "node-red.json").read_text()
    assert "/tmp/bedolaga-events.jsonl" in flow
    (tmp_path / "flows.json").write_text(flow.replace("/tmp/bedolaga-events.jsonl", str(written)))
    words = ("--userDir", str(tmp_path), "--port", str(port), str(tmp_path / "flows.json"))
    async with running("node-red", *words):
        await answers(f"http://127.0.0.1:{port}/")
        server: Server = await starting(now=None)
        hook = await server.webhook(f"http://127.0.0.1:{port}/bedolaga")
        accepted = await server.event("payment.completed", **PAYMENT)
        [delivery] = await delivered(server, hook["id"], 1)
        await again(server, delivery)
        await until(lambda: written.exists() and written.read_text().endswith("\n"))
    [line] = written.read_text().splitlines()
    told = json.loads(line)
    assert (told["id"], told["type"]) == (str(accepted["id"]), "payment.completed")
    assert told["transaction_id"] == PAYMENT["transaction_id"]


if shutil.which("node-red"):  # no apt has it: left out where npm could not get it

    async def test_the_node_red_flow(starting: Any, tmp_path: Path) -> None:
        """A delivery through it, twice."""
        await passes_each_event_on_once(starting, tmp_path)
