-- name: subscription_insert
-- A new subscription, whose first charge is due at once.
INSERT INTO subscription (tenant, id, salt, customer, status, period, currency, amount_minor, due_us, has_split, processor,
                          metadata, created_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: subscription_get
-- A subscription by its key; the caller compares the salt.
SELECT s.id, s.salt, s.customer, s.status, s.period, s.currency, s.amount_minor, s.paid, s.tries, s.payment, s.due_us,
       s.has_split, s.processor, m.salt, s.metadata, s.created_us, s.ended_us
FROM subscription s LEFT JOIN merchant m ON m.tenant = s.tenant AND m.id = s.processor
WHERE s.tenant = $1 AND s.id = $2;

-- name: subscription_save
-- Everything about a subscription that can change.
UPDATE subscription SET status = $3, paid = $4, tries = $5, payment = $6, due_us = $7, ended_us = $8
WHERE tenant = $1 AND id = $2;

-- name: subscription_due
-- Subscriptions with a charge that is due, the longest waiting first.
SELECT id FROM subscription WHERE tenant = $1 AND due_us > 0 AND due_us <= $2 ORDER BY due_us LIMIT $3;

-- name: subscription_next_due
-- When the next charge after a time is due; NULL: none is.
SELECT min(due_us) FROM subscription WHERE tenant = $1 AND due_us > 0 AND due_us > $2;

-- name: subscription_waiting
-- How many charges are due or under way at a time. Scans: for the clock of the test helpers.
SELECT count(*) FROM subscription WHERE tenant = $1 AND (payment <> 0 OR (due_us > 0 AND due_us <= $2));

-- name: subscription_list
-- Subscriptions, newest first.
SELECT id FROM subscription
WHERE tenant = $1 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0)
ORDER BY id DESC LIMIT $4 OFFSET $5;

-- name: subscription_count
-- How many those are.
SELECT count(*) FROM subscription
WHERE tenant = $1 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0);

-- name: subscription_running_of
-- Those of a customer that would still charge it.
SELECT id FROM subscription WHERE tenant = $1 AND customer = $2 AND ended_us = 0 ORDER BY id;

-- name: subscription_line_insert
-- A line of the split of each charge.
INSERT INTO subscription_line (tenant, subscription, line, merchant, amount_minor, platform_fee_minor)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: subscription_line_list
-- The split of each charge.
SELECT s.merchant, m.salt, s.amount_minor, s.platform_fee_minor
FROM subscription_line s JOIN merchant m ON m.tenant = s.tenant AND m.id = s.merchant
WHERE s.tenant = $1 AND s.subscription = $2 ORDER BY s.line;

-- name: subscription_charge_insert
-- A try to charge a period begins, or was refused at once.
INSERT INTO subscription_charge (tenant, subscription, number, try, payment, due_us) VALUES ($1, $2, $3, $4, $5, $6);

-- name: subscription_charge_payments
-- The payments of a subscription, oldest first.
SELECT p.id, p.salt FROM subscription_charge c JOIN payment p ON p.tenant = c.tenant AND p.id = c.payment
WHERE c.tenant = $1 AND c.subscription = $2 ORDER BY c.number, c.try;
