-- The first schema. Times are integer microseconds since 1970-01-01 UTC.

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
CREATE UNIQUE INDEX events_by_key ON events (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX events_by_type ON events (type, id);

CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    event_type TEXT NOT NULL,         -- a type, a family (ticket.*) or *
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
    secret_box BLOB,                  -- encrypted
    old_secret_box BLOB,
    old_secret_until INTEGER,
    headers_box BLOB                  -- encrypted JSON object
);

-- The payload stands once, with the event; only a test delivery carries its own.
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
);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_retry_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, status, id);
CREATE INDEX deliveries_unsent ON deliveries (status, id) WHERE status IN ('failed', 'skipped');
CREATE INDEX deliveries_by_event ON deliveries (event_id);

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

-- Rows per webhook and status, kept in the same transaction: totals cost nothing.
CREATE TABLE delivery_counts (
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, status)
) WITHOUT ROWID;

-- What the charts show, by hour since the epoch. `bin`: attempts of 2^(bin-1) to 2^bin milliseconds.
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

-- Deliveries that are to be sent again, taken step by step: ids after `position`, up to `last`.
CREATE TABLE replays (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    position INTEGER NOT NULL,
    last INTEGER NOT NULL,
    remaining INTEGER NOT NULL
);

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

-- The dashboard's numbers. `unbacked` is the part that no kept row stands for: the starting value
-- set by PUT /stats and what retention took, so that value = unbacked + count of rows.
CREATE TABLE gauges (name TEXT PRIMARY KEY, value INTEGER NOT NULL, unbacked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE revenue (day TEXT PRIMARY KEY, kopeks INTEGER NOT NULL, unbacked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tickets (id TEXT PRIMARY KEY, is_open INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE event_counts (type TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
