-- 0002: every payment type: payments that wait for their customer, and how they were asked for.

ALTER TABLE payment ADD COLUMN due_us INTEGER NOT NULL DEFAULT 0; -- when it expires unless something happens before; 0: it waits for nobody
ALTER TABLE payment ADD COLUMN session INTEGER NOT NULL DEFAULT 0; -- the session it was made through; 0: none
ALTER TABLE payment ADD COLUMN session_salt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN customer INTEGER NOT NULL DEFAULT 0; -- the customer whose stored source it charged; 0: none
ALTER TABLE payment ADD COLUMN customer_salt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN subscription INTEGER NOT NULL DEFAULT 0; -- the subscription it is a period of; 0: none
ALTER TABLE payment ADD COLUMN short_minor INTEGER NOT NULL DEFAULT 0 CHECK (short_minor >= 0); -- prepaid: what is still missing
ALTER TABLE payment ADD COLUMN return_url TEXT; -- where the customer comes back
ALTER TABLE payment ADD COLUMN cancel_url TEXT;
ALTER TABLE payment ADD COLUMN three_d_secure TEXT; -- result of the authentication, JSON object
ALTER TABLE payment ADD COLUMN family_name TEXT; -- of the customer, as shown beside the details
ALTER TABLE payment ADD COLUMN given_name TEXT;

UPDATE payment SET due_us = deadline_us WHERE status = 2;
DROP INDEX payment_by_deadline;
CREATE INDEX payment_due ON payment (tenant, due_us) WHERE due_us > 0;

-- operation: two more numbers of rail_op.
CREATE TABLE operation_0002 (
    tenant       INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    salt         INTEGER NOT NULL,
    rail_op      INTEGER NOT NULL CHECK (rail_op BETWEEN 0 AND 7), -- enum rail_op; 0: no rail
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
INSERT INTO operation_0002 (tenant, id, salt, rail_op, state, payment, refund, amount_minor, tax_minor, tries, heard, due_us, sent_us, is_key_bound, http_status, event_seq, body)
SELECT tenant, id, salt, rail_op, state, payment, refund, amount_minor, tax_minor, tries, heard, due_us, sent_us, is_key_bound, http_status, event_seq, body FROM operation;
DROP TABLE operation;
ALTER TABLE operation_0002 RENAME TO operation;
CREATE INDEX operation_open ON operation (tenant, due_us) WHERE due_us > 0;

-- What moved for a payment. Captures come soon after their payments, so most entries are at the right edge.
CREATE INDEX ledger_transaction_by_payment ON ledger_transaction (tenant, payment) WHERE payment > 0;
