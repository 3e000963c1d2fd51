-- name: dispute_insert
-- A chargeback request that waits for the merchant.
INSERT INTO dispute (tenant, id, salt, payment, merchant, state, is_pending, reason_code, reason, created_us, due_us)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10);

-- name: dispute_get
-- A chargeback request by its key; the caller compares the salt.
SELECT id, salt, payment, merchant, state, reason_code, reason, created_us, due_us, defended_us, ended_us, refund,
       fee_minor, fee_tax_minor, defense, defense_hash, document_kind, document_bytes
FROM dispute WHERE tenant = $1 AND id = $2;

-- name: dispute_save
-- Everything about a chargeback request that can change.
UPDATE dispute SET state = $3, is_pending = $4, defended_us = $5, ended_us = $6, refund = $7, fee_minor = $8,
                   fee_tax_minor = $9, defense = $10, defense_hash = $11, document_kind = $12, document_bytes = $13
WHERE tenant = $1 AND id = $2;

-- name: dispute_open_of
-- The chargeback request of a payment that has not ended; a payment has one at most.
SELECT id FROM dispute WHERE tenant = $1 AND payment = $2 AND ended_us = 0;

-- name: dispute_due
-- Chargeback requests that nobody has answered in time, the oldest first.
SELECT id FROM dispute WHERE tenant = $1 AND is_pending = 1 AND due_us < $2 ORDER BY due_us LIMIT $3;

-- name: dispute_list
-- Chargeback requests: those that wait for an answer first, then the rest, newest first. 0 is any payment or merchant,
-- and no states are all (a bit set).
SELECT id FROM dispute
WHERE tenant = $1 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0) AND (payment = $4 OR $4 = 0)
  AND (merchant = $5 OR $5 = 0) AND (((CAST(1 AS BIGINT) << CAST(state AS INTEGER)) & $6) <> 0 OR $6 = 0)
  AND (due_us >= $7 OR $7 = 0) AND (due_us <= $8 OR $8 = 0)
ORDER BY is_pending DESC, id DESC LIMIT $9 OFFSET $10;

-- name: dispute_count
-- How many those are.
SELECT count(*) FROM dispute
WHERE tenant = $1 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0) AND (payment = $4 OR $4 = 0)
  AND (merchant = $5 OR $5 = 0) AND (((CAST(1 AS BIGINT) << CAST(state AS INTEGER)) & $6) <> 0 OR $6 = 0)
  AND (due_us >= $7 OR $7 = 0) AND (due_us <= $8 OR $8 = 0);

-- name: dispute_after
-- The next chargeback request after one that is open still.
SELECT id, payment FROM dispute WHERE tenant = $1 AND ended_us = 0 AND id > $2 ORDER BY id LIMIT 1;

-- name: dispute_document_insert
-- A part of the document of a defence.
INSERT INTO dispute_document (tenant, dispute, part, sealed) VALUES ($1, $2, $3, $4);

-- name: dispute_document_parts
-- The document of a defence.
SELECT sealed FROM dispute_document WHERE tenant = $1 AND dispute = $2 ORDER BY part;

-- name: merchant_chargeback_fee
-- What a lost dispute costs a merchant besides.
SELECT chargeback_fee_minor FROM merchant WHERE tenant = $1 AND id = $2;

-- name: merchant_chargeback_fee_set
-- The same from now on.
UPDATE merchant SET chargeback_fee_minor = $3 WHERE tenant = $1 AND id = $2;
