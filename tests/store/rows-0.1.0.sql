-- What version 0.1.0 leaves behind: rows in every table of schema 1, sound by its own `check`.
-- The boxes open with the secret key "key of the fixtures". `make schema` reads this (tools/schema.py).

INSERT INTO meta (name, value) VALUES ('uid', 'f1e2d3c4b5a69788'), ('pruned_to', '2');

INSERT INTO events (id, type, payload, timestamp, created_at, deliveries, idempotency_key, fingerprint) VALUES
    (3, 'user.created', '{"user_id": 1, "username": "\u0418\u0432\u0430\u043d"}', 1768469400000000, 1768469400000000, 2, 'user-1',
     X'2453837ad899eb9a4f0962dff2dc7f4f0ed5091b977b8615d14d7ea498e98340'),
    (4, 'payment.completed', '{"amount_kopeks": 50000, "transaction_id": 1, "user_id": 1}', 1768469400000000, 1768469400000001, 3, NULL, NULL),
    (5, 'ticket.created', '{"ticket_id": 1, "user_id": 1}', 1768469400000000, 1768469400000002, 1, NULL, NULL),
    (6, 'ticket.status_changed', '{"new_status": "closed", "old_status": "closed", "ticket_id": 1}', 1768469400000000, 1768469400000003, 1, NULL, NULL),
    (7, 'user.created', '{"user_id": 2}', 1768469400000000, 1768469400000004, 1, NULL, NULL);

INSERT INTO webhooks (id, name, url, event_type, is_active, description, created_at, updated_at,
    last_triggered_at, failure_count, success_count, disabled_reason, inactive_since, failing_since,
    secret_box, old_secret_box, old_secret_until, headers_box) VALUES
    (1, 'CRM', 'http://127.0.0.1:9/', '*', 1, NULL, 1768469399999991, 1768469399999991, 1768469400000005, 1, 2, NULL, NULL, 1768469400000005,
     X'f3560e68ce97ac98cb6b9b6af3d3ce9b991140f45cb7b4cabb2665f6f2df5eed7dc251aa4e3760701ef462910a6873ec1a32de053c9e448f43df21182c08270fadb4',
     X'3eae6dedd97d1d5e9610a848b95cf08d8f28f0673dca61c803088478d29331db9ea5784e84b906d29c', 1768555800000000,
     X'c2fb4d431231c2fcc4175f6de241565a8b51b5ca0f9d069a47b3c0e1fad666447063cb1cd128c40c0688508f21c48cca0f32d2dcb6f88907543b4927bce0692800fa267ada8798'),
    (2, 'Склад', 'http://127.0.0.1:9/', 'payment.completed', 0, 'выключен', 1768469399999991, 1768469399999991, NULL, 0, 0,
     'The receiver answered 410 Gone.', 1768469399999992, NULL, NULL, NULL, NULL, NULL),
    (3, 'Таблица', 'http://127.0.0.1:9/', 'user.*', 1, '', 1768469399999991, 1768469399999991, 1768469400000006, 2, 0, NULL, NULL, 1768469400000001, NULL, NULL, NULL, NULL);

INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at,
    delivered_at, next_retry_at, reason, test_payload) VALUES
    (4, 1, 3, 'user.created', 'success', 1, 1768469400000000, 1768469400000002, NULL, NULL, NULL),
    (5, 3, 3, 'user.created', 'failed', 2, 1768469400000000, NULL, NULL, NULL, NULL),
    (6, 3, 4, 'payment.completed', 'failed', 0, 1768469400000001, NULL, NULL, 'Cancelled by hand.', NULL),
    (7, 2, 4, 'payment.completed', 'skipped', 0, 1768469400000001, NULL, NULL, 'The webhook was inactive when the event came.', NULL),
    (8, 1, 4, 'payment.completed', 'pending', 1, 1768469400000001, NULL, 1768469400000009, NULL, NULL),
    (9, 1, 5, 'ticket.created', 'pending', 0, 1768469400000002, NULL, 1768469400000002, NULL, NULL),
    (10, 1, 6, 'ticket.status_changed', 'pending', 0, 1768469400000003, NULL, 1768469400000003, NULL, NULL),
    (11, 3, 7, 'user.created', 'pending', 0, 1768469400000004, NULL, 1768469400000004, NULL, NULL),
    (12, 1, NULL, 'user.created', 'success', 1, 1768469400000004, 1768469400000005, NULL, NULL, '{"user_id": 123}');

