"""A webhook receiver with Flask.

Usage: WEBHOOK_SECRET=whsec_... flask --app receiver_flask run --port 9000
"""

import base64
import hashlib
import hmac
import os
import re
import time

from flask import Flask, request


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


app = Flask(__name__)
SECRET = os.environ["WEBHOOK_SECRET"]


@app.post("/bedolaga")
def take():
    if not verify(request.headers, request.get_data(), SECRET):  # the raw body: not request.json
        return "wrong signature", 401
    print(request.headers["X-Webhook-Event"], request.json, flush=True)  # your work goes here
    return "", 204
