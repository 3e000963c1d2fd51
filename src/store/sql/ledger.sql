-- name: ledger_transaction_insert
-- One money event.
INSERT INTO ledger_transaction (tenant, seq, salt, event, currency, happened_us, payment, refund, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: ledger_transfer_insert
-- One of its transfers.
INSERT INTO ledger_transfer (tenant, seq, line, type, debit, credit, amount_minor, debit_prev, credit_prev)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: ledger_transfer_insert_2
-- Two of them: what a statement costs beside its rows is paid once.
INSERT INTO ledger_transfer (tenant, seq, line, type, debit, credit, amount_minor, debit_prev, credit_prev)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9),
       ($1, $2, $10, $11, $12, $13, $14, $15, $16);

-- name: ledger_transfer_insert_4
-- Four of them.
INSERT INTO ledger_transfer (tenant, seq, line, type, debit, credit, amount_minor, debit_prev, credit_prev)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9),
       ($1, $2, $10, $11, $12, $13, $14, $15, $16),
       ($1, $2, $17, $18, $19, $20, $21, $22, $23),
       ($1, $2, $24, $25, $26, $27, $28, $29, $30);

-- name: ledger_of_payment
-- Every transfer of a payment, its refunds included, in the order in which they happened.
SELECT x.seq, x.salt, x.event, x.happened_us, x.refund, t.line, t.type, t.debit, t.credit, t.amount_minor
FROM ledger_transaction x /*sqlite INDEXED BY ledger_transaction_by_payment */
JOIN ledger_transfer t ON t.tenant = x.tenant AND t.seq = x.seq WHERE x.tenant = $1 AND x.payment = $2 AND x.payment <> 0 ORDER BY x.seq, t.line;

-- name: ledger_mark_insert
-- The place of every 64th record of an account.
INSERT INTO ledger_mark (tenant, merchant, currency, record, pos) VALUES ($1, $2, $3, $4, $5);

-- name: ledger_mark_after
-- The mark at a record of an account, or the next one after it.
SELECT record, pos FROM ledger_mark WHERE tenant = $1 AND merchant = $2 AND currency = $3 AND record >= $4
ORDER BY record LIMIT 1;

-- name: ledger_previous
-- The position of an account's record before the one at a position, and when that one happened.
SELECT CASE WHEN t.credit = $4 THEN t.credit_prev ELSE t.debit_prev END, x.happened_us
FROM ledger_transfer t JOIN ledger_transaction x ON x.tenant = t.tenant AND x.seq = t.seq
WHERE t.tenant = $1 AND t.seq = $2 AND t.line = $3;

-- name: ledger_transaction_records
-- The records of one transaction that an account sees, signed, in order.
SELECT t.line, x.salt, t.type, CASE WHEN t.credit = $3 THEN t.amount_minor ELSE -t.amount_minor END, x.happened_us,
       CASE WHEN t.credit = $3 THEN t.credit_prev ELSE t.debit_prev END
FROM ledger_transfer t JOIN ledger_transaction x ON x.tenant = t.tenant AND x.seq = t.seq
WHERE t.tenant = $1 AND t.seq = $2 AND x.currency = $4 AND (t.debit = $3 OR t.credit = $3) ORDER BY t.line;

-- name: ledger_records_of_type
-- Records of one type on an account, newest transaction first. Reads the tenant's ledger: a filter, not a page.
SELECT t.seq, x.salt, CASE WHEN t.credit = $2 THEN t.amount_minor ELSE -t.amount_minor END, x.happened_us
FROM ledger_transfer t JOIN ledger_transaction x ON x.tenant = t.tenant AND x.seq = t.seq
WHERE t.tenant = $1 AND (t.debit = $2 OR t.credit = $2) AND x.currency = $3 AND t.type = $4
  AND (x.happened_us > $5 OR $5 = 0) AND (x.happened_us < $6 OR $6 = 0)
ORDER BY t.seq DESC, t.line LIMIT $7 OFFSET $8;

-- name: ledger_count_of_type
-- How many those are.
SELECT count(*) FROM ledger_transfer t JOIN ledger_transaction x ON x.tenant = t.tenant AND x.seq = t.seq
WHERE t.tenant = $1 AND (t.debit = $2 OR t.credit = $2) AND x.currency = $3 AND t.type = $4
  AND (x.happened_us > $5 OR $5 = 0) AND (x.happened_us < $6 OR $6 = 0);

-- name: account_get
-- A balance by record type, what is held of it, and the end of its chain.
SELECT held_minor, records, last_pos,
       payment, payment_share, platform_fee, fee, fee_tax, refund, payment_share_refund, platform_fee_refund,
       refunded_customer_fee, refunded_customer_fee_tax, refund_fee, refund_fee_tax, chargeback, balance_transfer,
       submerchant_management_fee, submerchant_management_fee_tax, chargeback_fixed_fee, chargeback_fixed_fee_tax,
       correction, customer_fee, clearing, payout, payout_fee, payout_fee_tax, other_fee_adjustment,
       other_fee_adjustment_tax, bank_movement
FROM account WHERE tenant = $1 AND merchant = $2 AND currency = $3;

-- name: account_save
-- Writes it back, once per batch.
INSERT INTO account (tenant, merchant, currency, held_minor, records, last_pos,
       payment, payment_share, platform_fee, fee, fee_tax, refund, payment_share_refund, platform_fee_refund,
       refunded_customer_fee, refunded_customer_fee_tax, refund_fee, refund_fee_tax, chargeback, balance_transfer,
       submerchant_management_fee, submerchant_management_fee_tax, chargeback_fixed_fee, chargeback_fixed_fee_tax,
       correction, customer_fee, clearing, payout, payout_fee, payout_fee_tax, other_fee_adjustment,
       other_fee_adjustment_tax, bank_movement)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
        $27, $28, $29, $30, $31, $32, $33)
ON CONFLICT (tenant, merchant, currency) DO UPDATE SET
  held_minor = excluded.held_minor, records = excluded.records, last_pos = excluded.last_pos,
  payment = excluded.payment, payment_share = excluded.payment_share, platform_fee = excluded.platform_fee,
  fee = excluded.fee, fee_tax = excluded.fee_tax, refund = excluded.refund,
  payment_share_refund = excluded.payment_share_refund, platform_fee_refund = excluded.platform_fee_refund,
  refunded_customer_fee = excluded.refunded_customer_fee,
  refunded_customer_fee_tax = excluded.refunded_customer_fee_tax, refund_fee = excluded.refund_fee,
  refund_fee_tax = excluded.refund_fee_tax, chargeback = excluded.chargeback,
  balance_transfer = excluded.balance_transfer,
  submerchant_management_fee = excluded.submerchant_management_fee,
  submerchant_management_fee_tax = excluded.submerchant_management_fee_tax,
  chargeback_fixed_fee = excluded.chargeback_fixed_fee,
  chargeback_fixed_fee_tax = excluded.chargeback_fixed_fee_tax, correction = excluded.correction,
  customer_fee = excluded.customer_fee, clearing = excluded.clearing, payout = excluded.payout,
  payout_fee = excluded.payout_fee, payout_fee_tax = excluded.payout_fee_tax,
  other_fee_adjustment = excluded.other_fee_adjustment,
  other_fee_adjustment_tax = excluded.other_fee_adjustment_tax, bank_movement = excluded.bank_movement;
