-- Made from the migrations by `make schema`: not to be edited.
BEGIN;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,            -- the canonical body: every attempt sends these bytes
    timestamp INTEGER NOT NULL,       -- when it happened
    created_at INTEGER NOT NULL,      -- when it was committed
    deliveries INTEGER NOT NULL,      -- how many it made, pending or skipped
    idempotency_key TEXT,
    fingerprint BLOB                  -- of the request that brought the key
);
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_triggered_at INTEGER,
    failure_count INTEGER NOT NULL DEFAULT 0,   -- attempts by outcome, of all time
    success_count INTEGER NOT NULL DEFAULT 0,
    disabled_reason TEXT,
    inactive_since INTEGER,
    failing_since INTEGER,            -- first failure after the last success
    headers_box BLOB                  -- encrypted JSON object
, event_types TEXT NOT NULL DEFAULT '[]', filter TEXT, format TEXT NOT NULL DEFAULT 'json', options TEXT NOT NULL DEFAULT '{}', url_box BLOB, accept_redirects INTEGER NOT NULL DEFAULT 0, max_per_minute INTEGER NOT NULL DEFAULT 0, wants_since INTEGER NOT NULL DEFAULT 0, patience_since INTEGER, last_success_at INTEGER, last_error TEXT, undelivered INTEGER NOT NULL DEFAULT 0);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id INTEGER REFERENCES events (id),    -- null for a test
    event_type TEXT NOT NULL,
    status TEXT NOT NULL,             -- pending, success, failed, skipped
    attempt_number INTEGER NOT NULL DEFAULT 0,  -- attempts made
    created_at INTEGER NOT NULL,
    delivered_at INTEGER,
    next_retry_at INTEGER,
    reason TEXT,                      -- why it was skipped, cancelled or given up
    test_payload TEXT
