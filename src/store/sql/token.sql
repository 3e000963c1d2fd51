-- name: token_insert
-- A token with its sealed card.
INSERT INTO token (tenant, id, salt, merchant, method, currency, sealed, details, scenario, created_us, expires_us,
                   ip_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: token_get
-- One token, with its authentication if it is a secure token; the caller compares the salt.
SELECT t.id, t.salt, t.merchant, t.method, t.currency, t.sealed, t.details, t.scenario, t.created_us, t.expires_us,
       t.used_by, t.ip_hash, s.verification, s.payment + s.session, s.amount_minor, s.tax_minor, s.result
FROM token t LEFT JOIN secure_token s ON s.tenant = t.tenant AND s.id = t.id WHERE t.tenant = $1 AND t.id = $2;

-- name: token_use
-- Takes a token for a payment; the sealed card stays until the rail's outcome is known. Changes no row when it has been
-- used or has expired.
UPDATE token SET used_by = $3 WHERE tenant = $1 AND id = $2 AND used_by = 0 AND expires_us > $4;

-- name: token_spend
-- The outcome of the payment that took a token is known: the sealed card goes.
UPDATE token SET sealed = NULL WHERE tenant = $1 AND used_by = $2 AND used_by <> 0 AND sealed IS NOT NULL;

-- name: token_release
-- The payment that took a token was never tried: it can be used again.
UPDATE token SET used_by = 0 WHERE tenant = $1 AND used_by = $2 AND used_by <> 0 AND sealed IS NOT NULL;

-- name: token_prune
-- Drops the sealed cards of tokens made before $2, which all have expired.
UPDATE token SET sealed = NULL WHERE tenant = $1 AND id < $2 AND sealed IS NOT NULL;
