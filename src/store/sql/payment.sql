-- name: payment_insert
-- A new payment, before its rail is called.
INSERT INTO payment (tenant, id, salt, merchant, ordinal, status, model, method, rail, is_two_step, currency,
                     amount_minor, tax_minor, customer_fee_minor, operation, reference, created_us, deadline_us,
                     details, external_order_num, description, metadata, locale, mcc, statement_descriptor,
                     session, session_salt, customer, customer_salt, subscription, return_url, cancel_url,
                     three_d_secure, family_name, given_name, card_hash, ip_hash, bin_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38);

-- name: payment_tenant
-- Whose payment a wire id is: the page of its slip has no key. A look-up for each tenant.
-- shared: looks the tenant up
SELECT t.tenant, t.live FROM tenant t JOIN payment p ON p.tenant = t.tenant WHERE p.id = $1 AND p.salt = $2;

-- name: payment_get
-- A payment by its key; the caller compares the salt.
SELECT p.id, p.salt, p.merchant, p.ordinal, p.status, p.model, p.method, p.rail, p.is_two_step, p.currency,
       p.amount_minor, p.tax_minor, p.customer_fee_minor, p.refunded_minor, p.refunding_minor, p.refund_count,
       p.operation, p.reference, p.dispute, p.created_us, p.deadline_us, p.captured_us, p.fee_percent_e4,
       p.fee_fixed_minor, p.fee_minimum_minor, p.details,
       p.external_order_num, p.description, p.metadata, p.locale, p.mcc, p.statement_descriptor, m.salt,
       p.session, p.session_salt, p.customer, p.customer_salt, p.subscription, p.short_minor, p.return_url,
       p.cancel_url, p.three_d_secure, p.family_name, p.given_name, p.late_money, p.refusals, p.due_us
FROM payment p JOIN merchant m ON m.tenant = p.tenant AND m.id = p.merchant WHERE p.tenant = $1 AND p.id = $2;

-- name: payment_find_test
-- Whose payment a wire id is, among test tenants: the pages of the simulated wallets have no key. A look-up for each of them.
-- shared: looks the tenant up
SELECT t.tenant FROM tenant t JOIN payment p ON p.tenant = t.tenant WHERE t.live = 0 AND p.id = $1 AND p.salt = $2;

-- name: payment_save
-- Everything about a payment that a use case may change.
UPDATE payment SET status = $3, amount_minor = $4, tax_minor = $5, refunded_minor = $6, refunding_minor = $7,
                   refund_count = $8, operation = $9, reference = $10, dispute = $11, captured_us = $12, fee_percent_e4 = $13,
                   fee_fixed_minor = $14, fee_minimum_minor = $15, due_us = $16, short_minor = $17,
                   late_money = $18, refusals = $19
WHERE tenant = $1 AND id = $2;

-- name: payment_detail
-- What its rail has said of it, for payment_details of its object.
UPDATE payment SET details = $3 WHERE tenant = $1 AND id = $2;

-- name: payment_give_customer
-- Whose source it is that paid, once that is stored.
UPDATE payment SET customer = $3, customer_salt = $4 WHERE tenant = $1 AND id = $2;

-- name: payment_describe
-- PATCH: description and metadata.
UPDATE payment SET description = $3, metadata = $4 WHERE tenant = $1 AND id = $2;

-- name: payment_order_used
-- Payments of a merchant under an order number, attempts that failed left out.
SELECT count(*) FROM payment WHERE tenant = $1 AND merchant = $2 AND external_order_num = $3 AND status <> 7;

-- name: payment_count_of
-- How many payments a merchant has processed: the total of an unfiltered list.
SELECT payments FROM merchant_head WHERE tenant = $1 AND merchant = $2;

-- name: payment_created_at
-- When a merchant's payment number n was made: rises with n, so a time can be found by halving.
SELECT created_us FROM payment WHERE tenant = $1 AND merchant = $2 AND ordinal = $3;

-- name: payment_page
-- Payments number $4 down to $3 of a merchant, newest first.
SELECT id FROM payment WHERE tenant = $1 AND merchant = $2 AND ordinal BETWEEN $3 AND $4 ORDER BY ordinal DESC;

