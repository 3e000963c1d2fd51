-- 0019: what settlements, payouts and the bank move in the ledger, and the operator's people.

-- account: more sums by record type; those of doc/ledger.md. A record type that no merchant sees (payout, payout_fee,
-- payout_fee_tax, bank_movement) is in the sums and not in records, last_pos and the marks of a merchant's account.
ALTER TABLE account ADD COLUMN clearing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN payout INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN payout_fee INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN payout_fee_tax INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN other_fee_adjustment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN other_fee_adjustment_tax INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN bank_movement INTEGER NOT NULL DEFAULT 0;
