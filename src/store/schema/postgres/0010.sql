-- 0010: sources that their owner has to agree to before a customer has them: authenticated cards, and wallets.

ALTER TABLE customer ADD COLUMN three_d_secure TEXT; -- result of the authentication that its card was stored with, JSON object; NULL: there was none

-- Without a payment nothing is paid: amount 0 is a card that is to be stored.
ALTER TABLE secure_token ALTER COLUMN amount_minor TYPE minor_units;
ALTER TABLE secure_token ADD COLUMN session BIGINT NOT NULL DEFAULT 0; -- the session of mode customer that waits for it; 0: none

-- wallet_consent: a session of mode customer asks the owner of a wallet whether it may be charged later. Its number is what
-- the wallet knows the consent by, and what a customer has of it.
CREATE TABLE wallet_consent (
    tenant     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    salt       BIGINT NOT NULL,
    session    BIGINT NOT NULL,
    method     BIGINT NOT NULL, -- enum method
    status     from_1_to_4 NOT NULL DEFAULT 1, -- 1 asked, 2 given, 3 refused, 4 cancelled
    created_us BIGINT NOT NULL,
    ended_us   BIGINT NOT NULL DEFAULT 0, -- 0: its owner has not said anything yet
    PRIMARY KEY (tenant, id)
);
CREATE INDEX wallet_consent_by_session ON wallet_consent (tenant, session, id);
