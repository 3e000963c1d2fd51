-- name: refund_request_insert
-- Where the money of a refund by bank transfer is to go; the refund with the same number is written beside it.
INSERT INTO refund_request (tenant, id, salt, payment, is_pending, customer_fee_minor, customer_fee_tax_minor, fee_minor,
                            fee_tax_minor, bank_name, bank_code, branch_name, branch_number, account_type, sealed, created_us)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: refund_request_list
-- The refund requests of a payment, oldest first, with what their refunds say.
SELECT q.id, q.salt, r.state, r.amount_minor, q.customer_fee_minor, q.customer_fee_tax_minor, q.fee_minor,
       q.fee_tax_minor, q.bank_name, q.bank_code, q.branch_name, q.branch_number, q.account_type, q.sealed,
       q.created_us, r.description
FROM refund_request q JOIN refund r ON r.tenant = q.tenant AND r.payment = q.payment AND r.id = q.id
WHERE q.tenant = $1 AND q.payment = $2 ORDER BY q.id;

-- name: refund_request_get
-- Whose refund request it is; the caller compares the salt.
SELECT payment, salt FROM refund_request WHERE tenant = $1 AND id = $2;

-- name: refund_request_end
-- The operator has paid or rejected it.
UPDATE refund_request SET is_pending = 0 WHERE tenant = $1 AND id = $2;

-- name: refund_request_pending
-- Refund requests that wait for the operator, after a given one, oldest first.
SELECT id, payment FROM refund_request WHERE tenant = $1 AND is_pending = 1 AND id > $2 ORDER BY id LIMIT $3;
