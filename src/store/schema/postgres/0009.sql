-- 0009: screening: limits, lists and counts against fraud.
--
-- A key_hash is a keyed BLAKE2b of what a mark is of (core/screen.h): 16 bytes, different for each tenant and kind; only
-- who has the vault's key can make one.

ALTER TABLE merchant ADD COLUMN screens BIGINT NOT NULL DEFAULT 0; -- bit set: 1 has limits of its own, 2 has a list
ALTER TABLE payment ADD COLUMN card_hash BYTEA; -- key_hash of its card; NULL: it was not made with a card
ALTER TABLE token ADD COLUMN ip_hash BYTEA; -- key_hash of the address of the browser that made it; NULL: a server made it

-- screen_limit: limits that differ from core/screen.def.
CREATE TABLE screen_limit (
    tenant   BIGINT NOT NULL,
    merchant BIGINT NOT NULL,
    rule     BIGINT NOT NULL, -- enum screen_limit
    most     natural_number NOT NULL, -- 0: no limit
    window_s positive_number NOT NULL,
    PRIMARY KEY (tenant, merchant, rule)
);

-- screen_entry: who is blocked, and who is let through.
CREATE TABLE screen_entry (
    tenant     BIGINT NOT NULL,
    merchant   BIGINT NOT NULL, -- for whose payments it holds; the root's for those of all
    kind       from_1_to_5 NOT NULL, -- enum screen_kind
    key_hash   BYTEA    NOT NULL,
    is_allowed flag NOT NULL, -- let through; otherwise blocked
    value      TEXT    NOT NULL, -- as the operator wrote it; of a card, key_hash in hexadecimal
    note       TEXT,
    created_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL DEFAULT 0, -- 0: never
    PRIMARY KEY (tenant, merchant, kind, key_hash, is_allowed)
);
CREATE INDEX screen_entry_expiry ON screen_entry (tenant, expires_us) WHERE expires_us > 0;

-- screen_count: attempts and declines by mark, in buckets of time; dropped when no limit looks at them any more.
CREATE TABLE screen_count (
    tenant   BIGINT NOT NULL,
    merchant BIGINT NOT NULL,
    kind     from_1_to_5 NOT NULL, -- enum screen_kind
    key_hash BYTEA    NOT NULL,
    bucket   BIGINT NOT NULL, -- of the tenant's time, in SCREEN_BUCKET_S
    attempts natural_number NOT NULL,
    declines natural_number NOT NULL,
    PRIMARY KEY (tenant, merchant, kind, key_hash, bucket)
);
CREATE INDEX screen_count_age ON screen_count (tenant, bucket);

-- fraud_mark: payments that the operator has marked as fraud.
CREATE TABLE fraud_mark (
    tenant    BIGINT NOT NULL,
    payment   BIGINT NOT NULL,
    marked_us BIGINT NOT NULL,
    PRIMARY KEY (tenant, payment)
);
