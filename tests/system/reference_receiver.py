"""A receiver in Flask that checks signatures in the way the project's first guide documents.

Parse the body, dump it again with sorted keys, compare: nothing here knows our server.
"""

import hashlib
import hmac
import json
import sys
from typing import Any

from flask import Flask, request

SECRET = sys.argv[1]
app = Flask(__name__)


@app.post("/webhook")
def webhook() -> tuple[dict[str, Any], int]:
    sent = request.headers.get("X-Webhook-Signature", "").replace("sha256=", "")
    dumped = json.dumps(request.json, sort_keys=True)
    expected = hmac.new(SECRET.encode(), dumped.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, sent):
        return {"error": "Invalid signature"}, 401
    return {"status": "ok", "event": request.headers.get("X-Webhook-Event")}, 200


if __name__ == "__main__":
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.port, flush=True)
    server.serve_forever()
