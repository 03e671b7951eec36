-- A file as version 0.1.0 leaves it behind (schema 1): every later version must open it.
BEGIN TRANSACTION;
CREATE TABLE attempt_hours (
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    bin INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, hour, bin)
) WITHOUT ROWID;
INSERT INTO "attempt_hours" VALUES(1,498741,0,3,0);
INSERT INTO "attempt_hours" VALUES(1,498741,1,2,0);
CREATE TABLE attempts (
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    error_code TEXT,
    error_message TEXT,
    response_status INTEGER,
    response_headers TEXT NOT NULL,   
    response_body TEXT,
    remote_address TEXT,
    request_headers TEXT NOT NULL,    
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
INSERT INTO "attempts" VALUES(1,1,1795469518709172,1,NULL,NULL,200,'[["content-type", "application/json; charset=utf-8"], ["x-content-type-options", "nosniff"], ["content-length", "16"], ["date", "Mon, 23 Nov 2026 21:31:58 GMT"], ["server", "Python/3.11 aiohttp/3.14.5"]]','{"status": "ok"}','127.0.0.1','[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "1"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO "attempts" VALUES(2,1,1795469518712806,0,NULL,NULL,200,'[["content-type", "application/json; charset=utf-8"], ["x-content-type-options", "nosniff"], ["content-length", "16"], ["date", "Mon, 23 Nov 2026 21:31:58 GMT"], ["server", "Python/3.11 aiohttp/3.14.5"]]','{"status": "ok"}','127.0.0.1','[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "2"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO "attempts" VALUES(3,1,1795469518716568,1,NULL,NULL,200,'[["content-type", "application/json; charset=utf-8"], ["x-content-type-options", "nosniff"], ["content-length", "16"], ["date", "Mon, 23 Nov 2026 21:31:58 GMT"], ["server", "Python/3.11 aiohttp/3.14.5"]]','{"status": "ok"}','127.0.0.1','[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "user.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "3"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO "attempts" VALUES(4,1,1795469518721871,0,NULL,NULL,200,'[["content-type", "application/json; charset=utf-8"], ["x-content-type-options", "nosniff"], ["content-length", "16"], ["date", "Mon, 23 Nov 2026 21:31:58 GMT"], ["server", "Python/3.11 aiohttp/3.14.5"]]','{"status": "ok"}','127.0.0.1','[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "payment.completed"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "4"], ["X-Webhook-Attempt", "1"]]');
INSERT INTO "attempts" VALUES(6,1,1795469518724934,0,NULL,NULL,200,'[["content-type", "application/json; charset=utf-8"], ["x-content-type-options", "nosniff"], ["content-length", "16"], ["date", "Mon, 23 Nov 2026 21:31:58 GMT"], ["server", "Python/3.11 aiohttp/3.14.5"]]','{"status": "ok"}','127.0.0.1','[["Content-Type", "application/json"], ["User-Agent", "bedolaga-events/0.1.0"], ["X-Webhook-Event", "ticket.created"], ["X-Webhook-Id", "1"], ["X-Webhook-Delivery", "6"], ["X-Webhook-Attempt", "1"]]');
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id INTEGER REFERENCES events (id),    
    event_type TEXT NOT NULL,
    status TEXT NOT NULL,             
    attempt_number INTEGER NOT NULL DEFAULT 0,  
    created_at INTEGER NOT NULL,
    delivered_at INTEGER,
    next_retry_at INTEGER,
    reason TEXT,                      
    test_payload TEXT
);
INSERT INTO "deliveries" VALUES(1,1,1,'user.created','success',1,1795469518708067,1795469518711302,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(2,1,2,'user.created','success',1,1795469518711302,1795469518713978,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(3,1,3,'user.created','success',1,1795469518713978,1795469518718341,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(4,1,4,'payment.completed','success',1,1795469518720073,1795469518722536,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(5,2,5,'ticket.created','skipped',0,1795469518723502,NULL,NULL,'The webhook was inactive when the event came.',NULL);
INSERT INTO "deliveries" VALUES(6,1,5,'ticket.created','success',1,1795469518723502,1795469518725534,NULL,NULL,NULL);
CREATE TABLE delivery_counts (
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, status)
) WITHOUT ROWID;
INSERT INTO "delivery_counts" VALUES(1,'pending',0);
INSERT INTO "delivery_counts" VALUES(1,'success',5);
INSERT INTO "delivery_counts" VALUES(2,'skipped',1);
CREATE TABLE event_counts (type TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "event_counts" VALUES('payment.completed',1);
INSERT INTO "event_counts" VALUES('ticket.created',1);
INSERT INTO "event_counts" VALUES('user.created',3);
CREATE TABLE event_hours (
    hour INTEGER NOT NULL,
    type TEXT NOT NULL,
    value INTEGER NOT NULL,
    kopeks INTEGER NOT NULL,
    PRIMARY KEY (hour, type)
) WITHOUT ROWID;
INSERT INTO "event_hours" VALUES(498741,'payment.completed',1,12300);
INSERT INTO "event_hours" VALUES(498741,'ticket.created',1,0);
INSERT INTO "event_hours" VALUES(498741,'user.created',3,0);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,            
    timestamp INTEGER NOT NULL,       
    created_at INTEGER NOT NULL,      
    deliveries INTEGER NOT NULL,      
    idempotency_key TEXT,
    fingerprint BLOB                  
);
INSERT INTO "events" VALUES(1,'user.created','{"user_id": 0}',1795469518708067,1795469518708067,1,NULL,NULL);
INSERT INTO "events" VALUES(2,'user.created','{"user_id": 1}',1795469518711302,1795469518711302,1,NULL,NULL);
INSERT INTO "events" VALUES(3,'user.created','{"user_id": 2}',1795469518713978,1795469518713978,1,NULL,NULL);
INSERT INTO "events" VALUES(4,'payment.completed','{"amount_kopeks": 12300, "transaction_id": 1, "user_id": 1}',1795469518720073,1795469518720073,1,NULL,NULL);
INSERT INTO "events" VALUES(5,'ticket.created','{"ticket_id": 1, "user_id": 1}',1795469518723502,1795469518723502,2,NULL,NULL);
CREATE TABLE gauges (name TEXT PRIMARY KEY, value INTEGER NOT NULL, unbacked INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "gauges" VALUES('open_tickets',1,0);
INSERT INTO "gauges" VALUES('total_users',3,0);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('uid','3bc0908032d1ef9e');
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
CREATE TABLE revenue (day TEXT PRIMARY KEY, kopeks INTEGER NOT NULL, unbacked INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "revenue" VALUES('2026-11-24',12300,0);
CREATE TABLE tickets (id TEXT PRIMARY KEY, is_open INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "tickets" VALUES('1',1);
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,      
    scopes TEXT NOT NULL,             
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at INTEGER
);
INSERT INTO "tokens" VALUES(1,'BEDOLAGA_EVENTS_TOKEN','fixture-',X'B0C2A7C061F53CD3666DB2B17040002E6D6123504591294D940B08560FD0D3DC','admin',1795469518695536,1795469518723087,NULL);
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    event_type TEXT NOT NULL,         
    is_active INTEGER NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_triggered_at INTEGER,
    failure_count INTEGER NOT NULL DEFAULT 0,   
    success_count INTEGER NOT NULL DEFAULT 0,
    disabled_reason TEXT,
    inactive_since INTEGER,
    failing_since INTEGER,            
    secret_box BLOB,                  
    old_secret_box BLOB,
    old_secret_until INTEGER,
    headers_box BLOB                  
);
INSERT INTO "webhooks" VALUES(1,'CRM','http://127.0.0.1:8080/sink/in','*',1,NULL,1795469518702248,1795469518702248,1795469518724934,0,5,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "webhooks" VALUES(2,'off','http://127.0.0.1:8080/sink/in','ticket.*',0,NULL,1795469518704702,1795469518704702,NULL,0,0,NULL,1795469518704702,NULL,NULL,NULL,NULL,NULL);
CREATE UNIQUE INDEX events_by_key ON events (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX events_by_type ON events (type, id);
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_retry_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, status, id);
CREATE INDEX deliveries_unsent ON deliveries (status, id) WHERE status IN ('failed', 'skipped');
CREATE INDEX deliveries_by_event ON deliveries (event_id);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('tokens',1);
INSERT INTO sqlite_sequence VALUES('webhooks',2);
INSERT INTO sqlite_sequence VALUES('events',5);
INSERT INTO sqlite_sequence VALUES('deliveries',6);
COMMIT;
PRAGMA user_version = 1;
