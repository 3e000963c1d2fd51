-- 0013: disputes: chargeback requests and what a merchant says to them.

ALTER TABLE merchant ADD COLUMN chargeback_fee_minor INTEGER NOT NULL DEFAULT 0 CHECK (chargeback_fee_minor >= 0); -- what a lost dispute costs it besides, in yen, without tax

-- dispute: a cardholder's bank wants the money of a payment back. What a merchant says to it is personal data of others,
-- and sealed.
CREATE TABLE dispute (
    tenant         INTEGER NOT NULL,
    id             INTEGER PRIMARY KEY,
    salt           INTEGER NOT NULL,
    payment        INTEGER NOT NULL,
    merchant       INTEGER NOT NULL, -- who processed the payment
    state          INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6), -- enum dispute_state
    is_pending     INTEGER NOT NULL CHECK (is_pending IN (0, 1)), -- state is 1: it waits for an answer
    reason_code    TEXT    NOT NULL, -- the card scheme's, or ours: CB_Fraud
    reason         TEXT    NOT NULL,
    created_us     INTEGER NOT NULL,
    due_us         INTEGER NOT NULL, -- the last moment for an answer, tenant time
    defended_us    INTEGER NOT NULL DEFAULT 0, -- 0: it was not
    ended_us       INTEGER NOT NULL DEFAULT 0, -- 0: it is open
    refund         INTEGER NOT NULL DEFAULT 0, -- the chargeback; 0: no money has moved
    fee_minor      INTEGER NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),     -- of the chargeback
    fee_tax_minor  INTEGER NOT NULL DEFAULT 0 CHECK (fee_tax_minor >= 0),
    defense        BLOB,             -- texts of the defence, JSON, sealed by the vault; NULL: there is none
    defense_hash   BLOB,             -- keyed hash of all of it, 16 bytes: tells whether the same is said again
    document_kind  INTEGER NOT NULL DEFAULT 0 CHECK (document_kind BETWEEN 0 AND 4), -- enum document_kind; 0: none
    document_bytes INTEGER NOT NULL DEFAULT 0 CHECK (document_bytes >= 0) -- before it was sealed
);
CREATE INDEX dispute_by_payment ON dispute (tenant, payment, id);
CREATE INDEX dispute_pending_first ON dispute (tenant, is_pending, id);
CREATE INDEX dispute_due ON dispute (tenant, due_us) WHERE is_pending = 1;

-- dispute_document: the document of a defence, in parts of 65536 bytes, each sealed by the vault for its place.
CREATE TABLE dispute_document (
    tenant  INTEGER NOT NULL,
    dispute INTEGER NOT NULL,
    part    INTEGER NOT NULL CHECK (part >= 0), -- 0, 1, 2, ...
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (tenant, dispute, part)
);
