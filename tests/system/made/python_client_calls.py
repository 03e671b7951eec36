# mypy: ignore-errors
"""Calls of the client that openapi-python-client made: PYTHONPATH, URL, TOKEN."""

import sys
from datetime import UTC, datetime

from bedolaga_events_client_made import AuthenticatedClient
from bedolaga_events_client_made import models as made
from bedolaga_events_client_made.api.deliveries import list_deliveries
from bedolaga_events_client_made.api.events import create_event, get_event, list_events
from bedolaga_events_client_made.api.numbers import set_stats
from bedolaga_events_client_made.api.webhooks import create_webhook, list_webhooks, update_webhook

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
payload = made.EventInputPayload.from_dict({"user_id": 1})
event = made.EventInput(type_="user.created", payload=payload, timestamp=datetime.now(UTC))
assert create_event.sync(client=client, body=event).id == 1

headers = made.WebhookInputHeaders.from_dict({"X-A": "b"})
new = made.WebhookInput(name="CRM", url="http://127.0.0.1:9/", event_type="*", headers=headers)
hook = create_webhook.sync(client=client, body=new)
update_webhook.sync(hook.id, client=client, body=made.WebhookChange(is_active=False))
changed = update_webhook.sync(hook.id, client=client, body=made.WebhookChange(description="d"))
assert (changed.is_active, changed.name, changed.description) == (False, "CRM", "d")
assert changed.headers.additional_keys == ["X-A"]
none = update_webhook.sync(hook.id, client=client, body=made.WebhookChange(description=None))
assert none.description is None
assert list_webhooks.sync(client=client, is_active=False).total == 1

set_stats.sync(client=client, body=made.StatsInput(total_users=100))
kept = set_stats.sync(client=client, body=made.StatsInput(today_revenue=123456789.12))
assert (kept.total_users, kept.today_revenue) == (100, 123456789.12)

page = list_events.sync(client=client, since=datetime(2020, 1, 1, tzinfo=UTC), limit=1)
assert (page.total, page.items[0].payload["user_id"]) == (1, 1)
assert list_deliveries.sync(client=client, status=made.StatusFilter("undelivered")).total == 0
assert get_event.sync(1, client=client).webhooks[0].condition is None
empty = made.EventInput(type_="user.created", payload=made.EventInputPayload())
refusal = create_event.sync(client=client, body=empty)
assert refusal.errors[0].loc == ["payload", "user_id"]
