"""A webhook receiver with nothing but Python's standard library.

Usage: python3 receiver.py PORT SECRET

It checks the Standard Webhooks signature over the raw body, refuses what is older than five
minutes (so that a recorded request cannot be replayed later), and answers at once: slow work
belongs into a queue, after the answer. Deliveries come at least once: remember `webhook-id`
and ignore one that you have seen.
"""

import base64
import hashlib
import hmac
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, SECRET = int(sys.argv[1]), sys.argv[2]


def verify(headers, body: bytes, secret: str) -> bool:
    got = {name.lower(): value for name, value in headers.items()}
    sent_at = got.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", sent_at) or abs(time.time() - int(sent_at)) > 300:
        return False
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{got.get('webhook-id')}.{sent_at}.".encode("utf-8", "replace") + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    given = got.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    return any(hmac.compare_digest(expected, one) for one in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a genuine request, 401 to any other."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        genuine = verify(self.headers, body, SECRET)
        verdict = "signature ok" if genuine else "SIGNATURE WRONG"
        print(f"{self.headers.get('X-Webhook-Event')}: {verdict} {body.decode()}", flush=True)
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing but what arrives."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
