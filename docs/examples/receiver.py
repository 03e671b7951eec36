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
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, SECRET = int(sys.argv[1]), sys.argv[2]
TOLERANCE = 300  # seconds


def is_genuine(headers, body: bytes) -> bool:
    """Whether the body was signed with our secret, not long ago."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    key = base64.b64decode(SECRET[6:]) if SECRET.startswith("whsec_") else SECRET.encode()
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    sent = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, one) for one in sent)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a genuine request, 401 to any other."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        genuine = is_genuine(self.headers, body)
        verdict = "signature ok" if genuine else "SIGNATURE WRONG"
        print(f"{self.headers.get('X-Webhook-Event')}: {verdict} {body.decode()}", flush=True)
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing but what arrives."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
