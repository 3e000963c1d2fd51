-- 0001: the first schema, for SQLite. Numbered files are never edited after a release; a change is a new number.
--
-- Every table leads with its tenant: the root merchant of a tree (design D8). Keys are 64-bit, time-ordered or sequence
-- numbers, so inserts stay at the right edge (D9); `salt` is the other half of a wire id. Times are microseconds UTC,
-- money is minor units, enumerations are the numbers of the .def files. The ledger and the events are append-only.
-- A key that is unique by itself (base/id.h) is the row's number here; every statement names the tenant all the same.
-- Tables of narrow rows are WITHOUT ROWID: one tree instead of two. Those of wide rows are not: SQLite would repeat the
-- wide rows in the inner nodes of the tree.

-- schema_version: one row, the number of the newest schema file that was applied.
CREATE TABLE schema_version (
    version INTEGER NOT NULL
);

-- tenant: one row per root merchant: its clock, and the heads of its two chains.
CREATE TABLE tenant (
    tenant          INTEGER PRIMARY KEY CHECK (tenant > 0),
    live            INTEGER NOT NULL CHECK (live IN (0, 1)),
    clock_offset_us INTEGER NOT NULL DEFAULT 0 CHECK (clock_offset_us >= 0), -- a test tenant's clock is this far ahead
    latest_us       INTEGER NOT NULL DEFAULT 0, -- the newest time this tenant has seen: its time never goes back
    event_seq       INTEGER NOT NULL DEFAULT 0 CHECK (event_seq >= 0),   -- number of the newest event
    event_hash      BLOB    NOT NULL,                                     -- its hash, 32 bytes; zeros before the first
    ledger_seq      INTEGER NOT NULL DEFAULT 0 CHECK (ledger_seq >= 0),  -- number of the newest ledger transaction
    ledger_hash     BLOB    NOT NULL
);

-- merchant: the root and its sub-merchants.
CREATE TABLE merchant (
    tenant            INTEGER NOT NULL,
    id                INTEGER PRIMARY KEY,
    salt              INTEGER NOT NULL,
    account_key       INTEGER NOT NULL, -- account_id on the wire, with account_salt
    account_salt      INTEGER NOT NULL,
    kind              INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5), -- enum platform_kind
    name              TEXT    NOT NULL,
    status            INTEGER NOT NULL CHECK (status BETWEEN 1 AND 5), -- enum application_status
    payments_enabled  INTEGER NOT NULL CHECK (payments_enabled IN (0, 1)),
    payouts_enabled   INTEGER NOT NULL CHECK (payouts_enabled IN (0, 1)),
    mails             INTEGER NOT NULL, -- bit set of the e-mails that are sent, app/merchant.h
    konbini_days      INTEGER,          -- expiry_settings; NULL: the method's default
    bank_transfer_days INTEGER,
    publishable_key   TEXT    NOT NULL, -- shown by Merchant: Show; not a secret
    created_us        INTEGER NOT NULL,
    updated_us        INTEGER NOT NULL
);

CREATE INDEX merchant_by_tenant ON merchant (tenant, id);

-- merchant_head: how many payments a merchant has processed; the newest one's ordinal.
CREATE TABLE merchant_head (
    tenant   INTEGER NOT NULL,
    merchant INTEGER NOT NULL,
    payments INTEGER NOT NULL CHECK (payments >= 0),
    PRIMARY KEY (tenant, merchant)
) WITHOUT ROWID;

-- api_key: keys by their BLAKE2b hash; the text of a secret key is never stored (design D15).
CREATE TABLE api_key (
    tenant     INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    merchant   INTEGER NOT NULL,
    is_secret  INTEGER NOT NULL CHECK (is_secret IN (0, 1)),
    live       INTEGER NOT NULL CHECK (live IN (0, 1)),
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL DEFAULT 0, -- 0: never; set on the old pair when a key is rolled; real time
    PRIMARY KEY (tenant, hash)
) WITHOUT ROWID;

