-- name: session_insert
-- A new session, pending.
INSERT INTO session (tenant, id, salt, merchant, mode, is_two_step, currency, amount_minor, locale, intent, created_us,
                     expires_us, customer, customer_salt, return_url, email, name, name_kana, payment_types,
                     external_order_num, external_customer_id, mcc, statement_descriptor, metadata, platform_details,
                     billing_address, shipping_address, line_items, scenario)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26, $27, $28, $29);

-- name: session_get
-- A session by its key; the caller compares the salt.
SELECT id, salt, merchant, mode, status, is_two_step, currency, amount_minor, locale, intent, created_us, expires_us,
       completed_us, cancelled_us, payment, customer, customer_salt, return_url, email, name, name_kana, payment_types,
       external_order_num, external_customer_id, mcc, statement_descriptor, metadata, platform_details, billing_address,
       shipping_address, line_items, scenario
FROM session WHERE tenant = $1 AND id = $2;

-- name: session_tenant
-- Whose session a wire id is: its page has no key. A look-up for each tenant.
-- shared: looks the tenant up
SELECT t.tenant, t.live FROM tenant t JOIN session s ON s.tenant = t.tenant WHERE s.id = $1 AND s.salt = $2;

-- name: session_gate
-- What decides whether an attempt may begin or succeed.
SELECT salt, status, expires_us, payment FROM session WHERE tenant = $1 AND id = $2;

-- name: session_busy
-- An attempt of a session that a rail is being asked about, other than $3.
SELECT id FROM payment
WHERE tenant = $1 AND session = $2 AND session <> 0 AND operation <> 0 AND id <> $3 ORDER BY id LIMIT 1;

-- name: session_latest
-- The newest attempt of a session.
SELECT id FROM payment WHERE tenant = $1 AND session = $2 AND session <> 0 ORDER BY id DESC LIMIT 1;

-- name: session_complete
-- Completes a pending session by a payment (0: by a stored source alone). Again by the same payment changes nothing; by
-- another one it gives no row.
UPDATE session SET status = 2, payment = $3, completed_us = CASE status WHEN 1 THEN $4 ELSE completed_us END
WHERE tenant = $1 AND id = $2 AND (status = 1 OR (status = 2 AND payment = $3)) RETURNING mode, completed_us;

-- name: session_close_attempts
-- Attempts of a session that has ended, other than $3, are due at $4. One that its rail is being asked about is so as soon
-- as that has ended.
UPDATE payment SET due_us = $4
WHERE tenant = $1 AND session = $2 AND session <> 0 AND id <> $3 AND status IN (1, 2) AND operation = 0;

-- name: session_cancel
-- Cancels a pending session; any other changes no row.
UPDATE session SET status = 3, cancelled_us = $3 WHERE tenant = $1 AND id = $2 AND status = 1;

-- name: session_store
-- The customer whose source a session has stored.
UPDATE session SET customer = $3, customer_salt = $4 WHERE tenant = $1 AND id = $2;

-- name: session_source_put
-- The card or wallet that a payment would leave.
INSERT INTO session_source (tenant, payment, customer, customer_salt, sealed, brand, last_four, month, year)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: session_source_get
-- The card or wallet that a payment leaves, and what the issuer said of the card.
SELECT x.customer, x.customer_salt, x.sealed, x.brand, x.last_four, x.month, x.year, p.three_d_secure
FROM session_source x JOIN payment p ON p.tenant = x.tenant AND p.id = x.payment WHERE x.tenant = $1 AND x.payment = $2;

-- name: session_source_drop
-- The payment has ended: its card has been moved, or is forgotten.
DELETE FROM session_source WHERE tenant = $1 AND payment = $2;

-- name: session_order_used
-- Sessions of a merchant that are, or could still be, paid under an order number: not one whose slip has ended unpaid.
SELECT count(*) FROM session s
WHERE s.tenant = $1 AND s.external_order_num = $2 AND s.external_order_num IS NOT NULL AND s.merchant = $3
  AND ((s.status = 1 AND s.expires_us > $4) OR (s.status = 2 AND NOT EXISTS
    (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = s.payment AND p.status IN (5, 6, 7))));

-- name: session_order_paid
-- Payments of a merchant under an order number that were made without a session, attempts that failed left out.
SELECT count(*) FROM payment
WHERE tenant = $1 AND merchant = $2 AND external_order_num = $3 AND session = 0 AND status <> 7;

-- name: exchange_rate_put
-- A rate from a time on.
INSERT INTO exchange_rate (tenant, from_currency, to_currency, since_us, rate_e8) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, from_currency, to_currency, since_us) DO UPDATE SET rate_e8 = excluded.rate_e8;

-- name: exchange_rate_list
-- The rates of a time: from $2 (0: any) to each currency.
SELECT r.from_currency, r.to_currency, r.since_us, r.rate_e8 FROM exchange_rate r
WHERE r.tenant = $1 AND (r.from_currency = $2 OR $2 = 0) AND r.since_us <= $3 AND NOT EXISTS
  (SELECT 1 FROM exchange_rate n WHERE n.tenant = $1 AND n.from_currency = r.from_currency
   AND n.to_currency = r.to_currency AND n.since_us <= $3 AND n.since_us > r.since_us)
ORDER BY r.from_currency, r.to_currency;
