-- Made from the migrations by `make schema`: not to be edited.

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
