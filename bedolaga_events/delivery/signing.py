"""The headers of a delivery: both signatures over the one body (contract §4)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from bedolaga_events.wire import WHSEC


class Key:
    """A secret that signs, worked into both HMACs once: that costs more than a small body does."""

    __slots__ = ("_own", "_standard")

    def __init__(self, secret: str) -> None:
        self._own = hmac.new(secret.encode(), digestmod=hashlib.sha256)
        self._standard = hmac.new(key_of(secret), digestmod=hashlib.sha256)

    def own(self, body: bytes) -> str:
        """The value of `X-Webhook-Signature`."""
        return f"sha256={_signed(self._own, body).hex()}"

    def standard(self, signed: bytes) -> str:
        """An entry of `webhook-signature`."""
        return f"v1,{binascii.b2a_base64(_signed(self._standard, signed), newline=False).decode()}"


def headers(body: bytes, keys: Sequence[Key], message_id: str, now: int) -> dict[str, str]:
    """The signature headers, empty without a key.

    Args:
        body: the bytes that are sent.
        keys: that of the current secret first, then an old one's that still signs.
        message_id: the same on every attempt.
        now: the attempt's moment in whole seconds since the epoch.

    Source: Standard Webhooks 1.0.0, "Signature scheme"; `X-Webhook-Signature` from the reference.
    """
    if not keys:
        return {}
    signed = b"%s.%d.%s" % (message_id.encode(), now, body)
    return {
        "X-Webhook-Signature": keys[0].own(body),
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join([one.standard(signed) for one in keys]),
    }


def key_of(secret: str) -> bytes:
    """The Standard Webhooks key: the base64 part of a ``whsec_`` secret, else its UTF-8 bytes."""
    if secret.startswith(WHSEC):
        try:
            return base64.b64decode(secret.removeprefix(WHSEC), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def _signed(key: hmac.HMAC, message: bytes) -> bytes:
    copy = key.copy()
    copy.update(message)
    return copy.digest()
