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
