-- 0009: screening: limits, lists and counts against fraud.
--
-- A key_hash is a keyed BLAKE2b of what a mark is of (core/screen.h): 16 bytes, different for each tenant and kind; only
-- who has the vault's key can make one.

ALTER TABLE merchant ADD COLUMN screens INTEGER NOT NULL DEFAULT 0; -- bit set: 1 has limits of its own, 2 has a list
ALTER TABLE payment ADD COLUMN card_hash BLOB; -- key_hash of its card; NULL: it was not made with a card
ALTER TABLE token ADD COLUMN ip_hash BLOB; -- key_hash of the address of the browser that made it; NULL: a server made it

-- screen_limit: limits that differ from core/screen.def.
CREATE TABLE screen_limit (
    tenant   INTEGER NOT NULL,
    merchant INTEGER NOT NULL,
    rule     INTEGER NOT NULL, -- enum screen_limit
    most     INTEGER NOT NULL CHECK (most >= 0), -- 0: no limit
    window_s INTEGER NOT NULL CHECK (window_s > 0),
    PRIMARY KEY (tenant, merchant, rule)
) WITHOUT ROWID;

-- screen_entry: who is blocked, and who is let through.
CREATE TABLE screen_entry (
    tenant     INTEGER NOT NULL,
    merchant   INTEGER NOT NULL, -- for whose payments it holds; the root's for those of all
    kind       INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5), -- enum screen_kind
    key_hash   BLOB    NOT NULL,
    is_allowed INTEGER NOT NULL CHECK (is_allowed IN (0, 1)), -- let through; otherwise blocked
    value      TEXT    NOT NULL, -- as the operator wrote it; of a card, key_hash in hexadecimal
    note       TEXT,
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL DEFAULT 0, -- 0: never
    PRIMARY KEY (tenant, merchant, kind, key_hash, is_allowed)
) WITHOUT ROWID;
CREATE INDEX screen_entry_expiry ON screen_entry (tenant, expires_us) WHERE expires_us > 0;

-- screen_count: attempts and declines by mark, in buckets of time; dropped when no limit looks at them any more.
CREATE TABLE screen_count (
    tenant   INTEGER NOT NULL,
    merchant INTEGER NOT NULL,
    kind     INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5), -- enum screen_kind
    key_hash BLOB    NOT NULL,
    bucket   INTEGER NOT NULL, -- of the tenant's time, in SCREEN_BUCKET_S
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    declines INTEGER NOT NULL CHECK (declines >= 0),
    PRIMARY KEY (tenant, merchant, kind, key_hash, bucket)
) WITHOUT ROWID;
CREATE INDEX screen_count_age ON screen_count (tenant, bucket);

-- fraud_mark: payments that the operator has marked as fraud.
CREATE TABLE fraud_mark (
    tenant    INTEGER NOT NULL,
    payment   INTEGER NOT NULL,
    marked_us INTEGER NOT NULL,
    PRIMARY KEY (tenant, payment)
) WITHOUT ROWID;
