-- 0003: sessions: an order that a customer pays, with as many attempts as it takes.

-- session: what is to be paid, and how it may be. Only its status and what came of it ever change.
CREATE TABLE session (
    tenant       INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    salt         INTEGER NOT NULL,
    merchant     INTEGER NOT NULL, -- who processes its payments, unless a payment says otherwise
    mode         INTEGER NOT NULL CHECK (mode BETWEEN 1 AND 3), -- enum session_mode: 1 payment, 2 customer, 3 both
    status       INTEGER NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 3), -- enum session_status: 1 pending, 2 completed, 3 cancelled
    is_two_step  INTEGER NOT NULL CHECK (is_two_step IN (0, 1)), -- capture: manual
    currency     INTEGER NOT NULL, -- enum currency
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0), -- 0: nothing is paid
    locale       INTEGER NOT NULL, -- 1 ja, 2 en, 3 ko
    intent       INTEGER NOT NULL DEFAULT 0, -- enum session_intent; 0: not said
    created_us   INTEGER NOT NULL, -- its amounts are converted by the exchange rates of this time
    expires_us   INTEGER NOT NULL, -- no attempt begins from then on
    completed_us INTEGER NOT NULL DEFAULT 0,
    cancelled_us INTEGER NOT NULL DEFAULT 0,
    payment      INTEGER NOT NULL DEFAULT 0, -- the payment that completed it; 0: none
    customer     INTEGER NOT NULL DEFAULT 0, -- whose source it stores; 0: none yet, or no such mode
    customer_salt INTEGER NOT NULL DEFAULT 0,
    return_url   TEXT,
    email        TEXT,
    name         TEXT, -- of the customer
    name_kana    TEXT,
    payment_types TEXT, -- comma-separated slugs in the order asked for; NULL: all
    external_order_num TEXT,
    external_customer_id TEXT,
    mcc          TEXT,
    statement_descriptor TEXT, -- JSON object, as the following
    metadata     TEXT,
    platform_details TEXT,
    billing_address TEXT,
    shipping_address TEXT,
    line_items   TEXT, -- JSON array
    scenario     TEXT
);
CREATE INDEX session_by_order ON session (tenant, external_order_num) WHERE external_order_num IS NOT NULL;
CREATE INDEX payment_by_session ON payment (tenant, session, id) WHERE session > 0;

-- exchange_rate: what one unit of a currency costs in another, from a time on. A row is never changed: what a session
-- offers stays what it was.
CREATE TABLE exchange_rate (
    tenant        INTEGER NOT NULL,
    from_currency INTEGER NOT NULL, -- enum currency
    to_currency   INTEGER NOT NULL, -- enum currency
    since_us      INTEGER NOT NULL,
    rate_e8       INTEGER NOT NULL CHECK (rate_e8 >= 0), -- of major units, in 1/100000000; 0: no longer converted
    PRIMARY KEY (tenant, from_currency, to_currency, since_us)
) WITHOUT ROWID;

-- session_source: the card that a payment leaves to its session's customer once it has succeeded (mode
-- customer_payment), sealed under that customer's id. Gone when the payment has ended either way.
CREATE TABLE session_source (
    tenant        INTEGER NOT NULL,
    payment       INTEGER PRIMARY KEY,
    customer      INTEGER NOT NULL,
    customer_salt INTEGER NOT NULL,
    sealed        BLOB    NOT NULL,
    brand         INTEGER NOT NULL, -- enum card_brand
    last_four     TEXT    NOT NULL,
    month         INTEGER NOT NULL,
    year          INTEGER NOT NULL
);
