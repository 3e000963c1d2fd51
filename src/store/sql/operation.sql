-- name: operation_insert
-- The intent, committed before the rail is called; or, without a rail, the answer at once.
INSERT INTO operation (tenant, id, salt, rail_op, state, payment, refund, amount_minor, tax_minor, due_us, sent_us,
                       is_key_bound, http_status, event_seq, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: operation_finish
-- The outcome and the answer.
UPDATE operation SET state = $3, due_us = 0, http_status = $4, event_seq = $5, body = $6 WHERE tenant = $1 AND id = $2;

-- name: operation_postpone
-- Still unknown: when to inquire again, and what has been heard.
UPDATE operation SET state = $3, due_us = $4, tries = $5, heard = $6 WHERE tenant = $1 AND id = $2;

-- name: operation_get
-- One operation.
SELECT id, salt, rail_op, state, payment, refund, amount_minor, tax_minor, tries, due_us, sent_us, is_key_bound,
       http_status, event_seq, body, heard
FROM operation WHERE tenant = $1 AND id = $2;

-- name: operation_redeemed
-- The prepaid numbers that have given something of a payment, in the order in which they were asked: each was asked for
-- what was still missing.
SELECT id, salt, amount_minor FROM operation
WHERE tenant = $1 AND payment = $2 AND rail_op = 7 AND state = 3 AND http_status < 300 ORDER BY amount_minor DESC;

-- name: operation_due
-- Operations whose outcome must be inquired by now.
SELECT id FROM operation WHERE tenant = $1 AND due_us > 0 AND due_us <= $2 ORDER BY due_us LIMIT $3;

-- name: operation_open
-- Operations without an outcome, by key: what an earlier process left.
SELECT id FROM operation WHERE tenant = $1 AND due_us > 0 AND id > $2 ORDER BY id LIMIT $3;

-- name: operation_adopt
-- Operations that a server which has ended left without an outcome ($2: its number, which their keys carry): due now.
-- What that server's last transaction still holds is left: it becomes due by itself. $4: the server's token.
UPDATE operation SET due_us = $3
WHERE operation.tenant = $1
  AND operation.id IN (SELECT o.id FROM operation o
                       WHERE o.tenant = $1 AND o.due_us > $3 AND o.state = 1 AND (o.id & 1023) = $2
                       /*postgres FOR UPDATE SKIP LOCKED */)
  AND EXISTS (SELECT 1 FROM server WHERE node = $2 AND token = $4 AND is_open = 1 AND until_us < {{now_us}});

-- name: idempotency_get
-- What a key was used for.
SELECT fingerprint, operation FROM idempotency WHERE tenant = $1 AND key_hash = $2;

-- name: idempotency_insert
-- Takes a key.
INSERT INTO idempotency (tenant, key_hash, fingerprint, operation) VALUES ($1, $2, $3, $4);

-- name: idempotency_delete
-- Gives a key free that has aged out, before it is taken again.
DELETE FROM idempotency WHERE tenant = $1 AND key_hash = $2;

-- name: idempotency_bound
-- The key that stands $3 keys after a given one: the sweep goes through the table in steps.
SELECT key_hash FROM idempotency WHERE tenant = $1 AND key_hash > $2 ORDER BY key_hash LIMIT 1 OFFSET $3;

-- name: idempotency_sweep
-- Drops the keys of one step that are older than the lifetime.
DELETE FROM idempotency WHERE tenant = $1 AND key_hash > $2 AND key_hash <= $3 AND operation < $4;