INSERT INTO attempts (delivery_id, number, started_at, duration_ms, error_code, error_message,
    response_status, response_headers, response_body, remote_address, request_headers) VALUES
    (4, 1, 1768469400000001, 1, NULL, NULL, 200, '[["content-type", "application/json"], ["content-length", "16"]]',
     '{"status": "ok"}', '127.0.0.1',
     '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "4"], ["X-Webhook-Attempt", "1"]]'),
    (5, 1, 1768469400000001, 3, 'http_status', 'The receiver answered 500 Internal Server Error.', 500, '[["content-type", "application/json"], ["content-length", "16"]]',
     '{"status": "no"}', '127.0.0.1',
     '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "3"], ["X-Webhook-Delivery", "5"], ["X-Webhook-Attempt", "1"]]'),
    (5, 2, 1768469400000006, 5000, 'connect_timeout', 'Connecting took more than 5 s.', NULL, '[]',
     NULL, NULL,
     '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "3"], ["X-Webhook-Delivery", "5"], ["X-Webhook-Attempt", "2"]]'),
    (8, 1, 1768469400000005, 2, 'connection_refused', '127.0.0.1 refused the connection.', NULL, '[]',
     NULL, '127.0.0.1',
     '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "payment.completed"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "8"], ["X-Webhook-Attempt", "1"]]'),
    (12, 1, 1768469400000004, 1, NULL, NULL, 200, '[["content-type", "application/json"], ["content-length", "16"]]',
     '{"status": "ok"}', '127.0.0.1',
     '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "12"], ["X-Webhook-Attempt", "1"]]');

INSERT INTO delivery_counts (webhook_id, status, value) VALUES
    (1, 'pending', 3), (1, 'success', 2), (2, 'skipped', 1), (3, 'failed', 2), (3, 'pending', 1);
INSERT INTO attempt_hours (webhook_id, hour, bin, successes, failures) VALUES
    (1, 491241, 1, 2, 0), (1, 491241, 2, 0, 1), (3, 491241, 2, 0, 1), (3, 491241, 13, 0, 1);
INSERT INTO event_hours (hour, type, value, kopeks) VALUES
    (491241, 'payment.completed', 1, 50000), (491241, 'ticket.created', 1, 0),
    (491241, 'ticket.status_changed', 1, 0), (491241, 'user.created', 2, 0);

INSERT INTO replays (id, webhook_id, status, since, until, position, last, remaining) VALUES
    (1, 3, 'failed', 1768469400000000, 1768469400000001, 4, 8, 1);
INSERT INTO tokens (id, name, prefix, digest, scopes, created_at, last_used_at, expires_at) VALUES
    (1, 'bot', 'bev_Pu0b', X'68f5cc68f61725bd20afa2e768827d9e3eedd294992f933d90459b0defdf87fe',
     'publish', 1768469399999991, 1768469400000000, NULL);

INSERT INTO gauges (name, value, unbacked) VALUES
    ('total_users', 12, 10), ('open_tickets', 3, 3), ('active_subscriptions', 7, 7);
INSERT INTO revenue (day, kopeks, unbacked) VALUES ('2026-01-14', 12300, 12300), ('2026-01-15', 50000, 0);
INSERT INTO tickets (id, is_open) VALUES ('1', 0);
INSERT INTO event_counts (type, value) VALUES
    ('payment.completed', 1), ('ticket.created', 1), ('ticket.status_changed', 1), ('user.created', 2);
