-- 0002: every payment type: payments that wait for their customer, and how they were asked for.

ALTER TABLE payment ADD COLUMN due_us BIGINT NOT NULL DEFAULT 0; -- when it expires unless something happens before; 0: it waits for nobody
ALTER TABLE payment ADD COLUMN session BIGINT NOT NULL DEFAULT 0; -- the session it was made through; 0: none
ALTER TABLE payment ADD COLUMN session_salt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN customer BIGINT NOT NULL DEFAULT 0; -- the customer whose stored source it charged; 0: none
ALTER TABLE payment ADD COLUMN customer_salt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN subscription BIGINT NOT NULL DEFAULT 0; -- the subscription it is a period of; 0: none
ALTER TABLE payment ADD COLUMN short_minor minor_units NOT NULL DEFAULT 0; -- prepaid: what is still missing
ALTER TABLE payment ADD COLUMN return_url TEXT; -- where the customer comes back
ALTER TABLE payment ADD COLUMN cancel_url TEXT;
ALTER TABLE payment ADD COLUMN three_d_secure TEXT; -- result of the authentication, JSON object
ALTER TABLE payment ADD COLUMN family_name TEXT; -- of the customer, as shown beside the details
ALTER TABLE payment ADD COLUMN given_name TEXT;

UPDATE payment SET due_us = deadline_us WHERE status = 2;
DROP INDEX payment_by_deadline;
CREATE INDEX payment_due ON payment (tenant, due_us) WHERE due_us > 0;
-- operation: two more numbers of rail_op.
CREATE DOMAIN from_0_to_7 AS BIGINT CHECK (VALUE BETWEEN 0 AND 7);
ALTER TABLE operation ALTER COLUMN rail_op TYPE from_0_to_7;

-- A payment is written again soon after it was made: room for that on its page, so that no index hears of it.
ALTER TABLE payment SET (fillfactor = 70);

-- What moved for a payment. Captures come soon after their payments, so most entries are at the right edge.
CREATE INDEX ledger_transaction_by_payment ON ledger_transaction (tenant, payment) WHERE payment > 0;
