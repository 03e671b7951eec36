# mypy: ignore-errors
"""Calls of the client that openapi-generator made in Python: PYTHONPATH, URL, TOKEN."""

import sys
from datetime import UTC, datetime

import openapi_client as made

configuration = made.Configuration(host=sys.argv[1], access_token=sys.argv[2])
with made.ApiClient(configuration) as client:
    events, webhooks = made.EventsApi(client), made.WebhooksApi(client)
    numbers, deliveries = made.NumbersApi(client), made.DeliveriesApi(client)
    event = made.EventInput(
        type="user.created", payload={"user_id": 1}, timestamp=datetime.now(UTC)
    )
    assert events.create_event(event, idempotency_key="a").id == 1
    assert events.create_event(event, idempotency_key="a").duplicate
    batch = made.BatchInput(events=[made.BatchEvent(type="user.created", payload={"user_id": 2})])
    assert [one.id for one in events.create_events(batch).items] == [2]

    new = made.WebhookInput(
        name="CRM",
        url="http://127.0.0.1:9/",
        event_types=["*"],
        filter=[made.Condition(field="user_id", op=made.Op.GTE, value=1)],
        headers={"X-A": "b"},
        generate_secret=True,
    )
    hook = webhooks.create_webhook(new)
    assert hook.secret.startswith("whsec_")
    webhooks.update_webhook(hook.id, made.WebhookChange(is_active=False))
    changed = webhooks.update_webhook(hook.id, made.WebhookChange(description="d"))
    assert (changed.is_active, changed.name, list(changed.headers)) == (False, "CRM", ["X-A"])
    assert changed.filter[0].op == made.Op.GTE
    none = webhooks.update_webhook(hook.id, made.WebhookChange(description=None))
    assert none.description is None
    assert none.has_secret

    numbers.set_stats(made.StatsInput(total_users=5_000_000_000, today_revenue=123456789.12))
    kept = numbers.set_stats(made.StatsInput(open_tickets=3))
    assert (kept.total_users, kept.today_revenue) == (5_000_000_000, 123456789.12)
    assert kept.yesterday.open_tickets is None

    page = events.list_events(since=datetime(2020, 1, 1, tzinfo=UTC), limit=1)
    assert (page.total, len(page.items), page.searched_to) == (2, 1, None)
    late = deliveries.list_deliveries(status=made.StatusFilter("undelivered"))
    assert late.items == []
    assert events.get_event(1).webhooks[0].condition is None
    assert made.OperationApi(client).count_body(b"12345").bytes == 5
    assert made.OperationApi(client).get_metrics().startswith("# HELP")
    try:
        events.create_event(made.EventInput(type="user.created", payload={}))
    except made.ApiException as error:
        found = error.data.errors[0].loc
        assert [one.actual_instance for one in found] == ["payload", "user_id"]
    else:
        raise AssertionError("it was refused")
