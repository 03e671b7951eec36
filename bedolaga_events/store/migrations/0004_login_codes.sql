-- One-time sign-in codes (contract §1): a command makes one beside a running server.

CREATE TABLE login_codes (
    digest BLOB PRIMARY KEY,          -- SHA-256 of the code
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
