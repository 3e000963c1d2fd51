-- 0008: webhooks: attempts of deliveries, secrets that are being replaced.

ALTER TABLE webhook_endpoint ADD COLUMN is_active flag NOT NULL DEFAULT 1; -- 0: events that happen now are not for it
ALTER TABLE webhook_endpoint ADD COLUMN changes BIGINT NOT NULL DEFAULT 0; -- how often url or secret were changed
ALTER TABLE webhook_endpoint ADD COLUMN old_secret BYTEA; -- the one before `secret`, sealed; NULL: there was none
ALTER TABLE webhook_endpoint ADD COLUMN old_until_us BIGINT NOT NULL DEFAULT 0; -- old_secret is valid until then, tenant time

ALTER TABLE webhook_delivery ADD COLUMN resends BIGINT NOT NULL DEFAULT 0; -- how often it was asked for again
ALTER TABLE webhook_delivery ADD COLUMN tries_resent BIGINT NOT NULL DEFAULT 0; -- tries before it was asked for last
CREATE INDEX webhook_delivery_by_id ON webhook_delivery (tenant, id);

-- webhook_past: what an endpoint wanted before a change; its row in webhook_endpoint says what it wants since the last.
CREATE TABLE webhook_past (
    tenant    BIGINT NOT NULL,
    endpoint  BIGINT NOT NULL,
    until_seq BIGINT NOT NULL, -- holds for events up to this one, since the change before
    types     TEXT   NOT NULL,
    is_active flag   NOT NULL,
    PRIMARY KEY (tenant, endpoint, until_seq)
);

-- webhook_attempt: every attempt of a delivery; dropped by age (jobs/prune.c).
CREATE TABLE webhook_attempt (
    tenant      BIGINT NOT NULL,
    event_seq   BIGINT NOT NULL,
    endpoint    BIGINT NOT NULL,
    attempt     BIGINT NOT NULL, -- 1, 2, 3, ...: tries of the delivery, this one included
    happened_us BIGINT NOT NULL, -- its end, tenant time
    status      BIGINT NOT NULL, -- HTTP status; 0: no answer
    duration_ms BIGINT NOT NULL,
    error       TEXT,            -- NULL: it arrived
    PRIMARY KEY (tenant, event_seq, endpoint, attempt)
);
CREATE INDEX webhook_attempt_by_age ON webhook_attempt (tenant, happened_us);
