-- name: token_insert
-- A token with its sealed card.
INSERT INTO token (tenant, id, salt, merchant, method, currency, sealed, details, scenario, created_us, expires_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: token_get
-- One token; the caller compares the salt.
SELECT id, salt, merchant, method, currency, sealed, details, scenario, created_us, expires_us, used_by
FROM token WHERE tenant = $1 AND id = $2;

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
