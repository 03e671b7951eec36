"""The sub-commands, and whatever answers at the address that they were given."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver
from tests.system.conftest import TOKEN, Process, command

SIGNED_IN = {"BEDOLAGA_EVENTS_TOKEN": TOKEN}
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
ODD = {
    "an object": HEAD + b"\r\n{}",
    "a list": HEAD + b"\r\n[]",
    "null": HEAD + b"\r\nnull",
    "another API": HEAD + b'\r\n{"items": [{"name": "x", "id": 1}], "total": 1}',
    "numbers for objects": HEAD + b'\r\n{"items": [1], "total": 1}',
    "a page": HEAD + b"\r\n<html>",
    "depths": HEAD + b"\r\n" + b"[" * 100_000,
    "half": HEAD + b"Content-Length: 100\r\n\r\n{}",
    "no text": HEAD + b"\r\n\xff\xfe\xff",
    "a long header": HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n{}",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
}


@asynccontextmanager
async def answering(raw: bytes) -> AsyncIterator[str]:
    """The address of a program that says `raw` to everybody."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("odd", ODD)
async def test_what_is_no_server_is_named_as_such(odd: str) -> None:
    """Another program listens there, or half of an answer came: one line, and no exit code 0."""
    async with answering(ODD[odd]) as url:
        for words in (
            ["healthcheck"],
            ["send", "user.created", '{"user_id": 1}'],
            ["export"],
            ["alert-test"],
        ):
            code, out, err = await command(*words, "--url", url, **SIGNED_IN)
            assert (code, out, err.count("\n")) == (1, "", 1), (words, err)
            assert f"{url}: what answers there is no" in err


@pytest.mark.parametrize("url", ["http://a b", "file:///etc/hosts", "http://[::1", "localhost:1"])
async def test_what_is_no_address_is_refused(url: str) -> None:
    """Of the server, and of the bot: before anything is asked or tried for ever."""
    for words in (
        ["healthcheck", "--url", url],
        ["import-bot", url, "x"],
        ["listen", "--url", url],
    ):
        code, out, err = await command(*words, **SIGNED_IN)
        assert (code, out, "write it like https://" in err) == (2, "", True), words


@pytest.mark.parametrize("url", ["foo", "redis://127.0.0.1:99999"])
async def test_what_is_no_address_of_redis_is_refused(url: str) -> None:
    """The library's reason, without where in it that stands."""
    pytest.importorskip("redis")
    code, _, err = await command("bridge", url, **SIGNED_IN)
    assert (code, "Invalid value for REDIS_URL" in err, "Traceback" in err) == (2, True, False)


async def test_listen_prints_half_a_character_and_goes_on(
    process: Process,
    call: Callable[..., Awaitable[tuple[int, Any]]],
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    """Every Unicode string is an event's (contract §2), also one that no terminal takes."""
    await process.start()
    for name in ("\ud800", "Анна"):
        body = {"type": "user.created", "payload": {"user_id": 1, "username": name}}
        assert (await call("POST", f"{process.url}/events", body))[0] == 202
    heard = tmp_path / "heard"
    heard.touch()
    words = ("listen", "--since", "0", "--json", "--url", process.url)
    listening = asyncio.create_task(
        command(*words, stdout=str(heard), PYTHONUNBUFFERED="1", **SIGNED_IN)
    )
    try:
        async with asyncio.timeout(20):
            while heard.read_text().count("\n") < 2:
                await asyncio.sleep(0.05)
    finally:
        listening.cancel()
    lines = [json.loads(line) for line in heard.read_text().splitlines()]
    assert [one["payload"]["username"] for one in lines] == ["\ud800", "Анна"]


async def test_listen_ends_where_nothing_can_be_printed(process: Process, call: Any) -> None:
    """A full disk, a reader that is gone: connecting again would help nothing."""
    await process.start()
    body = {"type": "user.created", "payload": {"user_id": 1}}
    assert (await call("POST", f"{process.url}/events", body))[0] == 202
    words = ("listen", "--since", "0", "--url", process.url)
    code, _, err = await command(*words, stdout="/dev/full", **SIGNED_IN)
    assert (code, err.splitlines()[-1]) == (1, "Error: No space left on device.")


async def test_apply_twice_is_once_whatever_stands_around_a_name(
    process: Process, tmp_path: Path
) -> None:
    """The server trims a name; so does who compares with it."""
    await process.start()
    file = tmp_path / "hooks.json"
    hook = {"name": " crm ", "url": "http://127.0.0.1:1/", "event_types": ["*"]}
    file.write_text(json.dumps({"webhooks": [hook]}))
    said = [await command("apply", str(file), "--url", process.url, **SIGNED_IN) for _ in range(2)]
    assert [out for _, out, _ in said] == ["+ crm: * → http://127.0.0.1:1/\n", "= crm\n"]
