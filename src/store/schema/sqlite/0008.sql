-- 0008: webhooks: attempts of deliveries, secrets that are being replaced.

ALTER TABLE webhook_endpoint ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)); -- 0: events that happen now are not for it
ALTER TABLE webhook_endpoint ADD COLUMN changes INTEGER NOT NULL DEFAULT 0; -- how often url or secret were changed
ALTER TABLE webhook_endpoint ADD COLUMN old_secret BLOB; -- the one before `secret`, sealed; NULL: there was none
ALTER TABLE webhook_endpoint ADD COLUMN old_until_us INTEGER NOT NULL DEFAULT 0; -- old_secret is valid until then, tenant time

ALTER TABLE webhook_delivery ADD COLUMN resends INTEGER NOT NULL DEFAULT 0; -- how often it was asked for again
ALTER TABLE webhook_delivery ADD COLUMN tries_resent INTEGER NOT NULL DEFAULT 0; -- tries before it was asked for last
CREATE INDEX webhook_delivery_by_id ON webhook_delivery (tenant, id);

-- webhook_past: what an endpoint wanted before a change; its row in webhook_endpoint says what it wants since the last.
CREATE TABLE webhook_past (
    tenant    INTEGER NOT NULL,
    endpoint  INTEGER NOT NULL,
    until_seq INTEGER NOT NULL, -- holds for events up to this one, since the change before
    types     TEXT    NOT NULL,
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    PRIMARY KEY (tenant, endpoint, until_seq)
) WITHOUT ROWID;

-- webhook_attempt: every attempt of a delivery; dropped by age (jobs/prune.c).
CREATE TABLE webhook_attempt (
    tenant      INTEGER NOT NULL,
    event_seq   INTEGER NOT NULL,
    endpoint    INTEGER NOT NULL,
    attempt     INTEGER NOT NULL, -- 1, 2, 3, ...: tries of the delivery, this one included
    happened_us INTEGER NOT NULL, -- its end, tenant time
    status      INTEGER NOT NULL, -- HTTP status; 0: no answer
    duration_ms INTEGER NOT NULL,
    error       TEXT,             -- NULL: it arrived
    PRIMARY KEY (tenant, event_seq, endpoint, attempt)
) WITHOUT ROWID;
CREATE INDEX webhook_attempt_by_age ON webhook_attempt (tenant, happened_us);
