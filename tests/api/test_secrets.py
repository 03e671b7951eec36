"""Secrets that sign: rotated, overlapping, ended (contract §4)."""

import base64
import hashlib
import hmac

from bedolaga_events.delivery.signing import key_of
from tests.conftest import Clock, Receiver, Server, until


async def test_during_a_rotation_both_secrets_sign(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """Old and new until the overlap ends, the new one alone after it."""
    hook = await server.webhook(receiver.url, secret="old-secret")
    reply = await server.call("POST", f"/webhooks/{hook['id']}/rotate-secret", {"overlap_hours": 1})
    new = reply.json["secret"]

    async def signatures(number: int) -> tuple[list[str], list[str]]:
        await server.event(user_id=number)
        await until(lambda: len(receiver.requests) == number)
        got = receiver.requests[-1]
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode()
        keys = [base64.b64decode(new.removeprefix("whsec_")), b"old-secret"]
        digests = [hmac.digest(key, signed + got.body, hashlib.sha256) for key in keys]
        expected = ["v1," + base64.b64encode(one).decode() for one in digests]
        return got.headers["webhook-signature"].split(" "), expected

    sent, expected = await signatures(1)
    assert sent == expected
    clock.advance(3601)
    sent, expected = await signatures(2)
    assert sent == expected[:1]


async def test_every_secret_that_was_rotated_out_signs_until_its_own_end(
    server: Server, receiver: Receiver, clock: Clock
) -> None:
    """Newest first, at most five at once (D12); the newest signs X-Webhook-Signature."""
    hook = await server.webhook(receiver.url, secret="first")
    path = f"/webhooks/{hook['id']}/rotate-secret"
    secrets = ["first"]
    for hours in (48, 1, 1, 1):
        reply = await server.call("POST", path, {"overlap_hours": hours})
        secrets.insert(0, reply.json["secret"])
    refused = await server.call("POST", path)
    assert (refused.status, "5 secrets" in refused.json["detail"]) == (409, True)

    async def signers(number: int) -> list[str]:
        await server.event(user_id=number)
        await until(lambda: len(receiver.requests) == number)
        got = receiver.requests[-1]
        simple = hmac.digest(secrets[0].encode(), got.body, hashlib.sha256).hex()
        assert got.headers["X-Webhook-Signature"] == f"sha256={simple}"
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode()
        digests = {
            base64.b64encode(hmac.digest(key_of(one), signed + got.body, "sha256")).decode(): one
            for one in secrets
        }
        sent = got.headers["webhook-signature"].split(" ")
        return [digests[one.removeprefix("v1,")] for one in sent]

    assert await signers(1) == secrets
    clock.advance(2 * 3600)
    assert await signers(2) == [secrets[0], secrets[-1]]
    clock.advance(48 * 3600)
    assert await signers(3) == secrets[:1]
