"""What the project's two founding documents show works word for word."""

import asyncio
import json
import sys
from typing import Any

from tests.conftest import until
from tests.system.conftest import TOKEN, Process

SECRET = "your-secret"
PAYLOADS: list[dict[str, Any]] = [
    {"user_id": 1, "first_name": "Вася", "last_name": "Пупкин 🚀", "username": None},
    {"zeta": {"b": [1, {"y": 2, "x": 1}], "a": 1}, "user_id": 2, "alpha": {"Я": 1, "А": 2}},
    {"user_id": 2**63, "huge": 10**300, "negative": -(2**70)},
    {"user_id": 3, "floats": [0.1, 1e22, 1e-7, 5e-324, 1.0, -0.0, 100.10, 1.7976931348623157e308]},
    {"user_id": 4, "text": 'quotes " \\ / \u2028 \u0000 \ud83d\ude00 </script>', "": "empty key"},
]


async def test_the_documented_check_passes_in_a_real_flask_process(
    process: Process, call: Any
) -> None:
    """Cyrillic, emoji, floats, big integers and nested keys in any order."""
    flask = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.system.reference_receiver", SECRET),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert flask.stdout is not None
        port = int(await flask.stdout.readline())
        await process.start()
        hook = {
            "name": "Flask",
            "url": f"http://127.0.0.1:{port}/webhook",
            "event_type": "user.created",
            "secret": SECRET,
        }
        await call("POST", f"{process.url}/webhooks", hook)
        for payload in PAYLOADS:
            body = {"type": "user.created", "payload": payload}
            status, _ = await call("POST", f"{process.url}/events", body)
            assert status == 202

        async def ended() -> Any:
            _, page = await call("GET", f"{process.url}/webhooks/1/deliveries")
            done = [one for one in page["items"] if one["attempt_number"]]
            return done if len(done) == len(PAYLOADS) else None

        for one in await until(ended):
            assert (one["status"], one["response_status"]) == ("success", 200), one
            assert json.loads(one["response_body"])["event"] == "user.created"
    finally:
        flask.terminate()
        await flask.wait()


async def test_the_documented_curl_calls(process: Process) -> None:
    """Typed as the guide prints them, with the address and the token filled in."""
    await process.start()

    async def curl(*words: str) -> Any:
        running = await asyncio.create_subprocess_exec(
            *("curl", "-sS", "-w", "\n%{http_code}", *words), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await running.communicate()
        text, _, status = out.decode().rpartition("\n")
        return int(status), json.loads(text or "null")

    auth = ("-H", f"Authorization: Bearer {TOKEN}")
    body = '{\n  "name": "Test Webhook",\n  "url": "%s",\n  "event_type": "user.created"\n}'
    status, made = await curl(
        *("-X", "POST", f"{process.url}/webhooks", *auth, "-H", "Content-Type: application/json"),
        *("-d", body % "http://127.0.0.1:9/your-unique-url"),
    )
    assert (status, made["name"], made["is_active"]) == (201, "Test Webhook", True)
    status, page = await curl(f"{process.url}/webhooks?limit=50&offset=0", *auth)
    assert (status, page["total"]) == (200, 1)
    status, stats = await curl(f"{process.url}/webhooks/stats", "-H", f"X-API-Key: {TOKEN}")
    assert (status, stats["total_webhooks"]) == (200, 1)
    status, page = await curl(f"{process.url}/webhooks/1/deliveries?limit=50", *auth)
    assert (status, page["items"]) == (200, [])
    status, _ = await curl("-X", "DELETE", f"{process.url}/webhooks/1", *auth)
    assert status == 204
