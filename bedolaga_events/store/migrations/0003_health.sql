-- A webhook's secrets, its health and its pace; which epoch an event belongs to; where a schedule
-- began anew; work through many rows that a restart goes on with.

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

-- Events from `first_event_id` on were committed under `uid`, up to where the next row begins.
CREATE TABLE epochs (uid TEXT NOT NULL UNIQUE, first_event_id INTEGER NOT NULL);
INSERT INTO epochs (uid, first_event_id) SELECT value, 1 FROM meta WHERE name = 'uid';

ALTER TABLE deliveries ADD COLUMN schedule_from INTEGER NOT NULL DEFAULT 0;  -- attempts before it
ALTER TABLE deliveries ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;  -- times that a person asked

ALTER TABLE webhooks ADD COLUMN max_per_minute INTEGER NOT NULL DEFAULT 0;  -- 0: no limit
ALTER TABLE webhooks ADD COLUMN wants_since INTEGER NOT NULL DEFAULT 0;  -- subscribes to the same
UPDATE webhooks SET wants_since = created_at;

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
