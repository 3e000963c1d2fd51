-- 0004: secure tokens: 3-D Secure authentications of cards.

-- secure_token: the authentication of a card that waits in the token with the same id. Where a payment waits for it, that
-- is the only one it can be used for; else it is used like any token once it has ended well.
CREATE TABLE secure_token (
    tenant         BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    payment        BIGINT NOT NULL DEFAULT 0, -- the payment that waits for it; 0: none
    step           from_1_to_3 NOT NULL, -- enum three_d_step
    verification   from_1_to_4 NOT NULL, -- enum verification
    brand          BIGINT NOT NULL,           -- enum card_brand
    last_four      TEXT   NOT NULL,
    amount_minor   positive_minor_units NOT NULL, -- what is authenticated, in the token's currency
    tax_minor      minor_units NOT NULL,
    method_page    from_0_to_3 NOT NULL, -- bits: 1 the issuer has one, 2 it comes back
    acs_state      BIGINT NOT NULL DEFAULT 0, -- what the simulated issuer remembers
    until_us       BIGINT NOT NULL,           -- the customer must be done by then, tenant time
    due_us         BIGINT NOT NULL,           -- when the card is erased at the latest, tenant time; 0: it has been
    return_url     TEXT,                      -- NULL: the payment's
    result         TEXT   NOT NULL,           -- three_ds_auth_result, JSON object
    PRIMARY KEY (tenant, id)
);
CREATE INDEX secure_token_due ON secure_token (tenant, due_us) WHERE due_us > 0;
