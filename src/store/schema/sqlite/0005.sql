-- 0005: customers with a stored source, and subscriptions that charge it.

-- customer: somebody whose card a merchant keeps. A deleted one stays as a row, without anything that tells who it was.
CREATE TABLE customer (
    tenant      INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    salt        INTEGER NOT NULL,
    method      INTEGER NOT NULL DEFAULT 0 CHECK (method >= 0), -- of the source, enum method; 0: there is none
    sealed      BLOB,             -- the card, sealed by the vault under the customer's id; no verification value
    brand       INTEGER NOT NULL DEFAULT 0, -- enum card_brand; 0: no card
    last_four   TEXT,
    month       INTEGER NOT NULL DEFAULT 0 CHECK (month BETWEEN 0 AND 12), -- of the card's expiry
    year        INTEGER NOT NULL DEFAULT 0 CHECK (year >= 0),
    scenario    TEXT,             -- test: what every charge of the source fails with
    email       TEXT,
    name        TEXT,
    phone       TEXT,
    external_id TEXT,             -- external_customer_id: the merchant's own name for a shopper
    currency    INTEGER NOT NULL DEFAULT 0, -- enum currency; 0: none was given
    locale      INTEGER NOT NULL DEFAULT 1, -- 1 ja, 2 en, 3 ko
    metadata    TEXT,             -- JSON object; NULL: {}
    created_us  INTEGER NOT NULL,
    updated_us  INTEGER NOT NULL,
    deleted_us  INTEGER NOT NULL DEFAULT 0 -- 0: not deleted
);
CREATE INDEX customer_kept ON customer (tenant, id) WHERE deleted_us = 0;
CREATE UNIQUE INDEX customer_by_external ON customer (tenant, external_id) WHERE external_id IS NOT NULL;

-- subscription: a charge of a customer's source that repeats.
CREATE TABLE subscription (
    tenant       INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    salt         INTEGER NOT NULL,
    customer     INTEGER NOT NULL,
    status       INTEGER NOT NULL CHECK (status BETWEEN 1 AND 5), -- enum subscription_state
    period       INTEGER NOT NULL CHECK (period BETWEEN 1 AND 3), -- enum subscription_period
    currency     INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    paid         INTEGER NOT NULL DEFAULT 0 CHECK (paid >= 0),   -- periods that are paid; the next one has this number
    tries        INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),  -- of the next one, that have begun
    payment      INTEGER NOT NULL DEFAULT 0, -- the charge that is under way; 0: none
    due_us       INTEGER NOT NULL DEFAULT 0, -- when the next charge is due; 0: none is, or one is under way
    has_split    INTEGER NOT NULL DEFAULT 0 CHECK (has_split IN (0, 1)), -- each charge is split
    processor    INTEGER NOT NULL DEFAULT 0, -- then: the merchant that processes; else 0
    metadata     TEXT,             -- JSON object; NULL: {}
    created_us   INTEGER NOT NULL, -- the first charge; the others follow from it
    ended_us     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX subscription_by_tenant ON subscription (tenant, id);
CREATE INDEX subscription_of ON subscription (tenant, customer, id);
CREATE INDEX subscription_due ON subscription (tenant, due_us) WHERE due_us > 0;

-- subscription_line: the split of each of its charges.
CREATE TABLE subscription_line (
    tenant             INTEGER NOT NULL,
    subscription       INTEGER NOT NULL,
    line               INTEGER NOT NULL,
    merchant           INTEGER NOT NULL,
    amount_minor       INTEGER NOT NULL CHECK (amount_minor >= 0),
    platform_fee_minor INTEGER NOT NULL CHECK (platform_fee_minor >= 0),
    PRIMARY KEY (tenant, subscription, line)
) WITHOUT ROWID;

-- subscription_charge: a try to charge a period. Its key lets a try be made once, whoever makes it.
CREATE TABLE subscription_charge (
    tenant       INTEGER NOT NULL,
    subscription INTEGER NOT NULL,
    number       INTEGER NOT NULL CHECK (number >= 0), -- of the period; 0 is the first
    try          INTEGER NOT NULL CHECK (try > 0),
    payment      INTEGER NOT NULL DEFAULT 0, -- 0: refused before a payment was made
    due_us       INTEGER NOT NULL,           -- of the period
    PRIMARY KEY (tenant, subscription, number, try)
) WITHOUT ROWID;
