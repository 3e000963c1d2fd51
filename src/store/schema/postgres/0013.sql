-- 0013: disputes: chargeback requests and what a merchant says to them.

ALTER TABLE merchant ADD COLUMN chargeback_fee_minor minor_units NOT NULL DEFAULT 0; -- what a lost dispute costs it besides, in yen, without tax

CREATE DOMAIN from_1_to_6 AS BIGINT CHECK (VALUE BETWEEN 1 AND 6);
CREATE DOMAIN from_0_to_4 AS BIGINT CHECK (VALUE BETWEEN 0 AND 4);

-- dispute: a cardholder's bank wants the money of a payment back. What a merchant says to it is personal data of others,
-- and sealed.
CREATE TABLE dispute (
    tenant         BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    salt           BIGINT NOT NULL,
    payment        BIGINT NOT NULL,
    merchant       BIGINT NOT NULL, -- who processed the payment
    state          from_1_to_6 NOT NULL, -- enum dispute_state
    is_pending     flag NOT NULL, -- state is 1: it waits for an answer
    reason_code    TEXT    NOT NULL, -- the card scheme's, or ours: CB_Fraud
    reason         TEXT    NOT NULL,
    created_us     BIGINT NOT NULL,
    due_us         BIGINT NOT NULL, -- the last moment for an answer, tenant time
    defended_us    BIGINT NOT NULL DEFAULT 0, -- 0: it was not
    ended_us       BIGINT NOT NULL DEFAULT 0, -- 0: it is open
    refund         BIGINT NOT NULL DEFAULT 0, -- the chargeback; 0: no money has moved
    fee_minor      minor_units NOT NULL DEFAULT 0, -- of the chargeback
    fee_tax_minor  minor_units NOT NULL DEFAULT 0,
    defense        BYTEA,             -- texts of the defence, JSON, sealed by the vault; NULL: there is none
    defense_hash   BYTEA,             -- keyed hash of all of it, 16 bytes: tells whether the same is said again
    document_kind  from_0_to_4 NOT NULL DEFAULT 0, -- enum document_kind; 0: none
    document_bytes natural_number NOT NULL DEFAULT 0, -- before it was sealed
    PRIMARY KEY (tenant, id)
);
CREATE INDEX dispute_by_payment ON dispute (tenant, payment, id);
CREATE INDEX dispute_pending_first ON dispute (tenant, is_pending, id);
CREATE INDEX dispute_due ON dispute (tenant, due_us) WHERE is_pending = 1;

-- dispute_document: the document of a defence, in parts of 65536 bytes, each sealed by the vault for its place.
CREATE TABLE dispute_document (
    tenant  BIGINT NOT NULL,
    dispute BIGINT NOT NULL,
    part    natural_number NOT NULL, -- 0, 1, 2, ...
    sealed  BYTEA    NOT NULL,
    PRIMARY KEY (tenant, dispute, part)
);
