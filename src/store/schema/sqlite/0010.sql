-- 0010: sources that their owner has to agree to before a customer has them: authenticated cards, and wallets.

ALTER TABLE customer ADD COLUMN three_d_secure TEXT; -- result of the authentication that its card was stored with, JSON object; NULL: there was none

-- secure_token, made again: without a payment nothing is paid, and a session may wait for it.
CREATE TABLE secure_token_0010 (
    tenant         INTEGER NOT NULL,
    id             INTEGER PRIMARY KEY,
    payment        INTEGER NOT NULL DEFAULT 0, -- the payment that waits for it; 0: none
    step           INTEGER NOT NULL CHECK (step BETWEEN 1 AND 3), -- enum three_d_step
    verification   INTEGER NOT NULL CHECK (verification BETWEEN 1 AND 4), -- enum verification
    brand          INTEGER NOT NULL,           -- enum card_brand
    last_four      TEXT    NOT NULL,
    amount_minor   INTEGER NOT NULL CHECK (amount_minor >= 0), -- what is authenticated, in the token's currency; 0: a card that is to be stored
    tax_minor      INTEGER NOT NULL CHECK (tax_minor >= 0),
    method_page    INTEGER NOT NULL CHECK (method_page BETWEEN 0 AND 3), -- bits: 1 the issuer has one, 2 it comes back
    acs_state      INTEGER NOT NULL DEFAULT 0, -- what the simulated issuer remembers
    until_us       INTEGER NOT NULL,           -- the customer must be done by then, tenant time
    due_us         INTEGER NOT NULL,           -- when the card is erased at the latest, tenant time; 0: it has been
    return_url     TEXT,                       -- NULL: the payment's
    result         TEXT    NOT NULL,           -- three_ds_auth_result, JSON object
    session        INTEGER NOT NULL DEFAULT 0  -- the session of mode customer that waits for it; 0: none
);
INSERT INTO secure_token_0010 (tenant, id, payment, step, verification, brand, last_four, amount_minor, tax_minor, method_page,
                               acs_state, until_us, due_us, return_url, result)
SELECT tenant, id, payment, step, verification, brand, last_four, amount_minor, tax_minor, method_page, acs_state, until_us,
       due_us, return_url, result FROM secure_token;
DROP TABLE secure_token;
ALTER TABLE secure_token_0010 RENAME TO secure_token;
CREATE INDEX secure_token_due ON secure_token (tenant, due_us) WHERE due_us > 0;

-- wallet_consent: a session of mode customer asks the owner of a wallet whether it may be charged later. Its number is what
-- the wallet knows the consent by, and what a customer has of it.
CREATE TABLE wallet_consent (
    tenant     INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    salt       INTEGER NOT NULL,
    session    INTEGER NOT NULL,
    method     INTEGER NOT NULL, -- enum method
    status     INTEGER NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 4), -- 1 asked, 2 given, 3 refused, 4 cancelled
    created_us INTEGER NOT NULL,
    ended_us   INTEGER NOT NULL DEFAULT 0 -- 0: its owner has not said anything yet
);
CREATE INDEX wallet_consent_by_session ON wallet_consent (tenant, session, id);
