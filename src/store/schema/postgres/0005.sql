-- 0005: customers with a stored source, and subscriptions that charge it.

CREATE DOMAIN from_0_to_12 AS BIGINT CHECK (VALUE BETWEEN 0 AND 12);

-- customer: somebody whose card a merchant keeps. A deleted one stays as a row, without anything that tells who it was.
CREATE TABLE customer (
    tenant      BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    salt        BIGINT NOT NULL,
    method      natural_number NOT NULL DEFAULT 0, -- of the source, enum method; 0: there is none
    sealed      BYTEA,             -- the card, sealed by the vault under the customer's id; no verification value
    brand       BIGINT NOT NULL DEFAULT 0, -- enum card_brand; 0: no card
    last_four   TEXT,
    month       from_0_to_12 NOT NULL DEFAULT 0, -- of the card's expiry
    year        natural_number NOT NULL DEFAULT 0,
    scenario    TEXT,             -- test: what every charge of the source fails with
    email       TEXT,
    name        TEXT,
    phone       TEXT,
    external_id TEXT,             -- external_customer_id: the merchant's own name for a shopper
    currency    BIGINT NOT NULL DEFAULT 0, -- enum currency; 0: none was given
    locale      BIGINT NOT NULL DEFAULT 1, -- 1 ja, 2 en, 3 ko
    metadata    TEXT,             -- JSON object; NULL: {}
    created_us  BIGINT NOT NULL,
    updated_us  BIGINT NOT NULL,
    deleted_us  BIGINT NOT NULL DEFAULT 0, -- 0: not deleted
    PRIMARY KEY (tenant, id)
);
CREATE INDEX customer_kept ON customer (tenant, id) WHERE deleted_us = 0;
CREATE UNIQUE INDEX customer_by_external ON customer (tenant, external_id) WHERE external_id IS NOT NULL;

-- subscription: a charge of a customer's source that repeats.
CREATE TABLE subscription (
    tenant       BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    salt         BIGINT NOT NULL,
    customer     BIGINT NOT NULL,
    status       from_1_to_5 NOT NULL, -- enum subscription_state
    period       from_1_to_3 NOT NULL, -- enum subscription_period
    currency     BIGINT NOT NULL,
    amount_minor positive_minor_units NOT NULL,
    paid         natural_number NOT NULL DEFAULT 0,   -- periods that are paid; the next one has this number
    tries        natural_number NOT NULL DEFAULT 0,  -- of the next one, that have begun
    payment      BIGINT NOT NULL DEFAULT 0, -- the charge that is under way; 0: none
    due_us       BIGINT NOT NULL DEFAULT 0, -- when the next charge is due; 0: none is, or one is under way
    has_split    flag NOT NULL DEFAULT 0, -- each charge is split
    processor    BIGINT NOT NULL DEFAULT 0, -- then: the merchant that processes; else 0
    metadata     TEXT,             -- JSON object; NULL: {}
    created_us   BIGINT NOT NULL, -- the first charge; the others follow from it
    ended_us     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX subscription_of ON subscription (tenant, customer, id);
CREATE INDEX subscription_due ON subscription (tenant, due_us) WHERE due_us > 0;

-- subscription_line: the split of each of its charges.
CREATE TABLE subscription_line (
    tenant             BIGINT NOT NULL,
    subscription       BIGINT NOT NULL,
    line               BIGINT NOT NULL,
    merchant           BIGINT NOT NULL,
    amount_minor       minor_units NOT NULL,
    platform_fee_minor minor_units NOT NULL,
    PRIMARY KEY (tenant, subscription, line)
);

-- subscription_charge: a try to charge a period. Its key lets a try be made once, whoever makes it.
CREATE TABLE subscription_charge (
    tenant       BIGINT NOT NULL,
    subscription BIGINT NOT NULL,
    number       natural_number NOT NULL, -- of the period; 0 is the first
    try          positive_number NOT NULL,
    payment      BIGINT NOT NULL DEFAULT 0, -- 0: refused before a payment was made
    due_us       BIGINT NOT NULL,           -- of the period
    PRIMARY KEY (tenant, subscription, number, try)
);
