-- What a webhook subscribes to: several types, and a filter on what they say.

ALTER TABLE webhooks ADD COLUMN event_types TEXT NOT NULL DEFAULT '[]';  -- JSON: types, ticket.*, *
UPDATE webhooks SET event_types = json_array(event_type);
ALTER TABLE webhooks DROP COLUMN event_type;
ALTER TABLE webhooks ADD COLUMN filter TEXT;  -- JSON list of conditions; null: none
