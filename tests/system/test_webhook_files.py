"""`export` and `apply`: webhooks as a file, which holds none of their secrets by itself."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver, until
from tests.system.conftest import TOKEN, Process, command

SIGNED_IN = {"BEDOLAGA_EVENTS_TOKEN": TOKEN}


async def test_webhooks_as_a_file(process: Process, call: Any, tmp_path: Path) -> None:
    """Export, edit, a diff, apply; doing it twice changes nothing."""
    await process.start()
    where = ("--url", process.url)
    hook: dict[str, Any] = {"name": "CRM", "url": "http://127.0.0.1:1/a", "event_type": "*"}
    hook["headers"] = {"X-A": "b"}
    await call("POST", f"{process.url}/webhooks", hook)
    _, out, _ = await command("export", *where, **SIGNED_IN)
    exported = json.loads(out)
    assert [one["name"] for one in exported["webhooks"]] == ["CRM"]
    exported["webhooks"][0]["url"] = "http://127.0.0.1:1/b"
    exported["webhooks"].append(
        {"name": "New", "url": "http://127.0.0.1:1/c", "event_type": "ticket.*", "secret": "s3cret"}
    )
    file = tmp_path / "webhooks.json"
    file.write_text(json.dumps(exported))
    _, dry, _ = await command("apply", str(file), "--dry-run", *where, **SIGNED_IN)
    assert "~ CRM: url 'http://127.0.0.1:1/a' → 'http://127.0.0.1:1/b'" in dry
    assert "+ New: ticket.*" in dry
    assert "s3cret" not in dry
    assert (await call("GET", f"{process.url}/webhooks"))[1]["total"] == 1
    assert (await command("apply", str(file), *where, **SIGNED_IN))[0] == 0
    _, page = await call("GET", f"{process.url}/webhooks")
    assert {one["name"]: one["url"][-1] for one in page["items"]} == {"CRM": "b", "New": "c"}
    _, again, _ = await command("apply", str(file), *where, **SIGNED_IN)
    assert "= CRM" in again
    file.write_text('{"webhooks": []}')
    _, out, _ = await command("apply", str(file), "--delete", *where, **SIGNED_IN)
    assert "- CRM" in out
    assert (await call("GET", f"{process.url}/webhooks"))[1]["total"] == 0
    file.write_text('{"webhooks": [{"name": "Bad", "url": "http://10.0.0.1/", "event_type": "*"}]}')
    code, _, err = await command("apply", str(file), *where, **SIGNED_IN)
    assert (code, "10.0.0.1" in err) == (1, True)


@pytest.mark.parametrize(
    "text", ["[]", '{"webhooks": 5}', '{"webhooks": [{"name": ["x"]}]}', "nope", "[" * 200_000]
)
async def test_what_is_no_export_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    """Before a server is asked, and without a trace."""
    file = tmp_path / "webhooks.json"
    file.write_text(text)
    code, _, problem = await command("apply", str(file), "--url", "http://127.0.0.1:1", **SIGNED_IN)
    assert code == 1
    assert re.fullmatch(r"Error: \S+: this is no (export|JSON): [^\n]+\.", problem.strip())


async def test_a_file_tells_what_webhooks_get(process: Process, call: Any, tmp_path: Path) -> None:
    """Types and filter become the file's; one type, as files of 0.1.0 have it, too."""
    await process.start()
    where = ("--url", process.url)
    condition = {"field": "user_id", "op": "exists"}
    hook = {"name": "CRM", "url": "http://127.0.0.1:1/a", "event_types": ["ticket.*", "user.*"]}
    await call("POST", f"{process.url}/webhooks", {**hook, "filter": [condition]})
    [exported] = json.loads((await command("export", *where, **SIGNED_IN))[1])["webhooks"]
    assert (exported["event_types"], exported["filter"]) == (["ticket.*", "user.*"], [condition])
    assert "event_type" not in exported  # it would say the same a second time
    file = tmp_path / "webhooks.json"
    for change, shown in (
        ({}, "= CRM"),
        ({"event_types": ["*"]}, "~ CRM: event_types ['ticket.*', 'user.*'] → ['*']"),
        ({"event_types": ["*"], "filter": None}, "~ CRM: filter"),
    ):
        file.write_text(json.dumps({"webhooks": [{**exported, **change}]}))
        assert shown in (await command("apply", str(file), *where, **SIGNED_IN))[1]
    old = {"name": "CRM", "url": "http://127.0.0.1:1/a", "event_type": "user.created"}
    file.write_text(json.dumps({"webhooks": [old]}))
    _, out, _ = await command("apply", str(file), *where, **SIGNED_IN)
    assert "~ CRM: event_types ['*'] → ['user.created']" in out
    assert "= CRM" in (await command("apply", str(file), *where, **SIGNED_IN))[1]
    [kept] = (await call("GET", f"{process.url}/webhooks"))[1]["items"]
    assert (kept["event_types"], kept["filter"]) == (["user.created"], None)


