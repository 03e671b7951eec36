import base64
import hashlib
import hmac
import os
import re
import time

SECRET = os.environ["WEBHOOK_SECRET"]


def verify(headers, body: bytes) -> bool:
    """Check a request's signature; `body` is exactly as it was received."""
    got = {name.lower(): value for name, value in headers.items()}
    sent_at = got.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", sent_at) or abs(time.time() - int(sent_at)) > 300:
        return False
    key = base64.b64decode(SECRET[6:]) if SECRET.startswith("whsec_") else SECRET.encode()
    signed = f"{got.get('webhook-id')}.{sent_at}.".encode("utf-8", "replace") + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    given = got.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    return any(hmac.compare_digest(expected, one) for one in given)
