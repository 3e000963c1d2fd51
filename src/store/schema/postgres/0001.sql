-- 0001: the first schema, for PostgreSQL. Numbered files are never edited after a release; a change is a new number.
--
-- The same tables and columns as for SQLite (sqlite/0001.sql has the words on each), with a key that leads with the
-- tenant everywhere, so that the tenant can be the distribution column of a cluster (design D8).

-- What a column may hold is said by its domain, not by a CHECK: PostgreSQL reads the text of every CHECK of a table again
-- for each statement that writes to it, and compiles a domain's once a connection (doc/decisions/0011).
CREATE DOMAIN positive_number AS BIGINT CHECK (VALUE > 0);
CREATE DOMAIN flag AS BIGINT CHECK (VALUE IN (0, 1));
CREATE DOMAIN natural_number AS BIGINT CHECK (VALUE >= 0);
CREATE DOMAIN from_1_to_5 AS BIGINT CHECK (VALUE BETWEEN 1 AND 5);
CREATE DOMAIN percent_e4 AS BIGINT CHECK (VALUE BETWEEN 0 AND 1000000);
CREATE DOMAIN minor_units AS BIGINT CHECK (VALUE >= 0);
CREATE DOMAIN from_1_to_7 AS BIGINT CHECK (VALUE BETWEEN 1 AND 7);
CREATE DOMAIN from_1_to_3 AS BIGINT CHECK (VALUE BETWEEN 1 AND 3);
CREATE DOMAIN positive_minor_units AS BIGINT CHECK (VALUE > 0);
CREATE DOMAIN from_0_to_3 AS BIGINT CHECK (VALUE BETWEEN 0 AND 3);
CREATE DOMAIN from_0_to_5 AS BIGINT CHECK (VALUE BETWEEN 0 AND 5);
CREATE DOMAIN from_1_to_4 AS BIGINT CHECK (VALUE BETWEEN 1 AND 4);
CREATE DOMAIN from_1_to_511 AS BIGINT CHECK (VALUE BETWEEN 1 AND 511);
CREATE DOMAIN from_0_to_1023 AS BIGINT CHECK (VALUE BETWEEN 0 AND 1023);

-- schema_version: one row, the number of the newest schema file that was applied.
CREATE TABLE schema_version (
    version BIGINT NOT NULL
);

-- tenant: one row per root merchant: its clock, and the heads of its two chains.
CREATE TABLE tenant (
    tenant          positive_number NOT NULL PRIMARY KEY,
    live            flag NOT NULL,
    clock_offset_us natural_number NOT NULL DEFAULT 0, -- a test tenant's clock is this far ahead
    latest_us       BIGINT NOT NULL DEFAULT 0, -- the newest time this tenant has seen: its time never goes back
    event_seq       natural_number NOT NULL DEFAULT 0,   -- number of the newest event
    event_hash      BYTEA    NOT NULL,                                     -- its hash, 32 bytes; zeros before the first
    ledger_seq      natural_number NOT NULL DEFAULT 0,  -- number of the newest ledger transaction
    ledger_hash     BYTEA    NOT NULL
);