, schedule_from INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL DEFAULT 0, is_undelivered INTEGER AS (
    delivered_at IS NULL AND event_id IS NOT NULL AND CASE status
        WHEN 'failed' THEN reason IS NULL
        WHEN 'pending' THEN attempt_number > 0
        ELSE 0
    END
));
CREATE TABLE attempts (
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    error_code TEXT,
    error_message TEXT,
    response_status INTEGER,
    response_headers TEXT NOT NULL,   -- JSON list of pairs
    response_body TEXT,
    remote_address TEXT,
    request_headers TEXT NOT NULL,    -- JSON list of pairs
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
CREATE TABLE delivery_counts (
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, status)
) WITHOUT ROWID;
CREATE TABLE attempt_hours (
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    bin INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, hour, bin)
) WITHOUT ROWID;
CREATE TABLE event_hours (
    hour INTEGER NOT NULL,
    type TEXT NOT NULL,
    value INTEGER NOT NULL,
    kopeks INTEGER NOT NULL,
    PRIMARY KEY (hour, type)
) WITHOUT ROWID;
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,      -- SHA-256 of the secret value
    scopes TEXT NOT NULL,             -- space-separated
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at INTEGER
);
CREATE TABLE gauges (name TEXT PRIMARY KEY, value INTEGER NOT NULL, unbacked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE revenue (day TEXT PRIMARY KEY, kopeks INTEGER NOT NULL, unbacked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE event_counts (type TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE webhook_secrets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    box BLOB NOT NULL,                -- encrypted
    until INTEGER                     -- null: the present one
);
CREATE TABLE epochs (uid TEXT NOT NULL UNIQUE, first_event_id INTEGER NOT NULL);
CREATE TABLE steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,               -- replay, cancel, delete, prune
    webhook_id INTEGER REFERENCES webhooks (id) ON DELETE CASCADE,  -- null: prune
    status TEXT,                      -- replay: of the deliveries
    since INTEGER,                    -- replay
    until INTEGER,                    -- replay, prune: exclusive
    max_bytes INTEGER,                -- prune: only while more than this is in use
    position INTEGER NOT NULL DEFAULT 0,
    last INTEGER NOT NULL DEFAULT 0,
    remaining INTEGER NOT NULL DEFAULT 0,  -- replay: how many it will queue yet
    moved INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE kept (
    number TEXT NOT NULL,             -- open_tickets, active_subscriptions
    id TEXT NOT NULL,                 -- as text: it may be longer than 64 bits
    is_open INTEGER NOT NULL,
    PRIMARY KEY (number, id)
) WITHOUT ROWID;
CREATE TABLE gauge_days (
    day TEXT NOT NULL,                -- how the number stood when this day began
    name TEXT NOT NULL,
    value INTEGER,                    -- null: PUT /stats set it on this day
    PRIMARY KEY (day, name)
) WITHOUT ROWID;
CREATE TABLE login_codes (
    digest BLOB PRIMARY KEY,          -- SHA-256 of the code
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('pruned_to', '2');
INSERT INTO meta (name, value) VALUES ('uid', 'f1e2d3c4b5a69788');
INSERT INTO events (id, type, payload, timestamp, created_at, deliveries, idempotency_key, fingerprint) VALUES (3, 'user.created', '{"user_id": 1, "username": "\u0418\u0432\u0430\u043d"}', 1768469400000000, 1768469400000000, 2, 'user-1', X'2453837AD899EB9A4F0962DFF2DC7F4F0ED5091B977B8615D14D7EA498E98340');
INSERT INTO events (id, type, payload, timestamp, created_at, deliveries, idempotency_key, fingerprint) VALUES (4, 'payment.completed', '{"amount_kopeks": 50000, "transaction_id": 1, "user_id": 1}', 1768469400000000, 1768469400000001, 3, NULL, NULL);
INSERT INTO events (id, type, payload, timestamp, created_at, deliveries, idempotency_key, fingerprint) VALUES (5, 'ticket.created', '{"ticket_id": 1, "user_id": 1}', 1768469400000000, 1768469400000002, 1, NULL, NULL);
INSERT INTO events (id, type, payload, timestamp, created_at, deliveries, idempotency_key, fingerprint) VALUES (6, 'ticket.status_changed', '{"new_status": "closed", "old_status": "closed", "ticket_id": 1}', 1768469400000000, 1768469400000003, 1, NULL, NULL);
INSERT INTO events (id, type, payload, timestamp, created_at, deliveries, idempotency_key, fingerprint) VALUES (7, 'user.created', '{"user_id": 2}', 1768469400000000, 1768469400000004, 1, NULL, NULL);
INSERT INTO webhooks (id, name, url, is_active, description, created_at, updated_at, last_triggered_at, failure_count, success_count, disabled_reason, inactive_since, failing_since, headers_box, event_types, filter, format, options, url_box, accept_redirects, max_per_minute, wants_since, patience_since, last_success_at, last_error, undelivered) VALUES (1, 'CRM', 'http://127.0.0.1:9/', 1, NULL, 1768469399999991, 1768469399999991, 1768469400000005, 1, 2, NULL, NULL, 1768469400000005, X'C2FB4D431231C2FCC4175F6DE241565A8B51B5CA0F9D069A47B3C0E1FAD666447063CB1CD128C40C0688508F21C48CCA0F32D2DCB6F88907543B4927BCE0692800FA267ADA8798', '["*"]', NULL, 'json', '{}', NULL, 0, 0, 1768469399999991, 1768469400000005, 1768469400001001, '["connection_refused",null,"127.0.0.1 refused the connection.",1768469400002005]', 1);
INSERT INTO webhooks (id, name, url, is_active, description, created_at, updated_at, last_triggered_at, failure_count, success_count, disabled_reason, inactive_since, failing_since, headers_box, event_types, filter, format, options, url_box, accept_redirects, max_per_minute, wants_since, patience_since, last_success_at, last_error, undelivered) VALUES (2, 'Склад', 'http://127.0.0.1:9/', 0, 'выключен', 1768469399999991, 1768469399999991, NULL, 0, 0, 'The receiver answered 410 Gone.', 1768469399999992, NULL, NULL, '["payment.completed"]', NULL, 'json', '{}', NULL, 0, 0, 1768469399999991, NULL, NULL, NULL, 0);
INSERT INTO webhooks (id, name, url, is_active, description, created_at, updated_at, last_triggered_at, failure_count, success_count, disabled_reason, inactive_since, failing_since, headers_box, event_types, filter, format, options, url_box, accept_redirects, max_per_minute, wants_since, patience_since, last_success_at, last_error, undelivered) VALUES (3, 'Таблица', 'http://127.0.0.1:9/', 1, '', 1768469399999991, 1768469399999991, 1768469400000006, 2, 0, NULL, NULL, 1768469400000001, NULL, '["user.*"]', NULL, 'json', '{}', NULL, 0, 0, 1768469399999991, 1768469400000001, NULL, '["connect_timeout",null,"Connecting took more than 5 s.",1768469405000006]', 1);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (4, 1, 3, 'user.created', 'success', 1, 1768469400000000, 1768469400000002, NULL, NULL, NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (5, 3, 3, 'user.created', 'failed', 2, 1768469400000000, NULL, NULL, NULL, NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (6, 3, 4, 'payment.completed', 'failed', 0, 1768469400000001, NULL, NULL, 'Cancelled by hand.', NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (7, 2, 4, 'payment.completed', 'skipped', 0, 1768469400000001, NULL, NULL, 'The webhook was inactive when the event came.', NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (8, 1, 4, 'payment.completed', 'pending', 1, 1768469400000001, NULL, 1768469400000009, NULL, NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (9, 1, 5, 'ticket.created', 'pending', 0, 1768469400000002, NULL, 1768469400000002, NULL, NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (10, 1, 6, 'ticket.status_changed', 'pending', 0, 1768469400000003, NULL, 1768469400000003, NULL, NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (11, 3, 7, 'user.created', 'pending', 0, 1768469400000004, NULL, 1768469400000004, NULL, NULL, 0, 0);
INSERT INTO deliveries (id, webhook_id, event_id, event_type, status, attempt_number, created_at, delivered_at, next_retry_at, reason, test_payload, schedule_from, asked) VALUES (12, 1, NULL, 'user.created', 'success', 1, 1768469400000004, 1768469400000005, NULL, NULL, '{"user_id": 123}', 0, 0);
INSERT INTO attempts (delivery_id, number, started_at, duration_ms, error_code, error_message, response_status, response_headers, response_body, remote_address, request_headers) VALUES (4, 1, 1768469400000001, 1, NULL, NULL, 200, '[["content-type", "application/json"], ["content-length", "16"]]', '{"status": "ok"}', '127.0.0.1', '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "4"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO attempts (delivery_id, number, started_at, duration_ms, error_code, error_message, response_status, response_headers, response_body, remote_address, request_headers) VALUES (5, 1, 1768469400000001, 3, 'http_status', 'The receiver answered 500 Internal Server Error.', 500, '[["content-type", "application/json"], ["content-length", "16"]]', '{"status": "no"}', '127.0.0.1', '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "3"], ["X-Webhook-Delivery", "5"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO attempts (delivery_id, number, started_at, duration_ms, error_code, error_message, response_status, response_headers, response_body, remote_address, request_headers) VALUES (5, 2, 1768469400000006, 5000, 'connect_timeout', 'Connecting took more than 5 s.', NULL, '[]', NULL, NULL, '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "3"], ["X-Webhook-Delivery", "5"], ["X-Webhook-Attempt", "2"]]');
INSERT INTO attempts (delivery_id, number, started_at, duration_ms, error_code, error_message, response_status, response_headers, response_body, remote_address, request_headers) VALUES (8, 1, 1768469400000005, 2, 'connection_refused', '127.0.0.1 refused the connection.', NULL, '[]', NULL, '127.0.0.1', '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "payment.completed"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "8"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO attempts (delivery_id, number, started_at, duration_ms, error_code, error_message, response_status, response_headers, response_body, remote_address, request_headers) VALUES (12, 1, 1768469400000004, 1, NULL, NULL, 200, '[["content-type", "application/json"], ["content-length", "16"]]', '{"status": "ok"}', '127.0.0.1', '[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "12"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO delivery_counts (webhook_id, status, value) VALUES (1, 'pending', 3);
INSERT INTO delivery_counts (webhook_id, status, value) VALUES (1, 'success', 2);
INSERT INTO delivery_counts (webhook_id, status, value) VALUES (2, 'skipped', 1);
INSERT INTO delivery_counts (webhook_id, status, value) VALUES (3, 'failed', 2);
INSERT INTO delivery_counts (webhook_id, status, value) VALUES (3, 'pending', 1);
INSERT INTO attempt_hours (webhook_id, hour, bin, successes, failures) VALUES (1, 491241, 1, 2, 0);
INSERT INTO attempt_hours (webhook_id, hour, bin, successes, failures) VALUES (1, 491241, 2, 0, 1);
INSERT INTO attempt_hours (webhook_id, hour, bin, successes, failures) VALUES (3, 491241, 2, 0, 1);
INSERT INTO attempt_hours (webhook_id, hour, bin, successes, failures) VALUES (3, 491241, 13, 0, 1);
INSERT INTO event_hours (hour, type, value, kopeks) VALUES (491241, 'payment.completed', 1, 50000);
INSERT INTO event_hours (hour, type, value, kopeks) VALUES (491241, 'ticket.created', 1, 0);
INSERT INTO event_hours (hour, type, value, kopeks) VALUES (491241, 'ticket.status_changed', 1, 0);
INSERT INTO event_hours (hour, type, value, kopeks) VALUES (491241, 'user.created', 2, 0);
INSERT INTO tokens (id, name, prefix, digest, scopes, created_at, last_used_at, expires_at) VALUES (1, 'bot', 'bev_Pu0b', X'68F5CC68F61725BD20AFA2E768827D9E3EEDD294992F933D90459B0DEFDF87FE', 'publish', 1768469399999991, 1768469400000000, NULL);
INSERT INTO gauges (name, value, unbacked) VALUES ('active_subscriptions', 7, 7);
INSERT INTO gauges (name, value, unbacked) VALUES ('open_tickets', 3, 3);
INSERT INTO gauges (name, value, unbacked) VALUES ('total_users', 12, 10);
INSERT INTO revenue (day, kopeks, unbacked) VALUES ('2026-01-14', 12300, 12300);
INSERT INTO revenue (day, kopeks, unbacked) VALUES ('2026-01-15', 50000, 0);
INSERT INTO event_counts (type, value) VALUES ('payment.completed', 1);
INSERT INTO event_counts (type, value) VALUES ('ticket.created', 1);
INSERT INTO event_counts (type, value) VALUES ('ticket.status_changed', 1);
INSERT INTO event_counts (type, value) VALUES ('user.created', 2);
INSERT INTO webhook_secrets (id, webhook_id, box, until) VALUES (1, 1, X'3EAE6DEDD97D1D5E9610A848B95CF08D8F28F0673DCA61C803088478D29331DB9EA5784E84B906D29C', 1768555800000000);
INSERT INTO webhook_secrets (id, webhook_id, box, until) VALUES (2, 1, X'F3560E68CE97AC98CB6B9B6AF3D3CE9B991140F45CB7B4CABB2665F6F2DF5EED7DC251AA4E3760701EF462910A6873EC1A32DE053C9E448F43DF21182C08270FADB4', NULL);
INSERT INTO epochs (uid, first_event_id) VALUES ('f1e2d3c4b5a69788', 1);
INSERT INTO steps (id, kind, webhook_id, status, since, until, max_bytes, position, last, remaining, moved) VALUES (1, 'replay', 3, 'failed', 1768469400000000, 1768469400000001, NULL, 4, 8, 1, 0);
INSERT INTO kept (number, id, is_open) VALUES ('open_tickets', '1', 0);
INSERT INTO gauge_days (day, name, value) VALUES ('1', '1', 1);
INSERT INTO login_codes (digest, expires_at) VALUES (X'01', 1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('events', 7);
INSERT INTO sqlite_sequence (name, seq) VALUES ('webhooks', 3);
INSERT INTO sqlite_sequence (name, seq) VALUES ('deliveries', 12);
INSERT INTO sqlite_sequence (name, seq) VALUES ('tokens', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('webhook_secrets', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('steps', 1);
CREATE UNIQUE INDEX events_by_key ON events (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX events_by_type ON events (type, id);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_retry_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, status, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX webhook_secrets_by_webhook ON webhook_secrets (webhook_id, id);
CREATE INDEX deliveries_undelivered ON deliveries (id) WHERE is_undelivered;
CREATE INDEX deliveries_undelivered_by_webhook ON deliveries (webhook_id, id) WHERE is_undelivered;
CREATE TRIGGER undelivered_inserted AFTER INSERT ON deliveries WHEN NEW.is_undelivered BEGIN
    UPDATE webhooks SET undelivered = undelivered + 1 WHERE id = NEW.webhook_id;
END;
CREATE TRIGGER undelivered_deleted AFTER DELETE ON deliveries WHEN OLD.is_undelivered BEGIN
    UPDATE webhooks SET undelivered = undelivered - 1 WHERE id = OLD.webhook_id;
END;
CREATE TRIGGER undelivered_updated
AFTER UPDATE OF status, attempt_number, delivered_at, reason ON deliveries
WHEN OLD.is_undelivered <> NEW.is_undelivered BEGIN
    UPDATE webhooks SET undelivered = undelivered + NEW.is_undelivered - OLD.is_undelivered
    WHERE id = NEW.webhook_id;
END;
PRAGMA user_version = 2;
COMMIT;
