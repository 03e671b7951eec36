"""The headers of a delivery: both signatures over the one body (contract §4)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from bedolaga_events.wire import WHSEC


def headers(body: bytes, secrets: Sequence[str], message_id: str, now: int) -> dict[str, str]:
    """The signature headers, empty without a secret.

    Args:
        body: the bytes that are sent.
        secrets: the current secret first, then an old one that still signs.
        message_id: the same on every attempt.
        now: the attempt's moment in whole seconds since the epoch.

    Source: Standard Webhooks 1.0.0, "Signature scheme"; `X-Webhook-Signature` from the reference.
    """
    if not secrets:
        return {}
    signed = b"%s.%d.%s" % (message_id.encode(), now, body)
    return {
        "X-Webhook-Signature": "sha256=" + _hmac(secrets[0].encode(), body).hex(),
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(
            "v1," + base64.b64encode(_hmac(key_of(one), signed)).decode() for one in secrets
        ),
    }


def key_of(secret: str) -> bytes:
    """The Standard Webhooks key: the base64 part of a ``whsec_`` secret, else its UTF-8 bytes."""
    if secret.startswith(WHSEC):
        try:
            return base64.b64decode(secret.removeprefix(WHSEC), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)
