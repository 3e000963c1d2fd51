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

-- operator: a person of the operator, for one tenant, with an API key of its own. What it may do is rights, a set of bits:
-- 1 reviews applications, 2 makes payout runs, 4 approves them, 8 resolves exceptions, 16 corrects balances.
CREATE TABLE operator (
    tenant      INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    salt        INTEGER NOT NULL,
    name        TEXT    NOT NULL, -- of the person, for the log of decisions
    key_hash    BLOB    NOT NULL CHECK (length(key_hash) = 32), -- BLAKE2b-256 of the key
    rights      INTEGER NOT NULL CHECK (rights BETWEEN 0 AND 31),
    created_us  INTEGER NOT NULL,
    disabled_us INTEGER NOT NULL DEFAULT 0 -- 0: it can be used
);
CREATE UNIQUE INDEX operator_by_key ON operator (tenant, key_hash);
