-- What 0.2.0 keeps besides: of a webhook its secrets, types, format, health and pace; of deliveries
-- which of them are undelivered; the epochs of events; numbers that are kept one by one; work through
-- many rows; sign-in codes.

-- Webhooks.

ALTER TABLE webhooks ADD COLUMN event_types TEXT NOT NULL DEFAULT '[]';  -- JSON: types, ticket.*, *
UPDATE webhooks SET event_types = json_array(event_type);
ALTER TABLE webhooks DROP COLUMN event_type;
ALTER TABLE webhooks ADD COLUMN filter TEXT;  -- JSON list of conditions; null: none
ALTER TABLE webhooks ADD COLUMN format TEXT NOT NULL DEFAULT 'json';
ALTER TABLE webhooks ADD COLUMN options TEXT NOT NULL DEFAULT '{}';  -- JSON, of the format
ALTER TABLE webhooks ADD COLUMN url_box BLOB;  -- encrypted; `url` is then what is shown of it
ALTER TABLE webhooks ADD COLUMN accept_redirects INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN max_per_minute INTEGER NOT NULL DEFAULT 0;  -- 0: no limit
ALTER TABLE webhooks ADD COLUMN wants_since INTEGER NOT NULL DEFAULT 0;  -- subscribes to the same
UPDATE webhooks SET wants_since = created_at;

-- The present secret has no end; those that were rotated out sign until theirs.
CREATE TABLE webhook_secrets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    box BLOB NOT NULL,                -- encrypted
    until INTEGER                     -- null: the present one
);
CREATE INDEX webhook_secrets_by_webhook ON webhook_secrets (webhook_id, id);
INSERT INTO webhook_secrets (webhook_id, box, until)
    SELECT id, old_secret_box, old_secret_until FROM webhooks
    WHERE old_secret_box IS NOT NULL AND old_secret_until IS NOT NULL;
INSERT INTO webhook_secrets (webhook_id, box)
    SELECT id, secret_box FROM webhooks WHERE secret_box IS NOT NULL;
ALTER TABLE webhooks DROP COLUMN secret_box;
ALTER TABLE webhooks DROP COLUMN old_secret_box;
ALTER TABLE webhooks DROP COLUMN old_secret_until;

-- `failing_since` is what a person is shown; the clock that disables may start anew.
ALTER TABLE webhooks ADD COLUMN patience_since INTEGER;
ALTER TABLE webhooks ADD COLUMN last_success_at INTEGER;
ALTER TABLE webhooks ADD COLUMN last_error TEXT;  -- JSON [code, status, message, microseconds]
UPDATE webhooks SET last_success_at = ended.at FROM (
    SELECT webhook_id, max(started_at + duration_ms * 1000) AS at
    FROM deliveries JOIN attempts ON delivery_id = id
    WHERE event_id IS NOT NULL AND error_code IS NULL GROUP BY webhook_id
) AS ended WHERE webhooks.id = ended.webhook_id;
UPDATE webhooks SET last_error = json_array(error_code, response_status, error_message, ended.at)
FROM (
    -- SQLite takes the other columns from the row that holds the maximum.
    SELECT webhook_id, max(started_at + duration_ms * 1000) AS at,
        error_code, response_status, error_message
    FROM deliveries JOIN attempts ON delivery_id = id
    WHERE event_id IS NOT NULL GROUP BY webhook_id
) AS ended WHERE webhooks.id = ended.webhook_id AND error_code IS NOT NULL;
UPDATE webhooks SET patience_since = failing_since WHERE last_error IS NOT NULL;
UPDATE webhooks SET failing_since = CASE WHEN last_error IS NULL THEN NULL ELSE (
    SELECT min(started_at) FROM deliveries JOIN attempts ON delivery_id = deliveries.id
    WHERE webhook_id = webhooks.id AND event_id IS NOT NULL AND error_code IS NOT NULL
    AND started_at + duration_ms * 1000 > coalesce(last_success_at, 0)
) END;

-- Deliveries.

ALTER TABLE deliveries ADD COLUMN schedule_from INTEGER NOT NULL DEFAULT 0;  -- attempts before it
ALTER TABLE deliveries ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;  -- times that a person asked

-- What a person asks for when something is wrong (contract §4): a delivery that failed, or waits for
-- another attempt, and never arrived. What was cancelled (it failed with a reason of its own) and
-- tests never count. The one definition stands here; each webhook's number follows by itself.

ALTER TABLE deliveries ADD COLUMN is_undelivered INTEGER AS (
    delivered_at IS NULL AND event_id IS NOT NULL AND CASE status
        WHEN 'failed' THEN reason IS NULL
        WHEN 'pending' THEN attempt_number > 0
        ELSE 0
    END
);
CREATE INDEX deliveries_undelivered ON deliveries (id) WHERE is_undelivered;
CREATE INDEX deliveries_undelivered_by_webhook ON deliveries (webhook_id, id) WHERE is_undelivered;

-- What failed or was skipped is listed webhook by webhook (deliveries_by_webhook).
DROP INDEX deliveries_unsent;

ALTER TABLE webhooks ADD COLUMN undelivered INTEGER NOT NULL DEFAULT 0;  -- of its kept deliveries
UPDATE webhooks SET undelivered = counted.value FROM (
    SELECT webhook_id, count(*) AS value FROM deliveries WHERE is_undelivered GROUP BY webhook_id
) AS counted WHERE webhooks.id = counted.webhook_id;

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

-- Around them.

-- Events from `first_event_id` on were committed under `uid`, up to where the next row begins.
CREATE TABLE epochs (uid TEXT NOT NULL UNIQUE, first_event_id INTEGER NOT NULL);
INSERT INTO epochs (uid, first_event_id) SELECT value, 1 FROM meta WHERE name = 'uid';

-- Work through many rows, a few in a transaction: ids after `position`, up to `last`.
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
INSERT INTO steps (kind, webhook_id, status, since, until, position, last, remaining)
    SELECT 'replay', webhook_id, status, since, until, position, last, remaining FROM replays
    ORDER BY id;
DROP TABLE replays;

-- Numbers: what is kept one by one stands in one table, whatever it is called, and the gauges are
-- remembered by day (contract §5).
CREATE TABLE kept (
    number TEXT NOT NULL,             -- open_tickets, active_subscriptions
    id TEXT NOT NULL,                 -- as text: it may be longer than 64 bits
    is_open INTEGER NOT NULL,
    PRIMARY KEY (number, id)
) WITHOUT ROWID;
INSERT INTO kept (number, id, is_open) SELECT 'open_tickets', id, is_open FROM tickets;
DROP TABLE tickets;

CREATE TABLE gauge_days (
    day TEXT NOT NULL,                -- how the number stood when this day began
    name TEXT NOT NULL,
    value INTEGER,                    -- null: PUT /stats set it on this day
    PRIMARY KEY (day, name)
) WITHOUT ROWID;

-- One-time sign-in codes (contract §1): a command makes one beside a running server.

CREATE TABLE login_codes (
    digest BLOB PRIMARY KEY,          -- SHA-256 of the code
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
