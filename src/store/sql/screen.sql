-- name: screen_limit_list
-- Limits of a merchant and of the root, which hold for all below it.
SELECT merchant, rule, most, window_s FROM screen_limit WHERE tenant = $1 AND merchant IN ($1, $2);

-- name: screen_limit_put
-- Sets a limit of a merchant.
INSERT INTO screen_limit (tenant, merchant, rule, most, window_s) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, merchant, rule) DO UPDATE SET most = excluded.most, window_s = excluded.window_s;

-- name: screen_limit_delete
-- Back to the default.
DELETE FROM screen_limit WHERE tenant = $1 AND merchant = $2 AND rule = $3;

-- name: screen_entry_find
-- Whether one of four marks is on a list of a merchant or of the root at $7.
SELECT is_allowed FROM screen_entry
WHERE tenant = $1 AND merchant IN ($1, $2) AND kind IN (2, 3, 4, 5) AND key_hash IN ($3, $4, $5, $6)
  AND (expires_us = 0 OR expires_us > $7);

-- name: screen_entry_put
-- Puts a mark on a list, or gives its entry another note and end.
INSERT INTO screen_entry (tenant, merchant, kind, key_hash, is_allowed, value, note, created_us, expires_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, merchant, kind, key_hash, is_allowed)
DO UPDATE SET value = excluded.value, note = excluded.note, created_us = excluded.created_us,
              expires_us = excluded.expires_us;

-- name: screen_entry_delete
-- Takes a mark off a list.
DELETE FROM screen_entry WHERE tenant = $1 AND merchant = $2 AND kind = $3 AND key_hash = $4 AND is_allowed = $5;

-- name: screen_entry_list
-- The lists of a merchant, newest entry first.
SELECT kind, is_allowed, value, note, created_us, expires_us FROM screen_entry
WHERE tenant = $1 AND merchant = $2 AND (expires_us = 0 OR expires_us > $3)
ORDER BY created_us DESC, kind, value, is_allowed;

-- name: screen_entry_count
-- How many entries the lists of a merchant have.
SELECT count(*) FROM screen_entry WHERE tenant = $1 AND merchant = $2;

-- name: screen_entry_expire
-- Drops at most $3 entries that have ended at $2.
DELETE FROM screen_entry WHERE screen_entry.tenant = $1 AND (merchant, kind, key_hash, is_allowed) IN
  (SELECT x.merchant, x.kind, x.key_hash, x.is_allowed FROM screen_entry x
   WHERE x.tenant = $1 AND x.expires_us > 0 AND x.expires_us <= $2 ORDER BY x.expires_us LIMIT $3);

-- name: screen_count_list
-- What was counted of four marks since bucket $7.
SELECT kind, bucket, attempts, declines FROM screen_count
WHERE tenant = $1 AND merchant = $2 AND kind IN (1, 2, 3, 4) AND key_hash IN ($3, $4, $5, $6) AND bucket >= $7;

-- name: screen_count_add
-- Counts an attempt or a decline of a mark.
INSERT INTO screen_count (tenant, merchant, kind, key_hash, bucket, attempts, declines) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant, merchant, kind, key_hash, bucket)
DO UPDATE SET attempts = screen_count.attempts + excluded.attempts, declines = screen_count.declines + excluded.declines;

-- name: screen_count_prune
-- Drops at most $3 counts of buckets before $2.
DELETE FROM screen_count WHERE screen_count.tenant = $1 AND (merchant, kind, key_hash, bucket) IN
  (SELECT x.merchant, x.kind, x.key_hash, x.bucket FROM screen_count x
   WHERE x.tenant = $1 AND x.bucket < $2 ORDER BY x.bucket LIMIT $3);

-- name: screen_merchant_set
-- Says that a merchant has limits of its own ($3 = 1) or a list ($3 = 2).
UPDATE merchant SET screens = screens | $3 WHERE tenant = $1 AND id = $2;

-- name: screen_payment_card
-- The card of a payment, and when it was marked as fraud.
SELECT p.card_hash, m.marked_us FROM payment p LEFT JOIN fraud_mark m ON m.tenant = p.tenant AND m.payment = p.id
WHERE p.tenant = $1 AND p.id = $2;

-- name: screen_payment_mark
-- Marks a payment as fraud.
INSERT INTO fraud_mark (tenant, payment, marked_us) VALUES ($1, $2, $3);

-- name: screen_payment_marks
-- By what a payment's attempt is counted beside its merchant.
SELECT ip_hash, card_hash, bin_hash FROM payment WHERE tenant = $1 AND id = $2;
