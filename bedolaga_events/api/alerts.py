"""Does a human hear of trouble (contract §5)?"""

import json

from aiohttp import web

from bedolaga_events.api.json_reply import reply
from bedolaga_events.api.state import parts


async def test_alerts(request: web.Request) -> web.Response:
    """POST /alerts/test: Send one alert by every way that is set, and tell what each said."""
    server = parts(request)
    said = await server.alerts.test(is_well=server.is_well)
    return reply(json.dumps({"items": [one._asdict() for one in said]}))
