"""The recipes of docs/receivers.md, run as they stand there; n8n's are in test_n8n.py."""

import json
import shutil
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import Server, until
from tests.delivery.proxies import free_port
from tests.system.conftest import ROOT
from tests.system.recipes import EXAMPLES, PAYMENT, again, answers, delivered, running


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