-- merchant_method: methods a sub-merchant owns, and rates that differ from method.def.
CREATE TABLE merchant_method (
    tenant             INTEGER NOT NULL,
    merchant           INTEGER NOT NULL,
    method             INTEGER NOT NULL, -- enum method
    brands             INTEGER NOT NULL DEFAULT 0, -- bit set of enum card_brand; 0: all
    percent_e4         INTEGER NOT NULL CHECK (percent_e4 BETWEEN 0 AND 1000000),
    fixed_minor        INTEGER NOT NULL CHECK (fixed_minor >= 0),
    minimum_minor      INTEGER NOT NULL CHECK (minimum_minor >= 0),
    customer_fee_minor INTEGER NOT NULL CHECK (customer_fee_minor >= 0),
    PRIMARY KEY (tenant, merchant, method)
) WITHOUT ROWID;

-- payment: one attempt to take money. Amounts show what was captured once it is.
CREATE TABLE payment (
    tenant            INTEGER NOT NULL,
    id                INTEGER PRIMARY KEY,
    salt              INTEGER NOT NULL,
    merchant          INTEGER NOT NULL, -- the processing merchant
    ordinal           INTEGER NOT NULL, -- gap-free number among the merchant's payments
    status            INTEGER NOT NULL CHECK (status BETWEEN 1 AND 7), -- enum pay_state
    model             INTEGER NOT NULL CHECK (model BETWEEN 1 AND 3), -- enum model
    method            INTEGER NOT NULL, -- enum method
    rail              INTEGER NOT NULL, -- enum rail_number
    is_two_step       INTEGER NOT NULL CHECK (is_two_step IN (0, 1)),
    currency          INTEGER NOT NULL, -- enum currency
    amount_minor      INTEGER NOT NULL CHECK (amount_minor > 0),
    tax_minor         INTEGER NOT NULL CHECK (tax_minor >= 0),
    customer_fee_minor INTEGER NOT NULL CHECK (customer_fee_minor >= 0),
    refunded_minor    INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND amount_minor + tax_minor),
    refunding_minor   INTEGER NOT NULL DEFAULT 0 CHECK (refunding_minor >= 0), -- refunds under way
    refund_count      INTEGER NOT NULL DEFAULT 0, -- rows in refund that have not failed
    operation         INTEGER NOT NULL DEFAULT 0, -- the operation under way on it; 0: none
    reference         INTEGER NOT NULL DEFAULT 0, -- the operation that authorized or charged it
    dispute           INTEGER NOT NULL DEFAULT 0 CHECK (dispute BETWEEN 0 AND 3), -- 0 none, 1 open, 2 lost, 3 won
    created_us        INTEGER NOT NULL,
    deadline_us       INTEGER NOT NULL,
    captured_us       INTEGER NOT NULL DEFAULT 0,
    fee_percent_e4    INTEGER NOT NULL DEFAULT 0 CHECK (fee_percent_e4 BETWEEN 0 AND 1000000), -- the rate at capture,
    fee_fixed_minor   INTEGER NOT NULL DEFAULT 0 CHECK (fee_fixed_minor >= 0),                 -- as the rate of the
    fee_minimum_minor INTEGER NOT NULL DEFAULT 0 CHECK (fee_minimum_minor >= 0),               -- method may change
    details           TEXT    NOT NULL, -- payment_details of the answer, JSON
    external_order_num TEXT,
    description       TEXT,
    metadata          TEXT,             -- JSON object; NULL: {}
    locale            INTEGER NOT NULL, -- 1 ja, 2 en, 3 ko
    mcc               TEXT,
    statement_descriptor TEXT,          -- JSON object
    CHECK (refunded_minor + refunding_minor <= amount_minor + tax_minor)
);
CREATE UNIQUE INDEX payment_by_merchant ON payment (tenant, merchant, ordinal);
CREATE INDEX payment_by_order ON payment (tenant, merchant, external_order_num) WHERE external_order_num IS NOT NULL;
CREATE INDEX payment_by_deadline ON payment (tenant, deadline_us) WHERE status = 2;