-- merchant: the root and its sub-merchants.
CREATE TABLE merchant (
    tenant            BIGINT NOT NULL,
    id                BIGINT NOT NULL,
    salt              BIGINT NOT NULL,
    account_key       BIGINT NOT NULL, -- account_id on the wire, with account_salt
    account_salt      BIGINT NOT NULL,
    kind              from_1_to_5 NOT NULL, -- enum platform_kind
    name              TEXT    NOT NULL,
    status            from_1_to_5 NOT NULL, -- enum application_status
    payments_enabled  flag NOT NULL,
    payouts_enabled   flag NOT NULL,
    mails             BIGINT NOT NULL, -- bit set of the e-mails that are sent, app/merchant.h
    konbini_days      BIGINT,          -- expiry_settings; NULL: the method's default
    bank_transfer_days BIGINT,
    publishable_key   TEXT    NOT NULL, -- shown by Merchant: Show; not a secret
    created_us        BIGINT NOT NULL,
    updated_us        BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- merchant_head: how many payments a merchant has processed; the newest one's ordinal.
CREATE TABLE merchant_head (
    tenant   BIGINT NOT NULL,
    merchant BIGINT NOT NULL,
    payments natural_number NOT NULL,
    PRIMARY KEY (tenant, merchant)
);

-- api_key: keys by their BLAKE2b hash; the text of a secret key is never stored (design D15).
CREATE TABLE api_key (
    tenant     BIGINT NOT NULL,
    hash       BYTEA    NOT NULL,
    merchant   BIGINT NOT NULL,
    is_secret  flag NOT NULL,
    live       flag NOT NULL,
    created_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL DEFAULT 0, -- 0: never; set on the old pair when a key is rolled; real time
    PRIMARY KEY (tenant, hash)
);

-- merchant_method: methods a sub-merchant owns, and rates that differ from method.def.
CREATE TABLE merchant_method (
    tenant             BIGINT NOT NULL,
    merchant           BIGINT NOT NULL,
    method             BIGINT NOT NULL, -- enum method
    brands             BIGINT NOT NULL DEFAULT 0, -- bit set of enum card_brand; 0: all
    percent_e4         percent_e4 NOT NULL,
    fixed_minor        minor_units NOT NULL,
    minimum_minor      minor_units NOT NULL,
    customer_fee_minor minor_units NOT NULL,
    PRIMARY KEY (tenant, merchant, method)
);

-- payment: one attempt to take money. Amounts show what was captured once it is.
CREATE TABLE payment (
    tenant            BIGINT NOT NULL,
    id                BIGINT NOT NULL,
    salt              BIGINT NOT NULL,
    merchant          BIGINT NOT NULL, -- the processing merchant
    ordinal           BIGINT NOT NULL, -- gap-free number among the merchant's payments
    status            from_1_to_7 NOT NULL, -- enum pay_state
    model             from_1_to_3 NOT NULL, -- enum model
    method            BIGINT NOT NULL, -- enum method
    rail              BIGINT NOT NULL, -- enum rail_number
    is_two_step       flag NOT NULL,
    currency          BIGINT NOT NULL, -- enum currency
    amount_minor      positive_minor_units NOT NULL,
    tax_minor         minor_units NOT NULL,
    customer_fee_minor minor_units NOT NULL,
    refunded_minor    minor_units NOT NULL DEFAULT 0,
    refunding_minor   minor_units NOT NULL DEFAULT 0, -- refunds under way
    refund_count      BIGINT NOT NULL DEFAULT 0, -- rows in refund that have not failed
    operation         BIGINT NOT NULL DEFAULT 0, -- the operation under way on it; 0: none
    reference         BIGINT NOT NULL DEFAULT 0, -- the operation that authorized or charged it
    dispute           from_0_to_3 NOT NULL DEFAULT 0, -- 0 none, 1 open, 2 lost, 3 won
    created_us        BIGINT NOT NULL,
    deadline_us       BIGINT NOT NULL,
    captured_us       BIGINT NOT NULL DEFAULT 0,
    fee_percent_e4    percent_e4 NOT NULL DEFAULT 0, -- the rate at capture,
    fee_fixed_minor   minor_units NOT NULL DEFAULT 0,                 -- as the rate of the
    fee_minimum_minor minor_units NOT NULL DEFAULT 0,               -- method may change
    details           TEXT    NOT NULL, -- payment_details of the answer, JSON
    external_order_num TEXT,
    description       TEXT,
    metadata          TEXT,             -- JSON object; NULL: {}
    locale            BIGINT NOT NULL, -- 1 ja, 2 en, 3 ko
    mcc               TEXT,
    statement_descriptor TEXT,          -- JSON object
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX payment_by_merchant ON payment (tenant, merchant, ordinal);
CREATE INDEX payment_by_order ON payment (tenant, merchant, external_order_num) WHERE external_order_num IS NOT NULL;
CREATE INDEX payment_by_deadline ON payment (tenant, deadline_us) WHERE status = 2;

-- refund: money given back, or being given back.
CREATE TABLE refund (
    tenant       BIGINT NOT NULL,
    payment      BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    salt         BIGINT NOT NULL,
    state        from_1_to_3 NOT NULL, -- 1 under way, 2 done, 3 failed
    amount_minor positive_minor_units NOT NULL,
    is_reverse   flag NOT NULL,
    chargeback   flag NOT NULL,
    has_split    flag NOT NULL, -- platform_details was sent
    description  TEXT,
    created_us   BIGINT NOT NULL,
    PRIMARY KEY (tenant, payment, id)
);

-- split_line: the split of a capture (refund 0) or of a refund, as it is posted.
CREATE TABLE split_line (
    tenant             BIGINT NOT NULL,
    payment            BIGINT NOT NULL,
    refund             BIGINT NOT NULL,
    line               BIGINT NOT NULL,
    merchant           BIGINT NOT NULL,
    amount_minor       minor_units NOT NULL,
    platform_fee_minor minor_units NOT NULL,
    PRIMARY KEY (tenant, payment, refund, line)
);

-- operation: one thing a client asked for that must have one effect: a call to a rail, or the answer that an
-- idempotency key gives again. Written before the rail is called, completed with the outcome (design D5, D6).
CREATE TABLE operation (
    tenant       BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    salt         BIGINT NOT NULL,
    rail_op      from_0_to_5 NOT NULL, -- enum rail_op; 0: no rail
    state        from_1_to_4 NOT NULL, -- 1 sent, 2 unknown, 3 done, 4 given up
    payment      BIGINT NOT NULL DEFAULT 0,
    refund       BIGINT NOT NULL DEFAULT 0,
    amount_minor BIGINT NOT NULL DEFAULT 0, -- of the call; a capture's amount without tax
    tax_minor    BIGINT NOT NULL DEFAULT 0,
    tries        BIGINT NOT NULL DEFAULT 0, -- inquiries so far
    heard        BIGINT NOT NULL DEFAULT 0, -- what the rail has said while it is open: bits of enum rail_heard
    due_us       BIGINT NOT NULL DEFAULT 0, -- next inquiry, real time; 0 once done
    sent_us      BIGINT NOT NULL,           -- real time
    is_key_bound BIGINT NOT NULL DEFAULT 0, -- an idempotency row points here
    http_status  BIGINT NOT NULL DEFAULT 0, -- of the answer; 0: none yet
    event_seq    BIGINT NOT NULL DEFAULT 0, -- the answer is this event's data
    body         TEXT, -- else the answer itself
    PRIMARY KEY (tenant, id)
);
CREATE INDEX operation_open ON operation (tenant, due_us) WHERE due_us > 0;

-- idempotency: which operation a key belongs to. Small, because its key is random (design 6).
CREATE TABLE idempotency (
    tenant      BIGINT NOT NULL,
    key_hash    BYTEA    NOT NULL, -- 16 bytes of BLAKE2b; the key itself is not kept
    fingerprint BIGINT NOT NULL, -- of method, path and body
    operation   BIGINT NOT NULL, -- its key tells the time of first use
    PRIMARY KEY (tenant, key_hash)
);

-- account: balances by record type: a cache of the ledger that the auditor rebuilds. House accounts are negative.
CREATE TABLE account (
    tenant    BIGINT NOT NULL,
    merchant  BIGINT NOT NULL,
    currency  BIGINT NOT NULL,
    held_minor minor_units NOT NULL DEFAULT 0, -- promised to refunds under way
    records   BIGINT NOT NULL DEFAULT 0, -- how many records it has
    last_pos  BIGINT NOT NULL DEFAULT 0, -- the newest: ledger seq * 512 + line
    payment   BIGINT NOT NULL DEFAULT 0,
    payment_share BIGINT NOT NULL DEFAULT 0,
    platform_fee BIGINT NOT NULL DEFAULT 0,
    fee       BIGINT NOT NULL DEFAULT 0,
    fee_tax   BIGINT NOT NULL DEFAULT 0,
    refund    BIGINT NOT NULL DEFAULT 0,
    payment_share_refund BIGINT NOT NULL DEFAULT 0,
    platform_fee_refund BIGINT NOT NULL DEFAULT 0,
    refunded_customer_fee BIGINT NOT NULL DEFAULT 0,
    refunded_customer_fee_tax BIGINT NOT NULL DEFAULT 0,
    refund_fee BIGINT NOT NULL DEFAULT 0,
    refund_fee_tax BIGINT NOT NULL DEFAULT 0,
    chargeback BIGINT NOT NULL DEFAULT 0,
    balance_transfer BIGINT NOT NULL DEFAULT 0,
    submerchant_management_fee BIGINT NOT NULL DEFAULT 0,
    submerchant_management_fee_tax BIGINT NOT NULL DEFAULT 0,
    chargeback_fixed_fee BIGINT NOT NULL DEFAULT 0,
    chargeback_fixed_fee_tax BIGINT NOT NULL DEFAULT 0,
    correction BIGINT NOT NULL DEFAULT 0,
    customer_fee BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, merchant, currency)
);

-- ledger_transaction: one money event; its transfers share its number. hash chains over all of them.
CREATE TABLE ledger_transaction (
    tenant      BIGINT NOT NULL,
    seq         positive_number NOT NULL, -- gap-free per tenant
    salt        BIGINT NOT NULL,
    event       BIGINT NOT NULL, -- enum money_event
    currency    BIGINT NOT NULL,
    happened_us BIGINT NOT NULL,
    payment     BIGINT NOT NULL DEFAULT 0,
    refund      BIGINT NOT NULL DEFAULT 0,
    hash        BYTEA    NOT NULL, -- BLAKE2b-256, doc/ledger.md
    PRIMARY KEY (tenant, seq)
);

-- ledger_transfer: one debit, one credit, one positive amount (design D1). *_prev chain an account's records.
CREATE TABLE ledger_transfer (
    tenant       BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    line         from_1_to_511 NOT NULL,
    type         BIGINT NOT NULL, -- enum record_type
    debit        BIGINT NOT NULL,
    credit       BIGINT NOT NULL,
    amount_minor positive_minor_units NOT NULL,
    debit_prev   BIGINT NOT NULL, -- position of the debited account's record before this one; 0: none, or a house
    credit_prev  BIGINT NOT NULL,
    PRIMARY KEY (tenant, seq, line)
);

-- ledger_mark: where every 64th record of an account stands, so that any page of its statement is near a mark.
CREATE TABLE ledger_mark (
    tenant   BIGINT NOT NULL,
    merchant BIGINT NOT NULL,
    currency BIGINT NOT NULL,
    record   BIGINT NOT NULL, -- its number in the account, a multiple of 64
    pos      BIGINT NOT NULL,
    PRIMARY KEY (tenant, merchant, currency, record)
);

-- event: what happened, as clients are told; gap-free and hash-chained per tenant (design D10).
CREATE TABLE event (
    tenant     BIGINT NOT NULL,
    seq        positive_number NOT NULL,
    salt       BIGINT NOT NULL,
    merchant   BIGINT NOT NULL, -- on whose account it happened
    type       BIGINT NOT NULL, -- event.def
    created_us BIGINT NOT NULL,
    data       TEXT    NOT NULL, -- snapshot of the object, JSON
    reason     TEXT,
    hash       BYTEA    NOT NULL, -- BLAKE2b-256, doc/ledger.md
    PRIMARY KEY (tenant, seq)
);

-- token: payment details that a client left with us to be used once.
CREATE TABLE token (
    tenant     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    salt       BIGINT NOT NULL,
    merchant   BIGINT NOT NULL, -- whose key made it
    method     BIGINT NOT NULL,
    currency   BIGINT NOT NULL DEFAULT 0, -- 0: any
    sealed     BYTEA,             -- the card, sealed by the vault; NULL once the outcome of its payment is known
    details    TEXT    NOT NULL, -- what is not secret, JSON
    scenario   TEXT,
    created_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    used_by    BIGINT NOT NULL DEFAULT 0, -- the payment that consumed it
    PRIMARY KEY (tenant, id)
);
-- Those whose payment is under way: a handful.
CREATE INDEX token_taken ON token (tenant, used_by) WHERE used_by <> 0 AND sealed IS NOT NULL;
-- Those whose card is still there: as many as clients make in an hour.
CREATE INDEX token_sealed ON token (tenant, id) WHERE sealed IS NOT NULL;

-- webhook_endpoint: where a tenant wants its events to be sent.
CREATE TABLE webhook_endpoint (
    tenant     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    salt       BIGINT NOT NULL,
    url        TEXT    NOT NULL,
    types      TEXT    NOT NULL, -- comma-separated event types; empty: all
    secret     BYTEA    NOT NULL, -- sealed by the vault
    created_us BIGINT NOT NULL,
    since_seq  BIGINT NOT NULL, -- events after this one are sent
    removed_us BIGINT NOT NULL DEFAULT 0,
    removed_seq BIGINT NOT NULL DEFAULT 0, -- events after this one are not
    PRIMARY KEY (tenant, id)
);

-- webhook_delivery: the outbox: one event for one endpoint, committed together with the event (design D5).
CREATE TABLE webhook_delivery (
    tenant       BIGINT NOT NULL,
    event_seq    BIGINT NOT NULL,
    endpoint     BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    salt         BIGINT NOT NULL,
    state        from_1_to_4 NOT NULL, -- 1 waiting, 2 delivered, 3 given up, 4 endpoint removed
    tries        BIGINT NOT NULL DEFAULT 0,
    due_us       BIGINT NOT NULL, -- next attempt, tenant time; 0 once it has ended
    expires_us   BIGINT NOT NULL, -- given up after this, tenant time
    last_us      BIGINT NOT NULL DEFAULT 0, -- newest attempt, tenant time
    last_status  BIGINT NOT NULL DEFAULT 0, -- HTTP status of it; 0: no answer
    last_error   TEXT,
    PRIMARY KEY (tenant, event_seq, endpoint)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (tenant, endpoint, due_us) WHERE due_us > 0;

-- setting: facts about the whole database, such as the check value of the vault's key.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- The rest is the housekeeping of servers that share one database; SQLite has one server, and leaves it empty.

-- server: who serves this database. A server that lives moves until_us on; its number is in the ids it makes.
CREATE TABLE server (
    node     from_0_to_1023 NOT NULL PRIMARY KEY,
    token    BIGINT NOT NULL, -- random, of this run of the server
    until_us BIGINT NOT NULL, -- end of its lease, the store's time
    is_open  flag NOT NULL -- 0: it has ended in order, or others have taken over what it left
);

-- job_lease: whose server runs the jobs of a tenant; good as long as that server's own lease.
CREATE TABLE job_lease (
    tenant BIGINT NOT NULL PRIMARY KEY,
    node   BIGINT NOT NULL,
    token  BIGINT NOT NULL -- 0: nobody's
);

-- commit_mark: the newest batch that a server has committed for a tenant: tells it what became of a commit whose
-- answer was lost.
CREATE TABLE commit_mark (
    tenant BIGINT NOT NULL,
    node   BIGINT NOT NULL,
    batch  BIGINT NOT NULL, -- random
    PRIMARY KEY (tenant, node)
);
