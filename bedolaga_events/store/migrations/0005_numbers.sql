-- The dashboard's numbers have one mechanism each (contract §5): what is kept one by one stands in one
-- table, whatever it is called, and the gauges are remembered by day.

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