-- refund: money given back, or being given back.
CREATE TABLE refund (
    tenant       INTEGER NOT NULL,
    payment      INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    salt         INTEGER NOT NULL,
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3), -- 1 under way, 2 done, 3 failed
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    is_reverse   INTEGER NOT NULL CHECK (is_reverse IN (0, 1)),
    chargeback   INTEGER NOT NULL CHECK (chargeback IN (0, 1)),
    has_split    INTEGER NOT NULL CHECK (has_split IN (0, 1)), -- platform_details was sent
    description  TEXT,
    created_us   INTEGER NOT NULL,
    PRIMARY KEY (tenant, payment, id)
) WITHOUT ROWID;

-- split_line: the split of a capture (refund 0) or of a refund, as it is posted.
CREATE TABLE split_line (
    tenant             INTEGER NOT NULL,
    payment            INTEGER NOT NULL,
    refund             INTEGER NOT NULL,
    line               INTEGER NOT NULL,
    merchant           INTEGER NOT NULL,
    amount_minor       INTEGER NOT NULL CHECK (amount_minor >= 0),
    platform_fee_minor INTEGER NOT NULL CHECK (platform_fee_minor >= 0),
    PRIMARY KEY (tenant, payment, refund, line)
) WITHOUT ROWID;

-- operation: one thing a client asked for that must have one effect: a call to a rail, or the answer that an
-- idempotency key gives again. Written before the rail is called, completed with the outcome (design D5, D6).
CREATE TABLE operation (
    tenant       INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    salt         INTEGER NOT NULL,
    rail_op      INTEGER NOT NULL CHECK (rail_op BETWEEN 0 AND 5), -- enum rail_op; 0: no rail
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- 1 sent, 2 unknown, 3 done, 4 given up
    payment      INTEGER NOT NULL DEFAULT 0,
    refund       INTEGER NOT NULL DEFAULT 0,
    amount_minor INTEGER NOT NULL DEFAULT 0, -- of the call; a capture's amount without tax
    tax_minor    INTEGER NOT NULL DEFAULT 0,
    tries        INTEGER NOT NULL DEFAULT 0, -- inquiries so far
    heard        INTEGER NOT NULL DEFAULT 0, -- what the rail has said while it is open: bits of enum rail_heard
    due_us       INTEGER NOT NULL DEFAULT 0, -- next inquiry, real time; 0 once done
    sent_us      INTEGER NOT NULL,           -- real time
    is_key_bound INTEGER NOT NULL DEFAULT 0, -- an idempotency row points here
    http_status  INTEGER NOT NULL DEFAULT 0, -- of the answer; 0: none yet
    event_seq    INTEGER NOT NULL DEFAULT 0, -- the answer is this event's data
    body         TEXT                       -- else the answer itself
);
CREATE INDEX operation_open ON operation (tenant, due_us) WHERE due_us > 0;

-- idempotency: which operation a key belongs to. Small, because its key is random (design 6).
CREATE TABLE idempotency (
    tenant      INTEGER NOT NULL,
    key_hash    BLOB    NOT NULL, -- 16 bytes of BLAKE2b; the key itself is not kept
    fingerprint INTEGER NOT NULL, -- of method, path and body
    operation   INTEGER NOT NULL, -- its key tells the time of first use
    PRIMARY KEY (tenant, key_hash)
) WITHOUT ROWID;

