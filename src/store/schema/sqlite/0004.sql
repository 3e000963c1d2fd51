-- 0004: secure tokens: 3-D Secure authentications of cards.

-- secure_token: the authentication of a card that waits in the token with the same id. Where a payment waits for it, that
-- is the only one it can be used for; else it is used like any token once it has ended well.
CREATE TABLE secure_token (
    tenant         INTEGER NOT NULL,
    id             INTEGER PRIMARY KEY,
    payment        INTEGER NOT NULL DEFAULT 0, -- the payment that waits for it; 0: none
    step           INTEGER NOT NULL CHECK (step BETWEEN 1 AND 3), -- enum three_d_step
    verification   INTEGER NOT NULL CHECK (verification BETWEEN 1 AND 4), -- enum verification
    brand          INTEGER NOT NULL,           -- enum card_brand
    last_four      TEXT    NOT NULL,
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0), -- what is authenticated, in the token's currency
    tax_minor      INTEGER NOT NULL CHECK (tax_minor >= 0),
    method_page    INTEGER NOT NULL CHECK (method_page BETWEEN 0 AND 3), -- bits: 1 the issuer has one, 2 it comes back
    acs_state      INTEGER NOT NULL DEFAULT 0, -- what the simulated issuer remembers
    until_us       INTEGER NOT NULL,           -- the customer must be done by then, tenant time
    due_us         INTEGER NOT NULL,           -- when the card is erased at the latest, tenant time; 0: it has been
    return_url     TEXT,                       -- NULL: the payment's
    result         TEXT    NOT NULL            -- three_ds_auth_result, JSON object
);
CREATE INDEX secure_token_due ON secure_token (tenant, due_us) WHERE due_us > 0;
