"""The verification code of docs/delivery.md, run on a request that the server really sent."""

import asyncio
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver, Server, until
from tests.system.conftest import ROOT

NODE = shutil.which("node")
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
        "const tries = [verify, verifySimple].flatMap((one) =>\n"
        "  [one(headers, body, secret), one(headers, body + ' ', secret)]);\n"
        "console.log(JSON.stringify(tries));\n"
    )
    node = await asyncio.create_subprocess_exec(
        str(NODE), str(tmp_path / "run.mjs"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await node.communicate()
    assert json.loads(out) == [True, False, True, False]
