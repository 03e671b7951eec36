"""The code that checks signatures, of docs/delivery.md and of the page, run on real requests."""

import asyncio
import json
import os
import re
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver, Server, until
from tests.system.conftest import ROOT

NODE = shutil.which("node")
PHP = shutil.which("php")
VERIFY = ROOT / "static/verify"  # what the page offers
SIGNATURES = ("webhook-signature", "x-webhook-signature")
SECRETS = ["s3cret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]


def block(language: str) -> str:
    found = re.search(
        rf"```{language}\n(.*?)```", (ROOT / "docs/delivery.md").read_text(), re.DOTALL
    )
    assert found
    return found.group(1)


async def sent(starting: Any, receiver: Receiver, secret: str) -> tuple[dict[str, str], bytes]:
    server: Server = await starting(now=None)
    await server.webhook(receiver.url, secret=secret)
    await server.event(user_id=1, first_name="Вася")
    await until(lambda: receiver.requests)
    got = receiver.requests[0]
    return {name.lower(): value for name, value in got.headers.items()}, got.body


def strangers(headers: dict[str, str]) -> list[dict[str, str]]:
    """Headers that are missing, or hold what is no id, no time, no signature."""
    found: list[dict[str, str]] = [{}, {"host": "x"}]
    for value in ("", "x", "é" * 49, "v1,", "sha256=", "9" * 5_000, "١٢٣"):
        found.append(dict.fromkeys(headers, value))
        found.append(headers | dict.fromkeys(SIGNATURES, value))
    return found


@pytest.mark.parametrize("secret", SECRETS)
async def test_python(starting: Any, receiver: Receiver, secret: str) -> None:
    """Genuine, forged, old."""
    names: dict[str, Any] = {}
    exec(block("python"), names)
    headers, body = await sent(starting, receiver, secret)
    for name in ("verify", "verify_simple"):
        assert names[name](headers, body, secret)
        assert not names[name](headers, body + b" ", secret)
        assert not names[name](headers, body, secret[:-4] + "AAAA")
        assert names[name]({key.title(): value for key, value in headers.items()}, body, secret)
        for strange in strangers(headers):
            assert not names[name](strange, body, secret), strange
    old = headers | {"webhook-timestamp": str(int(time.time()) - 301)}
    assert not names["verify"](old, body, secret)


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("secret", SECRETS)
async def test_node(starting: Any, receiver: Receiver, tmp_path: Path, secret: str) -> None:
    """The same in Node."""
    headers, body = await sent(starting, receiver, secret)
    (tmp_path / "verify.mjs").write_text(block("js"))
    (tmp_path / "run.mjs").write_text(
        "import { verify, verifySimple } from './verify.mjs';\n"
        f"const headers = {json.dumps(headers)}, body = {json.dumps(body.decode())};\n"
        f"const secret = {json.dumps(secret)};\n"
        "const both = [verify, verifySimple], tries = both.flatMap((one) =>\n"
        "  [one(headers, body, secret), one(headers, body + ' ', secret)]);\n"
        "console.log(JSON.stringify(tries));\n"
        f"for (const strange of {json.dumps(strangers(headers))})\n"
        "  if (both.some((one) => one(strange, body, secret))) throw strange;\n"
        # What express.json() leaves, and what a request without a body has:
        "for (const parsed of [undefined, null, {}, JSON.parse(body)])\n"
        "  if (both.some((one) => one(headers, parsed, secret))) throw parsed;\n"
        "const web = new Headers(headers), bytes = Buffer.from(body);\n"
        "if (!both.every((one) => one(web, bytes, secret))) throw web;\n"
    )
    node = await asyncio.create_subprocess_exec(
        str(NODE), str(tmp_path / "run.mjs"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await node.communicate()
    assert json.loads(out) == [True, False, True, False]
    assert node.returncode == 0


async def printed(program: str, *words: str, secret: str, folder: Path) -> str:
    """What a program says that knows the secret."""
    process = await asyncio.create_subprocess_exec(
        *(program, *words),
        cwd=folder,
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
    )
    return (await process.communicate())[0].decode().strip()


@pytest.mark.parametrize("secret", SECRETS)
async def test_the_pages_own_code(
    starting: Any, receiver: Receiver, tmp_path: Path, secret: str
) -> None:
    """Each language tells a genuine request from a forged one, as it stands in the page."""
    headers, body = await sent(starting, receiver, secret)
    words = json.dumps([headers, body.decode()])
    (tmp_path / "sent.json").write_text(words)
    (tmp_path / "body.json").write_bytes(body)
    for one in VERIFY.iterdir():
        shutil.copy(one, tmp_path / one.name)
    (tmp_path / "run.py").write_text(
        "import json\nfrom python import verify\n"
        "headers, body = json.load(open('sent.json'))\n"
        "assert not verify({}, body.encode())\n"
        "print([verify(headers, (body + more).encode()) for more in ('', ' ')])\n"
    )
    (tmp_path / "run.mjs").write_text(
        "import { readFileSync } from 'node:fs';\nimport { verify } from './node.mjs';\n"
        "const [headers, body] = JSON.parse(readFileSync('sent.json', 'utf8'));\n"
        "console.log(verify(headers, body), verify(headers, body + ' '), verify({}, body));\n"
    )
    (tmp_path / "run.php").write_text(
        "<?php require 'php.php';"
        " [$headers, $body] = json_decode(file_get_contents('sent.json'), true);"
        " echo json_encode([verify($headers, $body), verify($headers, $body . ' '),"
        " verify([], '')]);"
    )
    said = partial(printed, secret=secret, folder=tmp_path)
    assert await said(sys.executable, "run.py") == "[True, False]"
    assert await said("sh", "curl.sh") == headers["x-webhook-signature"]
    if NODE:
        assert await said(NODE, "run.mjs") == "true false false"
    if PHP:
        assert await said(PHP, "run.php") == "[true,false,false]"