-- account: balances by record type: a cache of the ledger that the auditor rebuilds. House accounts are negative.
CREATE TABLE account (
    tenant    INTEGER NOT NULL,
    merchant  INTEGER NOT NULL,
    currency  INTEGER NOT NULL,
    held_minor INTEGER NOT NULL DEFAULT 0 CHECK (held_minor >= 0), -- promised to refunds under way
    records   INTEGER NOT NULL DEFAULT 0, -- how many records it has
    last_pos  INTEGER NOT NULL DEFAULT 0, -- the newest: ledger seq * 512 + line
    payment   INTEGER NOT NULL DEFAULT 0,
    payment_share INTEGER NOT NULL DEFAULT 0,
    platform_fee INTEGER NOT NULL DEFAULT 0,
    fee       INTEGER NOT NULL DEFAULT 0,
    fee_tax   INTEGER NOT NULL DEFAULT 0,
    refund    INTEGER NOT NULL DEFAULT 0,
    payment_share_refund INTEGER NOT NULL DEFAULT 0,
    platform_fee_refund INTEGER NOT NULL DEFAULT 0,
    refunded_customer_fee INTEGER NOT NULL DEFAULT 0,
    refunded_customer_fee_tax INTEGER NOT NULL DEFAULT 0,
    refund_fee INTEGER NOT NULL DEFAULT 0,
    refund_fee_tax INTEGER NOT NULL DEFAULT 0,
    chargeback INTEGER NOT NULL DEFAULT 0,
    balance_transfer INTEGER NOT NULL DEFAULT 0,
    submerchant_management_fee INTEGER NOT NULL DEFAULT 0,
    submerchant_management_fee_tax INTEGER NOT NULL DEFAULT 0,
    chargeback_fixed_fee INTEGER NOT NULL DEFAULT 0,
    chargeback_fixed_fee_tax INTEGER NOT NULL DEFAULT 0,
    correction INTEGER NOT NULL DEFAULT 0,
    customer_fee INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, merchant, currency)
) WITHOUT ROWID;

-- ledger_transaction: one money event; its transfers share its number. hash chains over all of them.
CREATE TABLE ledger_transaction (
    tenant      INTEGER NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq > 0), -- gap-free per tenant
    salt        INTEGER NOT NULL,
    event       INTEGER NOT NULL, -- enum money_event
    currency    INTEGER NOT NULL,
    happened_us INTEGER NOT NULL,
    payment     INTEGER NOT NULL DEFAULT 0,
    refund      INTEGER NOT NULL DEFAULT 0,
    hash        BLOB    NOT NULL, -- BLAKE2b-256, doc/ledger.md
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- ledger_transfer: one debit, one credit, one positive amount (design D1). *_prev chain an account's records.
CREATE TABLE ledger_transfer (
    tenant       INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    line         INTEGER NOT NULL CHECK (line BETWEEN 1 AND 511),
    type         INTEGER NOT NULL, -- enum record_type
    debit        INTEGER NOT NULL,
    credit       INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    debit_prev   INTEGER NOT NULL, -- position of the debited account's record before this one; 0: none, or a house
    credit_prev  INTEGER NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (tenant, seq, line)
) WITHOUT ROWID;

-- ledger_mark: where every 64th record of an account stands, so that any page of its statement is near a mark.
CREATE TABLE ledger_mark (
    tenant   INTEGER NOT NULL,
    merchant INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    record   INTEGER NOT NULL, -- its number in the account, a multiple of 64
    pos      INTEGER NOT NULL,
    PRIMARY KEY (tenant, merchant, currency, record)
) WITHOUT ROWID;

-- event: what happened, as clients are told; gap-free and hash-chained per tenant (design D10).
CREATE TABLE event (
    tenant     INTEGER NOT NULL,
    seq        INTEGER NOT NULL CHECK (seq > 0),
    salt       INTEGER NOT NULL,
    merchant   INTEGER NOT NULL, -- on whose account it happened
    type       INTEGER NOT NULL, -- event.def
    created_us INTEGER NOT NULL,
    data       TEXT    NOT NULL, -- snapshot of the object, JSON
    reason     TEXT,
    hash       BLOB    NOT NULL, -- BLAKE2b-256, doc/ledger.md
    PRIMARY KEY (tenant, seq)
);

