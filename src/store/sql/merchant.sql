-- name: merchant_get
-- What the transaction asks about a merchant.
SELECT m.salt, m.kind, m.status, m.payments_enabled, m.payouts_enabled, t.live, m.name, m.screens,
       m.konbini_days, m.bank_transfer_days, m.mails
FROM merchant m JOIN tenant t ON t.tenant = m.tenant WHERE m.tenant = $1 AND m.id = $2;

-- name: merchant_show
-- The whole row of a merchant.
SELECT m.id, m.salt, m.account_key, m.account_salt, m.kind, m.name, m.status, m.payments_enabled, m.payouts_enabled,
       m.mails, m.konbini_days, m.bank_transfer_days, m.publishable_key, m.created_us, m.updated_us, t.live
FROM merchant m JOIN tenant t ON t.tenant = m.tenant WHERE m.tenant = $1 AND m.id = $2;

-- name: merchant_insert
-- A new merchant, root or sub-merchant.
INSERT INTO merchant (tenant, id, salt, account_key, account_salt, kind, name, status, payments_enabled,
                      payouts_enabled, mails, publishable_key, created_us, updated_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13);

-- name: merchant_list
-- Sub-merchants, newest first. Kind, status and the flags are filters; -1 is any. The root (id = tenant) is left out.
-- The payments_enabled of a payout merchant (kind 5) is null on the wire, so it is neither true nor false.
SELECT id FROM merchant
WHERE tenant = $1 AND id <> tenant AND (kind = $2 OR $2 = -1) AND (status = $3 OR $3 = -1)
  AND ((payments_enabled = $4 AND kind <> 5) OR $4 = -1) AND (payouts_enabled = $5 OR $5 = -1)
  AND (created_us > $6 OR $6 = 0) AND (created_us < $7 OR $7 = 0)
ORDER BY id DESC LIMIT $8 OFFSET $9;

-- name: merchant_count
-- How many sub-merchants the same filters leave.
SELECT count(*) FROM merchant
WHERE tenant = $1 AND id <> tenant AND (kind = $2 OR $2 = -1) AND (status = $3 OR $3 = -1)
  AND ((payments_enabled = $4 AND kind <> 5) OR $4 = -1) AND (payouts_enabled = $5 OR $5 = -1)
  AND (created_us > $6 OR $6 = 0) AND (created_us < $7 OR $7 = 0);

-- name: merchant_update
-- Everything about a merchant that can change.
UPDATE merchant SET status = $3, payments_enabled = $4, payouts_enabled = $5, mails = $6, konbini_days = $7,
                    bank_transfer_days = $8, updated_us = $9
WHERE tenant = $1 AND id = $2;

-- name: merchant_head_get
-- How many payments a merchant has processed.
SELECT payments FROM merchant_head WHERE tenant = $1 AND merchant = $2;

-- name: merchant_head_save
-- Writes that number back, once per batch.
INSERT INTO merchant_head (tenant, merchant, payments) VALUES ($1, $2, $3)
ON CONFLICT (tenant, merchant) DO UPDATE SET payments = excluded.payments;

-- name: merchant_method_get
-- A method's own rate of a merchant; no row: the rate of method.def (root) or not owned (sub-merchant).
SELECT brands, percent_e4, fixed_minor, minimum_minor, customer_fee_minor FROM merchant_method
WHERE tenant = $1 AND merchant = $2 AND method = $3;

-- name: merchant_method_list
-- All of them.
SELECT method, brands, percent_e4, fixed_minor, minimum_minor, customer_fee_minor FROM merchant_method
WHERE tenant = $1 AND merchant = $2 ORDER BY method;

-- name: merchant_method_put
-- Sets a method of a merchant.
INSERT INTO merchant_method (tenant, merchant, method, brands, percent_e4, fixed_minor, minimum_minor, customer_fee_minor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant, merchant, method) DO UPDATE SET brands = excluded.brands, percent_e4 = excluded.percent_e4,
  fixed_minor = excluded.fixed_minor, minimum_minor = excluded.minimum_minor,
  customer_fee_minor = excluded.customer_fee_minor;

-- name: merchant_brand_get
-- How a merchant looks: its own row, or else the root's.
SELECT color, contact, CASE WHEN logo IS NULL THEN 0 ELSE 1 END, updated_us FROM merchant_brand
WHERE tenant = $1 AND merchant IN ($1, $2) ORDER BY CASE WHEN merchant = $2 THEN 0 ELSE 1 END LIMIT 1;

-- name: merchant_brand_logo
-- The logo of the same row.
SELECT logo FROM merchant_brand
WHERE tenant = $1 AND merchant IN ($1, $2) ORDER BY CASE WHEN merchant = $2 THEN 0 ELSE 1 END LIMIT 1;

-- name: merchant_brand_own
-- The row of a merchant, to be changed.
SELECT color, contact, logo FROM merchant_brand WHERE tenant = $1 AND merchant = $2;

-- name: merchant_brand_put
-- Writes all of it.
INSERT INTO merchant_brand (tenant, merchant, color, contact, logo, updated_us) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, merchant) DO UPDATE SET color = excluded.color, contact = excluded.contact, logo = excluded.logo,
  updated_us = excluded.updated_us;

-- name: merchant_brand_delete
-- Nothing of it is left.
DELETE FROM merchant_brand WHERE tenant = $1 AND merchant = $2;

-- name: api_key_get
-- Whose key this is. The tenant is part of the key's text.
SELECT k.merchant, k.is_secret, k.live, k.expires_us, m.kind
FROM api_key k JOIN merchant m ON m.tenant = k.tenant AND m.id = k.tenant
WHERE k.tenant = $1 AND k.hash = $2;

-- name: api_key_insert
-- A new key.
INSERT INTO api_key (tenant, hash, merchant, is_secret, live, created_us) VALUES ($1, $2, $3, $4, $5, $6);

-- name: api_key_expire
-- Lets the keys of a merchant that do not expire yet end at a time: the overlap of a roll.
UPDATE api_key SET expires_us = $3 WHERE tenant = $1 AND merchant = $2 AND expires_us = 0;

-- name: merchant_key_set
-- The publishable key that Merchant: Show gives.
UPDATE merchant SET publishable_key = $3, updated_us = $4 WHERE tenant = $1 AND id = $2;

-- name: merchant_find
-- Whose merchant a wire id is: the operator names a merchant without its tenant. Scans, so never on a request's path.
-- shared: looks the tenant up
SELECT tenant FROM merchant WHERE id = $1 AND salt = $2;