async def test_a_secret_url_stays_where_it_is(
    process: Process, call: Any, receiver: Receiver, tmp_path: Path
) -> None:
    """The URL of a chat that is its key: masked in the file, which applied changes nothing."""
    await process.start()
    where, url = ("--url", process.url), f"{receiver.url}api/webhooks/1/KEY-of-the-channel"
    chat = {"name": "Chat", "event_type": "*", "format": "discord", "url": url}
    await call("POST", f"{process.url}/webhooks", chat)
    _, exported, _ = await command("export", *where, **SIGNED_IN)
    [kept] = json.loads(exported)["webhooks"]
    assert (kept["url"], kept["format"]) == (f"{receiver.url}api/w••••••", "discord")
    file = tmp_path / "webhooks.json"
    file.write_text(exported)
    assert (await command("apply", str(file), *where, **SIGNED_IN))[:2] == (0, "= Chat\n")
    kept["options"] = {"username": "Shop"}
    file.write_text(json.dumps({"webhooks": [kept]}))
    assert (await command("apply", str(file), *where, **SIGNED_IN))[0] == 0
    await call("POST", f"{process.url}/webhooks/1/test")
    await until(lambda: receiver.requests)
    assert json.loads(receiver.requests[0].body)["username"] == "Shop"
    file.write_text(json.dumps({"webhooks": [{**kept, "name": "Elsewhere"}]}))
    code, _, err = await command("apply", str(file), *where, **SIGNED_IN)
    assert (code, "the URL is masked; send the URL itself" in err) == (1, True)


async def test_apply_says_nothing_that_is_secret(
    process: Process, call: Any, tmp_path: Path
) -> None:
    """It may run in a deployment whose log many read: a token, a chat's URL, a header."""
    await process.start()
    where, key = ("--url", process.url), "KEY-of-the-channel"
    url = f"http://127.0.0.1:1/api/webhooks/1/{key}"
    chat = {"name": "Chat", "event_type": "*", "format": "discord", "url": url}
    bot: dict[str, Any] = {
        "name": "Bot",
        "event_type": "*",
        "format": "telegram",
        "secret": f"1234567:{key}",
    }
    bot |= {"options": {"chat_id": 1}, "headers": {"Authorization": f"Bearer {key}"}}
    file, said = tmp_path / "webhooks.json", ""
    for change in ({}, {"url": f"{url}2"}, {"url": f"{url}3", "description": "x"}):
        file.write_text(json.dumps({"webhooks": [{**chat, **change}, bot]}))
        for words in (["--dry-run"], []):
            code, out, err = await command("apply", str(file), *words, *where, **SIGNED_IN)
            assert (code, err) == (0, "")
            said += out
    assert "+ Chat: *\n" in said
    assert "~ Chat: url is set, description None → 'x'\n" in said
    assert "~ Bot: secret is set, headers is set\n" in said
    assert key not in said
    assert key not in (await command("export", *where, **SIGNED_IN))[1]
    assert key not in str(await call("GET", f"{process.url}/webhooks"))
    assert key not in (tmp_path / "server.log").read_text()
