-- 0003: sessions: an order that a customer pays, with as many attempts as it takes.

-- session: what is to be paid, and how it may be. Only its status and what came of it ever change.
CREATE TABLE session (
    tenant       BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    salt         BIGINT NOT NULL,
    merchant     BIGINT NOT NULL, -- who processes its payments, unless a payment says otherwise
    mode         from_1_to_3 NOT NULL, -- enum session_mode: 1 payment, 2 customer, 3 both
    status       from_1_to_3 NOT NULL DEFAULT 1, -- enum session_status: 1 pending, 2 completed, 3 cancelled
    is_two_step  flag NOT NULL, -- capture: manual
    currency     BIGINT NOT NULL, -- enum currency
    amount_minor minor_units NOT NULL, -- 0: nothing is paid
    locale       BIGINT NOT NULL, -- 1 ja, 2 en, 3 ko
    intent       BIGINT NOT NULL DEFAULT 0, -- enum session_intent; 0: not said
    created_us   BIGINT NOT NULL, -- its amounts are converted by the exchange rates of this time
    expires_us   BIGINT NOT NULL, -- no attempt begins from then on
    completed_us BIGINT NOT NULL DEFAULT 0,
    cancelled_us BIGINT NOT NULL DEFAULT 0,
    payment      BIGINT NOT NULL DEFAULT 0, -- the payment that completed it; 0: none
    customer     BIGINT NOT NULL DEFAULT 0, -- whose source it stores; 0: none yet, or no such mode
    customer_salt BIGINT NOT NULL DEFAULT 0,
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
    scenario     TEXT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX session_by_order ON session (tenant, external_order_num) WHERE external_order_num IS NOT NULL;
CREATE INDEX payment_by_session ON payment (tenant, session, id) WHERE session > 0;

-- exchange_rate: what one unit of a currency costs in another, from a time on. A row is never changed: what a session
-- offers stays what it was.
CREATE TABLE exchange_rate (
    tenant        BIGINT NOT NULL,
    from_currency BIGINT NOT NULL, -- enum currency
    to_currency   BIGINT NOT NULL, -- enum currency
    since_us      BIGINT NOT NULL,
    rate_e8       minor_units NOT NULL, -- of major units, in 1/100000000; 0: no longer converted
    PRIMARY KEY (tenant, from_currency, to_currency, since_us)
);

-- session_source: the card that a payment leaves to its session's customer once it has succeeded (mode
-- customer_payment), sealed under that customer's id. Gone when the payment has ended either way.
CREATE TABLE session_source (
    tenant        BIGINT NOT NULL,
    payment       BIGINT NOT NULL,
    customer      BIGINT NOT NULL,
    customer_salt BIGINT NOT NULL,
    sealed        BYTEA   NOT NULL,
    brand         BIGINT NOT NULL, -- enum card_brand
    last_four     TEXT    NOT NULL,
    month         BIGINT NOT NULL,
    year          BIGINT NOT NULL,
    PRIMARY KEY (tenant, payment)
);
