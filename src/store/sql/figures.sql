-- What the operator's metrics ask for (base/metric.def), at every scrape. None of it may cost more as the database grows
-- older: heads of tenants, house accounts (a handful per tenant), and the partial indexes of what is still open, read up
-- to a limit.
-- shared: figures of the whole server, over all tenants; live and test ones apart

-- name: figures_heads
-- Tenants, ledger transactions and events of one world ($1).
SELECT count(*), CAST(coalesce(sum(ledger_seq), 0) AS BIGINT), CAST(coalesce(sum(event_seq), 0) AS BIGINT)
FROM tenant WHERE live = $1;

-- name: figures_house
-- The house accounts of one world ($1) by currency, credits less debits.
SELECT a.merchant, a.currency, CAST(sum(
       a.payment + a.payment_share + a.platform_fee + a.fee + a.fee_tax + a.refund + a.payment_share_refund
       + a.platform_fee_refund + a.refunded_customer_fee + a.refunded_customer_fee_tax + a.refund_fee + a.refund_fee_tax
       + a.chargeback + a.balance_transfer + a.submerchant_management_fee + a.submerchant_management_fee_tax
       + a.chargeback_fixed_fee + a.chargeback_fixed_fee_tax + a.correction + a.customer_fee) AS BIGINT)
FROM tenant t JOIN account a ON a.tenant = t.tenant
WHERE t.live = $1 AND a.merchant < 0 GROUP BY a.merchant, a.currency;

-- name: figures_outbox
-- Deliveries of one world ($1) that wait, up to $2 of each tenant, so that the backlog of one hides no other; the age of the
-- oldest at real time $3, and how late the attempt is that was due first. A tenant's events are numbered as they happened.
SELECT CAST(coalesce(sum(w.waiting), 0) AS BIGINT), coalesce(max($3 + w.clock_offset_us - e.created_us), 0),
       coalesce(max($3 + w.clock_offset_us - w.due_us), 0)
FROM (SELECT t.tenant, t.clock_offset_us,
             (SELECT count(*) FROM (SELECT o.due_us FROM webhook_delivery o
                                    WHERE o.tenant = t.tenant AND o.due_us > 0 LIMIT $2) d) AS waiting,
             (SELECT min(d.event_seq) FROM (SELECT o.event_seq FROM webhook_delivery o
                                            WHERE o.tenant = t.tenant AND o.due_us > 0 LIMIT $2) d) AS event_seq,
             (SELECT min(d.due_us) FROM (SELECT o.due_us FROM webhook_delivery o
                                         WHERE o.tenant = t.tenant AND o.due_us > 0 LIMIT $2) d) AS due_us
      FROM tenant t WHERE t.live = $1) w
JOIN event e ON e.tenant = w.tenant AND e.seq = w.event_seq;

-- name: figures_operations
-- Operations of one world ($1) without an outcome, up to $2 of them; how many are unknown, and the age of the oldest at
-- real time $3.
SELECT count(*), CAST(coalesce(sum(CASE WHEN d.state = 2 THEN 1 ELSE 0 END), 0) AS BIGINT), coalesce(max($3 - d.sent_us), 0)
FROM (SELECT o.state, o.sent_us FROM tenant t JOIN operation o ON o.tenant = t.tenant
      WHERE t.live = $1 AND o.due_us > 0 LIMIT $2) d;

-- name: figures_refused
-- Payments of one world ($1) that their rail has refused to void, and those that are owed late money; up to $2 of each.
SELECT (SELECT count(*) FROM (SELECT p.id FROM tenant t JOIN payment p ON p.tenant = t.tenant
                              WHERE t.live = $1 AND p.refusals > 0 LIMIT $2) r),
       (SELECT count(*) FROM (SELECT p.id FROM tenant t JOIN payment p ON p.tenant = t.tenant
                              WHERE t.live = $1 AND p.late_money = 1 LIMIT $2) l);
