-- What deliveries look like: JSON, or a message into a chat; a URL that is a secret is encrypted.

ALTER TABLE webhooks ADD COLUMN format TEXT NOT NULL DEFAULT 'json';
ALTER TABLE webhooks ADD COLUMN options TEXT NOT NULL DEFAULT '{}';  -- JSON
ALTER TABLE webhooks ADD COLUMN url_box BLOB;  -- encrypted; `url` is then what is shown of it
ALTER TABLE webhooks ADD COLUMN accept_redirects INTEGER NOT NULL DEFAULT 0;