-- token: payment details that a client left with us to be used once.
CREATE TABLE token (
    tenant     INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    salt       INTEGER NOT NULL,
    merchant   INTEGER NOT NULL, -- whose key made it
    method     INTEGER NOT NULL,
    currency   INTEGER NOT NULL DEFAULT 0, -- 0: any
    sealed     BLOB,             -- the card, sealed by the vault; NULL once the outcome of its payment is known
    details    TEXT    NOT NULL, -- what is not secret, JSON
    scenario   TEXT,
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    used_by    INTEGER NOT NULL DEFAULT 0 -- the payment that consumed it
);
-- Those whose payment is under way: a handful.
CREATE INDEX token_taken ON token (tenant, used_by) WHERE used_by <> 0 AND sealed IS NOT NULL;
-- Those whose card is still there: as many as clients make in an hour.
CREATE INDEX token_sealed ON token (tenant, id) WHERE sealed IS NOT NULL;

-- webhook_endpoint: where a tenant wants its events to be sent.
CREATE TABLE webhook_endpoint (
    tenant     INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    salt       INTEGER NOT NULL,
    url        TEXT    NOT NULL,
    types      TEXT    NOT NULL, -- comma-separated event types; empty: all
    secret     BLOB    NOT NULL, -- sealed by the vault
    created_us INTEGER NOT NULL,
    since_seq  INTEGER NOT NULL, -- events after this one are sent
    removed_us INTEGER NOT NULL DEFAULT 0,
    removed_seq INTEGER NOT NULL DEFAULT 0 -- events after this one are not
);

CREATE INDEX webhook_endpoint_by_tenant ON webhook_endpoint (tenant, id);

-- webhook_delivery: the outbox: one event for one endpoint, committed together with the event (design D5).
CREATE TABLE webhook_delivery (
    tenant       INTEGER NOT NULL,
    event_seq    INTEGER NOT NULL,
    endpoint     INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    salt         INTEGER NOT NULL,
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4), -- 1 waiting, 2 delivered, 3 given up, 4 endpoint removed
    tries        INTEGER NOT NULL DEFAULT 0,
    due_us       INTEGER NOT NULL, -- next attempt, tenant time; 0 once it has ended
    expires_us   INTEGER NOT NULL, -- given up after this, tenant time
    last_us      INTEGER NOT NULL DEFAULT 0, -- newest attempt, tenant time
    last_status  INTEGER NOT NULL DEFAULT 0, -- HTTP status of it; 0: no answer
    last_error   TEXT,
    PRIMARY KEY (tenant, event_seq, endpoint)
) WITHOUT ROWID;
CREATE INDEX webhook_delivery_due ON webhook_delivery (tenant, endpoint, due_us) WHERE due_us > 0;

-- setting: facts about the whole database, such as the check value of the vault's key.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- The rest is the housekeeping of servers that share one database; SQLite has one server, and leaves it empty.

-- server: who serves this database. A server that lives moves until_us on; its number is in the ids it makes.
CREATE TABLE server (
    node     INTEGER NOT NULL PRIMARY KEY CHECK (node BETWEEN 0 AND 1023),
    token    INTEGER NOT NULL, -- random, of this run of the server
    until_us INTEGER NOT NULL, -- end of its lease, the store's time
    is_open  INTEGER NOT NULL CHECK (is_open IN (0, 1)) -- 0: it has ended in order, or others have taken over what it left
) WITHOUT ROWID;

-- job_lease: whose server runs the jobs of a tenant; good as long as that server's own lease.
CREATE TABLE job_lease (
    tenant INTEGER NOT NULL PRIMARY KEY,
    node   INTEGER NOT NULL,
    token  INTEGER NOT NULL -- 0: nobody's
) WITHOUT ROWID;

-- commit_mark: the newest batch that a server has committed for a tenant: tells it what became of a commit whose
-- answer was lost.
CREATE TABLE commit_mark (
    tenant INTEGER NOT NULL,
    node   INTEGER NOT NULL,
    batch  INTEGER NOT NULL, -- random
    PRIMARY KEY (tenant, node)
) WITHOUT ROWID;