-- name: payment_filter
-- The same with filters: currency (0 any), statuses (bit set, 0 any).
SELECT id FROM payment
WHERE tenant = $1 AND merchant = $2 AND ordinal BETWEEN $3 AND $4 AND (currency = $5 OR $5 = 0)
  AND (((CAST(1 AS BIGINT) << CAST(status AS INTEGER)) & $6) <> 0 OR $6 = 0)
ORDER BY ordinal DESC LIMIT $7 OFFSET $8;

-- name: payment_filter_count
-- How many payments those filters leave.
SELECT count(*) FROM payment
WHERE tenant = $1 AND merchant = $2 AND ordinal BETWEEN $3 AND $4 AND (currency = $5 OR $5 = 0)
  AND (((CAST(1 AS BIGINT) << CAST(status AS INTEGER)) & $6) <> 0 OR $6 = 0);

-- name: payment_order_list
-- Payments of a merchant under one order number, newest first, with the same filters.
SELECT id FROM payment /*sqlite INDEXED BY payment_by_order */
WHERE tenant = $1 AND merchant = $2 AND external_order_num = $3 AND ordinal BETWEEN $4 AND $5
  AND (currency = $6 OR $6 = 0) AND (((CAST(1 AS BIGINT) << CAST(status AS INTEGER)) & $7) <> 0 OR $7 = 0)
ORDER BY ordinal DESC LIMIT $8 OFFSET $9;

-- name: payment_order_count
-- How many those are.
SELECT count(*) FROM payment /*sqlite INDEXED BY payment_by_order */
WHERE tenant = $1 AND merchant = $2 AND external_order_num = $3 AND ordinal BETWEEN $4 AND $5
  AND (currency = $6 OR $6 = 0) AND (((CAST(1 AS BIGINT) << CAST(status AS INTEGER)) & $7) <> 0 OR $7 = 0);

-- name: payment_due
-- Payments that the job has to look at, those that are due longest first: their deadline has passed, their session has
-- ended without them, or their rail is to be asked once more.
SELECT id FROM payment WHERE tenant = $1 AND due_us > 0 AND due_us < $2 AND operation = 0
ORDER BY due_us LIMIT $3;

-- name: payment_look_at
-- When the job looks at a payment that waits for somebody.
UPDATE payment SET due_us = $3 WHERE tenant = $1 AND id = $2 AND due_us > 0;

-- name: payment_refused
-- The next payment after $2 whose rail has refused to void it; none: no row.
SELECT id FROM payment WHERE tenant = $1 AND refusals > 0 AND id > $2 ORDER BY id LIMIT 1;

-- name: split_line_insert
-- A line of the split of a capture (refund 0) or of a refund.
INSERT INTO split_line (tenant, payment, refund, line, merchant, amount_minor, platform_fee_minor)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: split_line_insert_2
-- Two of them.
INSERT INTO split_line (tenant, payment, refund, line, merchant, amount_minor, platform_fee_minor)
VALUES ($1, $2, $3, $4, $5, $6, $7), ($1, $2, $3, $8, $9, $10, $11);

-- name: split_line_list
-- All lines of a payment: its capture's, then each refund's.
SELECT s.refund, s.merchant, m.salt, s.amount_minor, s.platform_fee_minor
FROM split_line s JOIN merchant m ON m.tenant = s.tenant AND m.id = s.merchant
WHERE s.tenant = $1 AND s.payment = $2 ORDER BY s.refund, s.line;

-- name: split_line_delete
-- Takes back the split of a capture that did not happen.
DELETE FROM split_line WHERE tenant = $1 AND payment = $2 AND refund = $3;

-- name: refund_insert
-- A refund, before its rail is called, or a chargeback.
INSERT INTO refund (tenant, payment, id, salt, state, amount_minor, is_reverse, chargeback, has_split, description, created_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: refund_finish
-- Done or failed; the time is when it became so.
UPDATE refund SET state = $4, created_us = $5 WHERE tenant = $1 AND payment = $2 AND id = $3;

-- name: refund_list
-- Refunds of a payment, oldest first.
SELECT id, salt, state, amount_minor, is_reverse, chargeback, has_split, description, created_us
FROM refund WHERE tenant = $1 AND payment = $2 ORDER BY created_us, id;
