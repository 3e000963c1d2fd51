-- 0011: payments that their rail does not let go of: money that came too late, voids that are refused; whom a decline counts
-- against that is learnt later.

-- The redemptions of a payment that prepaid numbers have paid: they go back together.
CREATE INDEX operation_redeemed ON operation (tenant, payment) WHERE rail_op = 7;

CREATE DOMAIN from_0_to_2 AS BIGINT CHECK (VALUE BETWEEN 0 AND 2);
ALTER TABLE payment ADD COLUMN late_money from_0_to_2 NOT NULL DEFAULT 0; -- enum late_money: 1 its rail took money that it could not take any more, 2 that has been given back
ALTER TABLE payment ADD COLUMN refusals natural_number NOT NULL DEFAULT 0; -- how often its rail has refused to void it; 0 once it waits for nothing
CREATE INDEX payment_late ON payment (tenant, id) WHERE late_money = 1;
CREATE INDEX payment_refused ON payment (tenant, id) WHERE refusals > 0;

ALTER TABLE payment ADD COLUMN ip_hash BYTEA; -- key_hash of the buyer's address, as card_hash is of the card; NULL: not known
ALTER TABLE payment ADD COLUMN bin_hash BYTEA; -- key_hash of the card's first digits
